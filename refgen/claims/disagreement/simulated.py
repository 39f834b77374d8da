"""GDE-17r to GDE-19s: what theorems say of drawn runs and points, by simulation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.special import ndtri

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import pair_disagreement
from refgen.claims.disagreement.domains import small_classifier_laws
from refgen.claims.draws import choices, counts
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.disagreement import ClassifierLaw
from refgen.domains import Domain


def _drawn_runs(law: ClassifierLaw, draws: Any, n_runs: int) -> Any:
    """Drawn runs at all points of the law, (batch, n, n_runs, points)."""
    weights = law.classifier_weights
    chosen = choices(weights, draws.stream.child("runs"), (draws.n, n_runs))
    rows = namespace(weights).arange(weights.shape[0])[:, None, None]
    return law.predictions[rows, chosen]


def _drawn_points(law: ClassifierLaw, draws: Any, n_points: int) -> Any:
    """Indices of drawn points, (batch, n, n_points)."""
    return choices(law.weights, draws.stream.child("points"), (draws.n, n_points))


def _estimates(law: ClassifierLaw, draws: Any, n_runs: int, n_points: int) -> Any:
    """D̂ of drawn runs and points, (batch, n)."""
    at_points = pair_disagreement(law, _drawn_runs(law, draws, n_runs))
    drawn = _drawn_points(law, draws, n_points)
    shares = counts(drawn, law.weights.shape[-1]) / n_points
    return (shares * at_points).sum(axis=-1)


# --- GDE-17s and GDE-17r: mean and variance of the estimate


@claim("GDE-17s", kind="identity", domain=small_classifier_laws, source=SIMULATED)
def estimate_is_unbiased(rg, law, draws, share=1):
    """E D̂ = EDR over drawn runs and points, M = 4, N = 10."""
    edr = rg.disagreement.expected_disagreement(law.marginal())
    return sampled(share * _estimates(law, draws, 4, 10), edr, 0.05, bounds=(0, 1))


# Of the 16 ordered pairs of four runs 12 are of two different runs: V = 3/4 D̂.
estimate_is_unbiased.twin(
    "so is the V-statistic, which pairs runs with themselves", share=3 / 4
)


def _one_common_and_two_rare() -> ClassifierLaw:
    return ClassifierLaw(
        [0.5, 0.3, 0.2],
        [[1, 0], [1, 0], [0, 1]],
        [0.84, 0.08, 0.08],
        [[0, 0, 0], [1, 1, 1], [1, 1, 0]],
    )


# --- GDE-19s and GDE-19j: how often intervals miss EDR

N_RUNS, N_POINTS = 24, 200
LEVEL = 0.05  # probability of a miss that intervals are made for

# With this example the noise of the runs is large for certain, not only in most draws.
with_unequal_classifiers = small_classifier_laws.but(
    "at most three classifiers on at most three points; a law with rare classifiers",
    lambda: [*small_classifier_laws.examples(), _one_common_and_two_rare()],
)


def _misses(rg: Any, law: ClassifierLaw, draws: Any, radius: float) -> Any:
    """Whether |D̂ − EDR| ≥ radius, over drawn runs and points."""
    edr = rg.disagreement.expected_disagreement(law.marginal())
    estimates = _estimates(law, draws, N_RUNS, N_POINTS)
    return abs(estimates - edr[:, None]) >= radius


@claim(
    "GDE-19s",
    kind="inequality",
    domain=with_unequal_classifiers,
    source="derived here (McDiarmid 1989); by simulation",
)
def mcdiarmid_coverage(rg, law, draws):
    """P(|D̂ − EDR| ≥ radius) ≤ .05 with McDiarmid's radius, M = 24, N = 200."""
    radius = rg.disagreement.hoeffding_radius(N_RUNS, N_POINTS, LEVEL)
    return sampled(_misses(rg, law, draws, radius), LEVEL, 0.02, binary=True)


@mcdiarmid_coverage.twin_function("so it is without the term 4/M for the runs")
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
    "a law of twelve classifiers that agree on some points and not on others",
    lambda: [_hard_and_easy_points()],
)


def _tables(law: ClassifierLaw, draws: Any) -> list[Any]:
    """Predictions of drawn runs at drawn points, one (M, N) for every repetition."""
    runs, points = _drawn_runs(law, draws, N_RUNS), _drawn_points(law, draws, N_POINTS)
    return [runs[0, d][:, points[0, d]] for d in range(draws.n)]


def _jackknife_error(estimate: Any) -> float:
    return estimate.standard_error


def _error_of_independent_comparisons(estimate: Any) -> float:
    n = estimate.n_points * estimate.n_runs * (estimate.n_runs - 1) / 2
    return math.sqrt(estimate.value * (1 - estimate.value) / n)


@claim(
    "GDE-19j", kind="inequality", domain=hard_and_easy_points, source=SIMULATED, cost=50
)
def jackknife_coverage(rg, law, draws, standard_error=_jackknife_error):
    """The nominal 95 % jackknife interval misses EDR with probability ≤ .1 (one law).

    On the law of `hard_and_easy_points`, with M = 24 and N = 200.
    """
    d, xp = rg.disagreement, namespace(law.weights)
    found = [d.disagreement_estimate(table) for table in _tables(law, draws)]
    values = xp.asarray([[estimate.value for estimate in found]])
    errors = xp.asarray([[standard_error(estimate) for estimate in found]])
    distance = abs(values - d.expected_disagreement(law.marginal())[:, None])
    missed = distance > -ndtri(LEVEL / 2) * errors
    return sampled(missed, 2 * LEVEL, 0.02, binary=True)


jackknife_coverage.twin(
    "so does the normal interval of N M(M − 1)/2 comparisons",
    standard_error=_error_of_independent_comparisons,
)
