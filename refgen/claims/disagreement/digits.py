"""The theorems on networks trained on real digits: a test set is a finite law."""

import math

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement._runs import label_masses, mean_pairwise
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw
from refgen.domains import Domain


def _laws() -> list[ClassifierLaw]:
    """One law per training protocol; training happens on first use."""
    from refgen.claims.disagreement._digits_runs import digits_runs

    laws = []
    for runs in digits_runs():
        n_runs, n_points = runs.predictions.shape
        laws.append(
            ClassifierLaw(
                np.full(n_points, 1 / n_points),
                np.eye(10)[runs.labels],
                np.full(n_runs, 1 / n_runs),
                runs.predictions,
            )
        )
    return laws


digits_domain = Domain(
    "networks trained on scikit-learn's digits, four protocols of Jiang et al. 2022",
    _laws,
)

N_BINS = 5
# Sums over 1397 points, ten classes and ten runs.
ROUNDINGS = 1397 * 10 * 10


def _summed_over_levels(rg, law):
    """Σ_q |a(q) − q w(q)| of a single law, from its table of levels."""
    levels, vote_mass, label_mass = rg.disagreement.level_masses(law)
    return float(abs(label_mass - levels * vote_mass).sum())


def _bin_squares(rg, law):
    """z_b² and E A_b² of the bins' imbalance at a labelled point, (batch, N_BINS)."""
    d, xp = rg.disagreement, namespace(law.weights)
    bins = d.bin_index(law.vote_shares, N_BINS)
    member = (bins[..., None] == xp.arange(N_BINS)).astype(float)
    promised = xp.einsum("...nk,...nkb->...nb", law.vote_shares, member)
    # A = member − promised, and member² = member.
    right = xp.einsum("...nk,...nkb->...nb", label_masses(law), member)
    square = right * (1 - 2 * promised) + law.weights[..., None] * promised**2
    return d.bin_imbalances(law, N_BINS) ** 2, square.sum(axis=-2)


def _from_votes(rg, law, tests):
    """What users compute from the runs' votes, and the same of the exact law."""
    d, votes = rg.disagreement, law.marginal()
    return (
        ([d.disagreement(p) for p, _ in tests], mean_pairwise(rg, law)),
        (
            [d.ensemble_disagreement(p) for p, _ in tests],
            d.expected_disagreement(votes),
        ),
        ([d.ensemble_cace(p, y) for p, y in tests], d.cace(votes)),
        (
            [_summed_over_levels(rg, votes.take(i)) for i in range(len(tests))],
            d.cace(votes),
        ),
    )


def _from_bins(rg, law, tests):
    """What users compute from binned shares, and the same of the exact law."""
    d, votes, xp = rg.disagreement, law.marginal(), namespace(law.weights)
    n = law.weights.shape[-1]
    squared_mean, mean_square = _bin_squares(rg, votes)
    noise = xp.sqrt(2 * (mean_square - squared_mean) / (math.pi * n)).sum(axis=-1)
    squares = xp.stack([d.unbiased_squared_bins(p, y, N_BINS) for p, y in tests])
    return (
        (
            [d.binned_ensemble_cace(p, y, N_BINS) for p, y in tests],
            d.binned_cace(votes, N_BINS),
        ),
        ([d.cace_noise_floor(p, y, N_BINS) for p, y in tests], noise),
        (squares, (n * squared_mean - mean_square) / (n - 1)),
    )


def _users_see_the_exact_law(rg, law):
    tests = list(
        zip(law.predictions, law.label_probabilities.argmax(axis=-1), strict=True)
    )
    asarray = namespace(law.weights).asarray
    seen = (*_from_votes(rg, law, tests), *_from_bins(rg, law, tests))
    return [
        equal(asarray(estimates), exact, 2, roundings=ROUNDINGS)
        for estimates, exact in seen
    ]


@claim(
    "digits",
    kind="inequality",
    domain=digits_domain,
    source="GDE-5, 6, 7 and 15 on empirical laws",
    slow=True,
)
def theorems_on_digits(rg, law):
    """On real networks: |gap| ≤ W₁ ≤ CACE/2, the chain of GDE-7, V = (M − 1)/M U."""
    d, votes = rg.disagreement, law.marginal()
    m, gap, cace = law.predictions.shape[-2], abs(d.gap(votes)), d.cace(votes)
    edr, ete = d.expected_disagreement(votes), d.test_error(votes)
    v_statistic = (m - 1) / m * mean_pairwise(rg, law)
    total_variation = d.expected_total_variation(votes)
    chain = (2 * gap, cace, d.cwce(votes), 2 * total_variation, 2)
    ranged = d.level_range(votes) * cace / 2
    half = (gap, d.wasserstein_distance(votes), ranged, cace / 2)
    return (
        _users_see_the_exact_law(rg, law),
        ascending(*chain, scale=2, roundings=ROUNDINGS),
        ascending(*half, scale=2, roundings=ROUNDINGS),
        equal(edr, v_statistic, roundings=ROUNDINGS),
        equal(ete, d.classifier_errors(law).mean(axis=-1), roundings=ROUNDINGS),
    )


@theorems_on_digits.twin_function("the runs' disagreement equals their error")
def _(rg, law):
    return equal(rg.disagreement.gap(law.marginal()), 0, 2, roundings=ROUNDINGS)


@theorems_on_digits.twin_function("CACE is no more than twice the gap")
def _(rg, law):
    d, votes = rg.disagreement, law.marginal()
    return at_most(d.cace(votes), 2 * abs(d.gap(votes)), 2, roundings=ROUNDINGS)
