"""GDE-17 to GDE-18c: the variance of the disagreement estimate, and its estimates."""

import math
from collections import Counter
from itertools import combinations_with_replacement

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import at_two_points, two_point_estimates
from refgen.claims.disagreement.domains import small_classifier_laws
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim


def _moments(law, n_runs):
    """Mean and variance of D̂ on two points, over all draws of runs and points."""
    values, chance = two_point_estimates(law, n_runs)
    mean = (chance * values).sum(axis=(-1, -2, -3))
    square = (chance * values**2).sum(axis=(-1, -2, -3))
    return mean, square - mean**2


def _variance(law, n_runs):
    return _moments(law, n_runs)[1]


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
        mean, variance = _moments(law, m)
        parts += [
            equal(mean, d.expected_disagreement(law.marginal())),
            equal(variance, d.disagreement_variance(law, m, 2), 2),
        ]
    return parts


@exact_variance.twin_function(
    "Var D̂ = θ(1 − θ) / (N M(M − 1)/2), as of independent comparisons"
)
def _(rg, law):
    mean, _ = _moments(law, 3)
    exact = rg.disagreement.disagreement_variance(law, 3, 2)
    return equal(exact, mean * (1 - mean) / (2 * 3), 2)


# --- GDE-18 to GDE-18c: expectations of what users compute from predictions


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
    runs, run_orders = _multisets(h, n_runs)
    points, point_orders = _multisets(n, 2)
    tables = law.predictions[..., xp.asarray(runs), :]
    tables = tables[..., xp.asarray(points)]  # (batch, runs, n_runs, points, 2)
    values = [
        [[statistic(table[:, p]) for p in range(len(points))] for table in instance]
        for instance in tables
    ]
    return xp.einsum(
        "br,bp,brp->b",
        _chances(law.classifier_weights, runs, run_orders),
        _chances(law.weights, points, point_orders),
        xp.asarray(values),
    )


@claim("GDE-18", kind="identity", domain=small_classifier_laws, cost=20_000)
def variance_estimate_is_unbiased(rg, law):
    """The estimate from disjoint pairs of runs is unbiased for Var D̂, M = 4, N = 2."""
    estimate = _expectation(law, 4, rg.disagreement.unbiased_variance)
    return equal(estimate, _variance(law, 4), 2)


@variance_estimate_is_unbiased.twin_function(
    "so is the sample variance of all comparisons"
)
def _(rg, law):
    mean, variance = _moments(law, 4)
    # All 6 pairs × 2 points as if independent: E of their sample variance over 12.
    second = mean - ((variance + mean**2) * 12 - mean) / 11
    return equal(second / 12, variance, 2)


@claim("GDE-18b", kind="inequality", domain=small_classifier_laws, cost=20_000)
def jackknife_is_conservative(rg, law):
    """E of the two-way jackknife variance ≥ Var D̂, M = 3, N = 2."""
    jackknife = _expectation(law, 3, rg.disagreement.jackknife_variance)
    return at_most(_variance(law, 3), jackknife, 2)


@jackknife_is_conservative.twin_function("deleting points only is conservative too")
def _(rg, law):
    first, second, chance = at_two_points(law, 3)
    # The variance of the mean of two points: a quarter of their squared difference.
    points_only = (chance * (first - second) ** 2 / 4).sum(axis=(-1, -2, -3))
    return at_most(_variance(law, 3), points_only, 2)


# The components are differences of up to six ζ, each weighted by up to 1 + f = 5.
JACKKNIFE_SCALE = 30


@claim("GDE-18c", kind="identity", domain=small_classifier_laws, cost=20_000)
def expected_jackknife(rg, law):
    """E V_J = V₁₀ + f V₂₀ + V₀₁ + 2 V₁₁ + (1 + f) V₂₁, M = 3, N = 2."""
    d = rg.disagreement
    jackknife = _expectation(law, 3, d.jackknife_variance)
    return equal(jackknife, d.expected_jackknife_variance(law, 3, 2), JACKKNIFE_SCALE)


@expected_jackknife.twin_function("the jackknife is unbiased")
def _(rg, law):
    jackknife = _expectation(law, 3, rg.disagreement.jackknife_variance)
    return equal(jackknife, _variance(law, 3), JACKKNIFE_SCALE)
