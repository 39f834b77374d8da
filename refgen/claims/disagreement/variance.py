"""GDE-17 and GDE-18 to GDE-18c: the variance of the estimate, and its estimates."""

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import (
    all_estimates,
    all_tables,
    pair_disagreement,
)
from refgen.claims.disagreement.classifier_laws import (
    classifier_laws,
    small_classifier_laws,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import not_a


def _noisy_law() -> ClassifierLaw:
    """All five variances of Hoeffding's decomposition are positive."""
    return ClassifierLaw(
        [0.5, 0.3, 0.2],
        [[1, 0, 0], [1, 0, 0], [0, 1, 0]],
        [0.5, 0.3, 0.2],
        [[0, 0, 1], [1, 0, 0], [0, 1, 2]],
    )


enumerated_laws = small_classifier_laws.but(
    "at most three classifiers on at most three points, for any number of draws",
    lambda: [*small_classifier_laws.examples(), _noisy_law()],
)

# Numbers of runs and points of which all draws are enumerated.
SIZES = ((2, 3), (3, 2), (4, 2))


def _moments(law, n_runs, n_points):
    """Mean and variance of D̂ over all draws of runs and points."""
    values, chance = all_estimates(law, n_runs, n_points)
    mean = (chance * values).sum(axis=(-1, -2))
    apart = values - mean[..., None, None]
    return mean, (chance * apart**2).sum(axis=(-1, -2))


@claim(
    "GDE-17",
    kind="identity",
    domain=enumerated_laws,
    source="derived here (Hoeffding's decomposition)",
    cost=50,
)
def exact_variance(rg, law, share=1):
    """E D̂ = EDR and the exact Var D̂ by shared runs and points, M = 2, 3, 4."""
    d, parts = rg.disagreement, []
    for m, n in SIZES:
        mean, variance = _moments(law, m, n)
        parts += [
            equal(mean, d.expected_disagreement(law.marginal())),
            equal(variance, share * d.disagreement_variance(law, m, n), 2),
        ]
    return parts


exact_variance.twin("Var D̂ is 2 % larger", share=1.02)


@exact_variance.twin_function(
    "Var D̂ = θ(1 − θ) / (N M(M − 1)/2), as of independent comparisons"
)
def _(rg, law):
    mean, _ = _moments(law, 3, 2)
    exact = rg.disagreement.disagreement_variance(law, 3, 2)
    return equal(exact, mean * (1 - mean) / (2 * 3), 2)


# --- GDE-18 to GDE-18c: expectations of what users compute from predictions


def _expectation(law, n_runs, n_points, statistic):
    """E of a statistic of predictions (n_runs, n_points), by full enumeration."""
    tables, chance = all_tables(law, n_runs, n_points)
    values = [
        [[statistic(table) for table in runs] for runs in instance]
        for instance in tables
    ]
    return (chance * namespace(law.weights).asarray(values)).sum(axis=(-1, -2))


@claim("GDE-18", kind="identity", domain=enumerated_laws, cost=20_000)
def variance_estimate_is_unbiased(rg, law, share=1):
    """The estimate from disjoint pairs of runs is unbiased for Var D̂.

    Enumerated for (M, N) = (4, 2) and (5, 3).
    """
    return [
        equal(
            _expectation(law, m, n, rg.disagreement.unbiased_variance),
            share * _moments(law, m, n)[1],
            2,
        )
        for m, n in ((4, 2), (5, 3))
    ]


variance_estimate_is_unbiased.twin("its mean is 2 % larger", share=1.02)


@variance_estimate_is_unbiased.twin_function(
    "so is the sample variance of all comparisons"
)
def _(rg, law):
    mean, variance = _moments(law, 4, 2)
    # All 6 pairs × 2 points as if independent: E of their sample variance over 12.
    second = mean - ((variance + mean**2) * 12 - mean) / 11
    return equal(second / 12, variance, 2)


def _fair_coins(order: int) -> ClassifierLaw:
    """Equally likely classifiers, any two of which differ at about half of the points.

    The rows of a Hadamard matrix: nearly all noise is that of single comparisons. The
    first column is left out, as all rows agree there.
    """
    rows, points = np.arange(order), order - 1
    shared = rows[:, None] & rows[1:]
    bits = sum((shared >> b) & 1 for b in range(order.bit_length())) % 2
    truth = np.tile([1.0, 0.0], (points, 1))
    uniform = np.full(points, 1 / points)
    return ClassifierLaw(uniform, truth, np.full(order, 1 / order), bits)


laws_with_coins = classifier_laws.but(
    "a law over finitely many classifiers; in one law they are fair coins",
    lambda: [*classifier_laws.examples(), _noisy_law(), _fair_coins(64)],
    build=lambda **arrays: ClassifierLaw.trusted(**arrays),
    outside=lambda law: not_a(ClassifierLaw, law),
)
JACKKNIFE_SIZES = ((3, 2), (4, 3), (10, 50), (10**4, 10**4))


def _mean_jackknife(d, law):
    """Var D̂ and E V_J, (..., sizes)."""
    variances, jackknives = (
        [f(law, m, n) for m, n in JACKKNIFE_SIZES]
        for f in (d.disagreement_variance, d.expected_jackknife_variance)
    )
    stack = namespace(law.weights).stack
    return stack(variances, axis=-1), stack(jackknives, axis=-1)


@claim("GDE-18b", kind="inequality", domain=laws_with_coins, cost=10)
def jackknife_is_conservative(rg, law, least=1, most=5):
    """Var D̂ ≤ E V_J ≤ (1 + f) Var D̂ ≤ 5 Var D̂ for the two-way jackknife V_J."""
    variance, jackknife = _mean_jackknife(rg.disagreement, law)
    runs = namespace(variance).asarray([m for m, _ in JACKKNIFE_SIZES])
    factor = 1 + 2 * (runs - 1) / (runs - 2)
    return (
        at_most(least * variance, jackknife, JACKKNIFE_SCALE, sharp=True),
        at_most(jackknife, factor * variance, JACKKNIFE_SCALE, sharp=0.99),
        at_most(jackknife, most * variance, JACKKNIFE_SCALE, sharp=0.99),
    )


jackknife_is_conservative.twin("it exceeds the variance by 2 %", least=1.02)
jackknife_is_conservative.twin("4.9 times the variance is enough", most=4.9)
jackknife_is_conservative.twin("E V_J ≤ 2 Var D̂", most=2)


@jackknife_is_conservative.twin_function(
    "deleting points only is conservative too", domain=small_classifier_laws
)
def _(rg, law):
    tables, chance = all_tables(law, 3, 2)
    # The variance of the mean of two points: a quarter of their squared difference.
    apart = namespace(chance).diff(pair_disagreement(law, tables), axis=-1)[..., 0]
    points_only = (chance * apart**2 / 4).sum(axis=(-1, -2))
    return at_most(rg.disagreement.disagreement_variance(law, 3, 2), points_only, 2)


# The components are differences of up to six ζ, each weighted by up to 1 + f = 5.
JACKKNIFE_SCALE = 30


@claim("GDE-18c", kind="identity", domain=enumerated_laws, cost=20_000)
def expected_jackknife(rg, law, share=1):
    """E V_J = V₁₀ + f V₂₀ + V₀₁ + 2 V₁₁ + (1 + f) V₂₁.

    Enumerated for (M, N) = (3, 2), (4, 3) and (5, 2).
    """
    d = rg.disagreement
    return [
        equal(
            _expectation(law, m, n, d.jackknife_variance),
            share * d.expected_jackknife_variance(law, m, n),
            JACKKNIFE_SCALE,
        )
        for m, n in ((3, 2), (4, 3), (5, 2))
    ]


expected_jackknife.twin("its mean is 2 % larger", share=1.02)


@expected_jackknife.twin_function("the jackknife is unbiased")
def _(rg, law):
    jackknife = _expectation(law, 3, 2, rg.disagreement.jackknife_variance)
    return equal(jackknife, _moments(law, 3, 2)[1], JACKKNIFE_SCALE)
