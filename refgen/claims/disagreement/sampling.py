"""GDE-17 to GDE-20: variance and intervals of the disagreement estimate."""

import functools
import math
from collections import Counter
from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.claims.disagreement.calibrated import LATTICE, calibrate
from refgen.claims.disagreement.classifier_domains import (
    generic_classifiers,
    sample_classifiers,
    small_classifier_laws,
    two_constants,
)
from refgen.claims.disagreement.common import (
    JIANG,
    mean_error,
    n_terms,
    pair_means,
    runs,
)
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.special import binomial_pmf

# A sum over at most 3⁴ draws of classifiers times 3² draws of points.
ENUMERATED = 3**4 * 3**2


def _two_points(law, n_runs):
    """Disagreement at both points of all draws of `n_runs` classifiers and two points.

    With the probabilities of the draws.
    """
    chance, ensembles = runs(law, n_runs)
    at_point = pair_means(ensembles)
    points = law.weights[..., None, :, None] * law.weights[..., None, None, :]
    return (
        at_point[..., :, None],
        at_point[..., None, :],
        chance[..., None, None] * points,
    )


def _estimates(law, n_runs):
    """D̂ of all draws of `n_runs` classifiers and two points, with probabilities."""
    first, second, chance = _two_points(law, n_runs)
    return (first + second) / 2, chance


def _variance(law, n_runs):
    """Mean and variance of D̂ by full enumeration, two points."""
    values, chance = _estimates(law, n_runs)
    mean = (chance * values).sum(axis=(-1, -2, -3))
    square = (chance * values**2).sum(axis=(-1, -2, -3))
    return mean, square - mean**2


@claim(
    "GDE-17",
    kind="identity",
    domain=small_classifier_laws,
    source="derived here (Hoeffding's decomposition)",
    cost=50,
)
def exact_variance(rg, law):
    """E D̂ = EDR and the exact Var D̂ by shared runs and points, M = 2, 3, 4."""
    d, parts = rg.disagreement, []
    for m in (2, 3, 4):
        mean, variance = _variance(law, m)
        edr = d.expected_disagreement(law.marginal())
        exact = d.disagreement_variance(law, m, 2)
        parts += [
            measured(mean, edr, 1, ENUMERATED),
            measured(variance, exact, 2, ENUMERATED),
        ]
    return parts


@exact_variance.twin("θ(1 − θ) / (N M(M − 1)/2): comparisons as if independent")
def _(rg, law):
    mean, variance = _variance(law, 3)
    return measured(variance, mean * (1 - mean) / (2 * 3), 2, ENUMERATED)


def _multisets(n, size):
    """Ways to draw `size` of `n` things in any order, and the orders of each way."""
    drawn = list(combinations_with_replacement(range(n), size))
    repeats = (map(math.factorial, Counter(way).values()) for way in drawn)
    return drawn, [math.factorial(size) / math.prod(r) for r in repeats]


def _chances(weights, drawn, orders):
    """Probability of each way to draw from `weights`."""
    xp = namespace(weights)
    return weights[..., xp.asarray(drawn)].prod(axis=-1) * xp.asarray(orders)


def _expectation(law, n_runs, statistic):
    """E of a statistic of predictions (n_runs, 2 points), by full enumeration.

    Runs and points are exchangeable: draws in another order are not computed again.
    """
    xp = namespace(law.weights)
    h, n = law.predictions.shape[-2:]
    runs_drawn, run_orders = _multisets(h, n_runs)
    pair, pair_orders = _multisets(n, 2)
    tables = law.predictions[..., xp.asarray(runs_drawn), :]
    tables = tables[..., xp.asarray(pair)]  # (batch, runs drawn, n_runs, pair, 2)
    values = [
        [[statistic(table[:, p]) for p in range(len(pair))] for table in instance]
        for instance in tables
    ]
    return xp.einsum(
        "br,bp,brp->b",
        _chances(law.classifier_weights, runs_drawn, run_orders),
        _chances(law.weights, pair, pair_orders),
        xp.asarray(values),
    )


@claim(
    "GDE-18",
    kind="identity",
    domain=small_classifier_laws,
    source="derived here",
    cost=20_000,
)
def variance_estimate_is_unbiased(rg, law):
    """The estimate from disjoint pairs of runs is unbiased for Var D̂, M = 4, N = 2."""
    estimate = _expectation(law, 4, rg.disagreement.unbiased_variance)
    return measured(estimate, _variance(law, 4)[1], 2, ENUMERATED)


@variance_estimate_is_unbiased.twin("the sample variance of all comparisons does")
def _(rg, law):
    mean, variance = _variance(law, 4)
    # All 6 pairs × 2 points as if independent: E of their sample variance over 12.
    second = mean - ((variance + mean**2) * 12 - mean) / 11
    return measured(second / 12, variance, 2, ENUMERATED)


@claim(
    "GDE-18b",
    kind="inequality",
    domain=small_classifier_laws,
    source="derived here",
    cost=20_000,
)
def jackknife_is_conservative(rg, law):
    """E of the two-way jackknife variance ≥ Var D̂, M = 3, N = 2."""
    jackknife = _expectation(law, 3, rg.disagreement.jackknife_variance)
    return measured(_variance(law, 3)[1], jackknife, 2, ENUMERATED)


@jackknife_is_conservative.twin("deleting points only is conservative too")
def _(rg, law):
    first, second, chance = _two_points(law, 3)
    # The variance of the mean of two points: a quarter of their squared difference.
    points_only = (chance * (first - second) ** 2 / 4).sum(axis=(-1, -2, -3))
    return measured(_variance(law, 3)[1], points_only, 2, ENUMERATED)


@claim(
    "GDE-18c",
    kind="identity",
    domain=small_classifier_laws,
    source="derived here",
    cost=20_000,
)
def expected_jackknife(rg, law):
    """E V_J = V₁₀ + f V₂₀ + V₀₁ + 2 V₁₁ + (1 + f) V₂₁, M = 3, N = 2."""
    d = rg.disagreement
    jackknife = _expectation(law, 3, d.jackknife_variance)
    # The components are differences of up to six ζ, each weighted by up to 1 + f = 5.
    return measured(jackknife, d.expected_jackknife_variance(law, 3, 2), 30, ENUMERATED)


@expected_jackknife.twin("the jackknife is unbiased")
def _(rg, law):
    jackknife = _expectation(law, 3, rg.disagreement.jackknife_variance)
    return measured(jackknife, _variance(law, 3)[1], 30, ENUMERATED)


LEVELS = np.arange(1, 20) / 20  # distances t at which tails are compared
MANY_POINTS = 40
MANY_RUNS = 40


def _tails(distance, chance):
    """P(distance ≥ t) for each t of LEVELS, (batch, len(LEVELS))."""
    rows = (distance.shape[0], -1)
    levels = namespace(distance).asarray(LEVELS)
    far = (distance.reshape(rows)[..., None] >= levels).astype(float)
    return (chance.reshape(rows)[:, None] @ far)[:, 0]


def _two_run_tail(rg, law):
    """P(|D̂ − EDR| ≥ t) for two runs on many points: a mixture of binomials."""
    d, xp = rg.disagreement, namespace(law.weights)
    pairs = xp.clip(d.pairwise_disagreement(law), 0, 1)
    theta = d.expected_disagreement(law.marginal())[..., None]
    wrong = xp.arange(MANY_POINTS + 1)
    pmf = binomial_pmf(wrong, MANY_POINTS, pairs[..., None])
    w = law.classifier_weights
    mixed = xp.einsum("...a,...b,...abj->...j", w, w, pmf)
    return _tails(abs(wrong / MANY_POINTS - theta), mixed)


def _three_run_tail(rg, law):
    """The same for three runs on two points."""
    values, chance = _estimates(law, 3)
    theta = rg.disagreement.expected_disagreement(law.marginal())
    return _tails(abs(values - theta[..., None, None, None]), chance)


@functools.cache
def _vote_counts(n_runs, n_classes):
    """All vote counts at a point, and the logarithm of the orders of the votes."""
    counts = [
        votes
        for votes in product(range(n_runs + 1), repeat=n_classes)
        if sum(votes) == n_runs
    ]
    orders = [
        math.factorial(n_runs) // math.prod(map(math.factorial, votes))
        for votes in counts
    ]
    return np.array(counts), np.log(np.array(orders, float))


def _one_point_tail(rg, law):
    """The same for many runs on one point: multinomial votes."""
    xp, special = namespace(law.weights), special_functions(law.weights)
    marginal, m = law.marginal(), MANY_RUNS
    counts, orders = map(xp.asarray, _vote_counts(m, marginal.n_classes))
    values = (m**2 - (counts**2).sum(axis=-1)) / (m * (m - 1))
    shares = xp.clip(marginal.vote_shares, 0, 1)[..., None]
    logs = special.xlogy(xp.arange(m + 1), shares)
    for k in range(marginal.n_classes):
        orders = orders + logs[..., k, :][..., counts[:, k]]
    votes = xp.exp(orders)
    chance = xp.einsum("...n,...nv->...v", law.weights, votes)
    theta = rg.disagreement.expected_disagreement(marginal)[..., None]
    return _tails(abs(values - theta), chance)


def _mcdiarmid(law, runs_term, points_term):
    """The bound at LEVELS with its terms 4/M and 1/N."""
    levels = namespace(law.weights).asarray(LEVELS)
    return 2 * namespace(levels).exp(-2 * levels**2 / (runs_term + points_term))


def _radius_inverts_bound(rg, law):
    """The interval's half-width is where the bound equals the error probability."""
    r = rg.disagreement.mcdiarmid_radius(3, 2, 0.05)
    bound = 2 * math.exp(-2 * r**2 / (4 / 3 + 1 / 2))
    bounds = namespace(law.weights).full(law.weights.shape[0], bound)
    return measured(bounds, 0.05, 1, 10, kind="identity")


def _one_disputed_point():
    """Two classifiers that differ at one of two points: the noise is the points'."""
    return ClassifierLaw(
        [0.5, 0.5], [[0.5, 0.5], [1.0, 0.0]], [0.5, 0.5], [[0, 0], [1, 0]]
    )


noisy_classifier_laws = replace(
    small_classifier_laws,
    name="noisy_classifier_laws",
    examples=lambda: [*small_classifier_laws.examples(), _one_disputed_point()],
)


@claim(
    "GDE-19",
    kind="inequality",
    domain=noisy_classifier_laws,
    source="derived here (McDiarmid 1989)",
    cost=50,
)
def mcdiarmid_interval(rg, law):
    """P(|D̂ − EDR| ≥ t) ≤ 2 exp(−2t² / (4/M + 1/N)); (M, N) = (2, 40), (3, 2).

    And (40, 1), where the noise is that of the point.
    """
    two_runs = _mcdiarmid(law, 4 / 2, 1 / MANY_POINTS)
    one_point = _mcdiarmid(law, 4 / MANY_RUNS, 1)
    return (
        measured(_two_run_tail(rg, law), two_runs, 2, ENUMERATED),
        measured(
            _three_run_tail(rg, law), _mcdiarmid(law, 4 / 3, 1 / 2), 2, ENUMERATED
        ),
        measured(_one_point_tail(rg, law), one_point, 2, ENUMERATED),
        _radius_inverts_bound(rg, law),
    )


@mcdiarmid_interval.twin("the term 4/M for the runs can be left out")
def _(rg, law):
    bound = _mcdiarmid(law, 0, 1 / MANY_POINTS)
    return measured(_two_run_tail(rg, law), bound, 2, ENUMERATED)


@mcdiarmid_interval.twin("the term 1/N for the points can be left out")
def _(rg, law):
    bound = _mcdiarmid(law, 4 / MANY_RUNS, 0)
    return measured(_one_point_tail(rg, law), bound, 2, ENUMERATED)


def _with_gde_labels(law, direction):
    """Replace the labels by ones for which EDR = ETE, votes unchanged."""
    return _gde_batch(law.take(None), direction[None]).take(0)


def _gde_batch(law, direction):
    votes = law.marginal().vote_shares
    weights = 0.9 * law.weights + 0.1 / law.weights.shape[-1]
    # calibrate() counts votes in units of its lattice; GDE needs no lattice.
    labels = calibrate(weights, votes * LATTICE, direction, "gde").label_probabilities
    return ClassifierLaw.trusted(
        weights=weights,
        label_probabilities=labels,
        classifier_weights=law.classifier_weights,
        predictions=law.predictions,
    )


def _gde_sample(rg, stream, size):
    law = sample_classifiers(rg, stream, size)
    shape = law.label_probabilities.shape
    return _gde_batch(law, stream.child("direction").uniform(shape) - 0.5)


gde_classifier_laws = Domain(
    "gde_classifier_laws",
    "laws over classifiers with EDR = ETE",
    lambda: [
        two_constants(),
        # Errors 0.1 for one classifier or the other: the ETE² term is needed.
        ClassifierLaw(
            [0.5, 0.5], [[0.5, 0.5], [0.5, 0.5]], [0.5, 0.5], [[0, 1], [1, 0]]
        ),
    ],
    lambda: generic_classifiers().map(
        lambda law: _with_gde_labels(
            law,
            np.arange(law.label_probabilities.size).reshape(
                law.label_probabilities.shape
            )
            % 3
            - 1.0,
        )
    ),
    _gde_sample,
)


def _dispersion(rg, law):
    """Var Dis, Var err, ETE and κ over pairs and runs in the support."""
    d, w, xp = rg.disagreement, law.classifier_weights, namespace(law.weights)
    pairs, errors = d.pairwise_disagreement(law), d.classifier_errors(law)

    def spread(weights, values, axes):
        mean = (weights * values).sum(axis=axes, keepdims=True)
        return (weights * (values - mean) ** 2).sum(axis=axes)

    both = w[..., :, None] * w[..., None, :]
    sums = errors[..., :, None] + errors[..., None, :]
    # Two classifiers that never err are equal almost surely: 0/0 counts as 0.
    defined = (sums > 1e-12) & (both > 0)
    ratio = xp.where(defined, pairs / xp.where(defined, sums, 1), 0)
    kappa = xp.maximum(0.5, ratio.max(axis=(-1, -2)))
    ete = mean_error(law, rg)
    return spread(both, pairs, (-1, -2)), spread(w, errors, -1), ete, kappa


@claim(
    "GDE-20",
    kind="inequality",
    domain=gde_classifier_laws,
    source=f"{JIANG}, corollary B.1.1",
)
def disagreement_varies_little(rg, law):
    """GDE and Dis ≤ κ(err + err′) ⇒ Var Dis ≤ 2κ² Var err + (4κ² − 1) ETE²."""
    dis, err, ete, kappa = _dispersion(rg, law)
    bound = 2 * kappa**2 * err + (4 * kappa**2 - 1) * ete**2
    return measured(dis, bound, 2 + 4 * kappa**2, n_terms(law.marginal()) * 25)


@disagreement_varies_little.twin("without the term in ETE²")
def _(rg, law):
    dis, err, _, kappa = _dispersion(rg, law)
    return measured(dis, 2 * kappa**2 * err, 2 + 4 * kappa**2, 500)
