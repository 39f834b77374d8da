"""GDE-17r to GDE-22s: what theorems say of drawn runs and points, by simulation."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.stats import norm

from refgen.arrays import namespace
from refgen.claims.disagreement.classifier_domains import small_classifier_laws
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.disagreement import ClassifierLaw, FiniteLaw


def _choices(weights: Any, stream: Any, shape: tuple[int, ...]) -> Any:
    """Indices drawn with the probabilities `weights` (batch, n), (batch, *shape)."""
    uniform = stream.uniform((weights.shape[0], *shape))
    edges = namespace(weights).cumsum(weights, axis=-1)
    chosen = 0
    for i in range(weights.shape[-1] - 1):
        chosen = chosen + (uniform >= edges[:, i].reshape(-1, *(1 for _ in shape)))
    return chosen + namespace(weights).zeros(uniform.shape, int)


def _counts(chosen: Any, n: int) -> Any:
    """How often each of `n` indices was chosen along the last axis, (..., n)."""
    xp = namespace(chosen)
    return xp.stack([(chosen == i).sum(axis=-1) for i in range(n)], axis=-1)


def _drawn_runs(law: ClassifierLaw, draws: Any, n_runs: int) -> Any:
    """Drawn runs at all points of the law, (batch, n, n_runs, points)."""
    weights = law.classifier_weights
    chosen = _choices(weights, draws.stream.child("runs"), (draws.n, n_runs))
    rows = namespace(weights).arange(weights.shape[0])[:, None, None]
    return law.predictions[rows, chosen]


def _point_shares(law: ClassifierLaw, draws: Any, n_points: int) -> Any:
    """Shares of the law's points among drawn ones, (batch, n, points)."""
    stream = draws.stream.child("points")
    chosen = _choices(law.weights, stream, (draws.n, n_points))
    return _counts(chosen, law.weights.shape[-1]) / n_points


def _agreement(law: ClassifierLaw, predictions: Any) -> Any:
    """Ordered pairs of runs, equal ones included, that agree, (batch, n, points)."""
    classes = range(law.label_probabilities.shape[-1])
    return sum((predictions == k).sum(axis=-2) ** 2 for k in classes)


def _disagreement(law: ClassifierLaw, predictions: Any) -> Any:
    """Mean disagreement over pairs of different runs at each point."""
    m = predictions.shape[-2]
    return (m**2 - _agreement(law, predictions)) / (m * (m - 1))


@claim(
    "GDE-17s",
    kind="identity",
    domain=small_classifier_laws,
    source="derived here; by simulation",
    monte_carlo=True,
)
def estimate_is_unbiased(rg, law, draws):
    """E D̂ = EDR over drawn runs and points, M = 4, N = 10."""
    at_points = _disagreement(law, _drawn_runs(law, draws, 4))
    estimates = (_point_shares(law, draws, 10) * at_points).sum(axis=-1)
    edr = rg.disagreement.expected_disagreement(law.marginal())
    return sampled(estimates, edr, 0.05, bounds=(0, 1))


@estimate_is_unbiased.twin("so is the V-statistic, which pairs runs with themselves")
def _(rg, law, draws):
    at_points = 1 - _agreement(law, _drawn_runs(law, draws, 4)) / 4**2
    estimates = (_point_shares(law, draws, 10) * at_points).sum(axis=-1)
    edr = rg.disagreement.expected_disagreement(law.marginal())
    return sampled(estimates, edr, 0.05, bounds=(0, 1))


RUN_NUMBERS = (4, 8, 16, 32, 64)


def _one_common_and_two_rare() -> ClassifierLaw:
    return ClassifierLaw(
        [0.5, 0.3, 0.2],
        [[1, 0], [1, 0], [0, 1]],
        [0.84, 0.08, 0.08],
        [[0, 0, 0], [1, 1, 1], [1, 1, 0]],
    )


unequal_classifiers = Domain(
    "unequal_classifiers",
    "a law whose classifiers disagree with the others unequally often",
    lambda: [_one_common_and_two_rare()],
)


def _squared_errors(rg, law, draws):
    """(D̂ − EDR)² of the first M of 64 runs on all points, and what they are below."""
    xp = namespace(law.weights)
    edr = rg.disagreement.expected_disagreement(law.marginal())
    predictions = _drawn_runs(law, draws, RUN_NUMBERS[-1])
    errors, bounds = [], []
    for m in RUN_NUMBERS:
        at_points = _disagreement(law, predictions[..., :m, :])
        estimates = xp.einsum("bn,bdn->bd", law.weights, at_points)
        errors.append((estimates - edr[:, None]) ** 2)
        # At most m²/4 of the m(m − 1)/2 pairs differ, as there are two classes.
        largest = m / (2 * (m - 1))
        bounds.append(max(float(edr[0]), largest - float(edr[0])) ** 2)
    return xp.stack(errors, axis=-1), (0.0, bounds)


@claim(
    "GDE-17r",
    kind="rate",
    domain=unequal_classifiers,
    source="derived here (GDE-17); by simulation",
    monte_carlo=True,
)
def noise_of_the_runs(rg, law, draws):
    """E (D̂ − EDR)² on all points decays like 1/M, M = 4, 8, …, 64."""
    errors, bounds = _squared_errors(rg, law, draws)
    return sampled(errors, -1.0, 0.3, bounds=bounds, sizes=RUN_NUMBERS)


@noise_of_the_runs.twin("like 1/M², as of M²/2 independent comparisons")
def _(rg, law, draws):
    errors, bounds = _squared_errors(rg, law, draws)
    return sampled(errors, -2.0, 0.3, bounds=bounds, sizes=RUN_NUMBERS)


N_RUNS, N_POINTS = 24, 200
LEVEL = 0.05  # probability of a miss that intervals are made for

# The noise of the runs is large for certain, not only in most of the drawn laws.
with_unequal_classifiers = replace(
    small_classifier_laws,
    name="with_unequal_classifiers",
    examples=lambda: [*small_classifier_laws.examples(), _one_common_and_two_rare()],
)


def _misses(rg, law, draws, radius):
    """Whether |D̂ − EDR| ≥ radius, over drawn runs and points."""
    at_points = _disagreement(law, _drawn_runs(law, draws, N_RUNS))
    estimates = (_point_shares(law, draws, N_POINTS) * at_points).sum(axis=-1)
    edr = rg.disagreement.expected_disagreement(law.marginal())
    return abs(estimates - edr[:, None]) >= radius


@claim(
    "GDE-19s",
    kind="inequality",
    domain=with_unequal_classifiers,
    source="derived here (McDiarmid 1989); by simulation",
    monte_carlo=True,
)
def mcdiarmid_coverage(rg, law, draws):
    """P(|D̂ − EDR| ≥ radius) ≤ .05 with McDiarmid's radius, M = 24, N = 200."""
    radius = rg.disagreement.mcdiarmid_radius(N_RUNS, N_POINTS, LEVEL)
    return sampled(_misses(rg, law, draws, radius), LEVEL, 0.02, binary=True)


@mcdiarmid_coverage.twin("so it is without the term 4/M for the runs")
def _(rg, law, draws):
    radius = math.sqrt(math.log(2 / LEVEL) / (2 * N_POINTS))
    return sampled(_misses(rg, law, draws, radius), LEVEL, 0.02, binary=True)


def _hard_and_easy_points() -> ClassifierLaw:
    """Twelve classifiers; at the i-th of ten points, i of them leave class 0."""
    h, i = np.ogrid[:12, :10]
    leaves = (5 * h + 7 * i) % 12 < i
    predictions = np.where(leaves, 1 + (h + i) % 2, 0)
    labels = np.tile([1.0, 0.0, 0.0], (10, 1))
    return ClassifierLaw(np.full(10, 0.1), labels, np.full(12, 1 / 12), predictions)


hard_and_easy_points = Domain(
    "hard_and_easy_points",
    "a law of twelve classifiers that agree on some points and not on others",
    lambda: [_hard_and_easy_points()],
)


def _tables(law, draws):
    """Predictions of drawn runs at drawn points, one (M, N) for every repetition."""
    predictions = _drawn_runs(law, draws, N_RUNS)
    stream = draws.stream.child("points")
    points = _choices(law.weights, stream, (draws.n, N_POINTS))
    return [predictions[0, d][:, points[0, d]] for d in range(draws.n)]


def _missed(rg, law, estimates, radii):
    """Whether value ± radius misses EDR."""
    xp = namespace(law.weights)
    edr = rg.disagreement.expected_disagreement(law.marginal())
    distance = abs(xp.asarray([estimates]) - edr[:, None])
    return distance > xp.asarray([radii])


@claim(
    "GDE-19j",
    kind="inequality",
    domain=hard_and_easy_points,
    source="derived here; by simulation",
    cost=50,
    monte_carlo=True,
)
def jackknife_coverage(rg, law, draws):
    """The nominal 95 % jackknife interval misses EDR with probability ≤ .1 (one law).

    On the law of `hard_and_easy_points`, with M = 24 and N = 200.
    """
    found = [rg.disagreement.disagreement_estimate(t) for t in _tables(law, draws)]
    radius = norm.isf(LEVEL / 2)
    missed = _missed(
        rg,
        law,
        [estimate.value for estimate in found],
        [radius * estimate.standard_error for estimate in found],
    )
    return sampled(missed, 2 * LEVEL, 0.02, binary=True)


@jackknife_coverage.twin("so does the normal interval of N M(M − 1)/2 comparisons")
def _(rg, law, draws):
    n = N_POINTS * N_RUNS * (N_RUNS - 1) / 2
    values = [rg.disagreement.disagreement(table) for table in _tables(law, draws)]
    radii = [norm.isf(LEVEL / 2) * math.sqrt(v * (1 - v) / n) for v in values]
    return sampled(_missed(rg, law, values, radii), 2 * LEVEL, 0.02, binary=True)


LABEL_NUMBERS = (4, 16, 64)
REPEATS = 16  # samples whose mean is one draw: it varies less in the same bounds

distinct_levels = Domain(
    "distinct_levels",
    "a calibrated law, p = h̃, no level of which occurs twice",
    lambda: [FiniteLaw([0.5, 0.5], [[0.6, 0.4], [0.7, 0.3]], [[0.6, 0.4], [0.7, 0.3]])],
)


def _sampled_cace(law, stream, n, n_labels):
    """Means of √N CACE_N over `REPEATS` samples of `n_labels` labels, (batch, n)."""
    votes = law.vote_shares
    batch, points, classes = votes.shape
    cells = (law.weights[..., None] * law.label_probabilities).reshape(batch, -1)
    chosen = _choices(cells, stream, (n, REPEATS, n_labels))
    found = _counts(chosen, points * classes)
    found = found.reshape(batch, n, REPEATS, points, classes)
    expected = found.sum(axis=-1, keepdims=True) * votes[:, None, None]
    cace = abs(found - expected).sum(axis=(-1, -2)) / n_labels
    return math.sqrt(n_labels) * cace.mean(axis=-1)


def _floor(law, draws):
    """√N CACE_N at LABEL_NUMBERS, (batch, n, sizes), and what it is below."""
    stream = draws.stream
    values = [
        _sampled_cace(law, stream.child(str(n)), draws.n, n) for n in LABEL_NUMBERS
    ]
    # Each label adds Σ |1[Y = k] − h̃ₖ| = 2(1 − h̃_Y) at most.
    most = 2 * (1 - float(law.vote_shares.min()))
    bounds = (0.0, [most * math.sqrt(n) for n in LABEL_NUMBERS])
    return namespace(law.weights).stack(values, axis=-1), bounds


@claim(
    "GDE-22s",
    kind="limit",
    domain=distinct_levels,
    source="derived here (GDE-22b); by simulation",
    monte_carlo=True,
)
def simulated_noise_floor(rg, law, draws):
    """Calibrated: √N E CACE_N → Σ √(2 v_b/π), extrapolated from N = 4, 16, 64."""
    xp, votes = namespace(law.weights), law.vote_shares
    variances = law.weights[..., None] * votes * (1 - votes)
    limit = xp.sqrt(2 * variances / math.pi).sum(axis=(-1, -2))
    values, bounds = _floor(law, draws)
    options = {"bounds": bounds, "sizes": LABEL_NUMBERS, "order": 0.5}
    return sampled(values, limit, 0.2, **options)


@simulated_noise_floor.twin("it decays faster than 1/√N: √N E CACE_N → 0")
def _(rg, law, draws):
    values, bounds = _floor(law, draws)
    options = {"bounds": bounds, "sizes": LABEL_NUMBERS, "order": 0.5}
    return sampled(values, 0.0, 0.2, **options)
