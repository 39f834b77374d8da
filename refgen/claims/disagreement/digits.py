"""The theorems on networks trained on real digits: a test set is a finite law."""

import math

import numpy as np

from refgen.arrays import namespace
from refgen.claims.disagreement.common import (
    label_cells,
    mean_error,
    mean_pairwise,
    n_terms,
)
from refgen.claims.disagreement.theorems import calibration_error_chain
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.disagreement import ClassifierLaw


def _laws() -> list[ClassifierLaw]:
    """One law per training protocol; training happens on first use."""
    from refgen.claims.disagreement._digits_runs import digits_laws

    laws = []
    for runs in digits_laws():
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
    "digits",
    "networks trained on scikit-learn's digits, four protocols of Jiang et al. 2022",
    _laws,
)


N_BINS = 5


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
    right = xp.einsum("...nk,...nkb->...nb", label_cells(law), member)
    square = right * (1 - 2 * promised) + law.weights[..., None] * promised**2
    return d.bin_imbalances(law, N_BINS) ** 2, square.sum(axis=-2)


def _library_estimates(rg, law):
    """What users call on predictions equals the exact law's quantities."""
    labels = law.label_probabilities.argmax(axis=-1)
    pairs = list(zip(law.predictions, labels, strict=True))
    return (*_from_votes(rg, law, pairs), *_from_bins(rg, law, pairs))


def _same(estimates, exact, law):
    terms = n_terms(law.marginal()) * law.predictions.shape[-2]
    estimates = namespace(law.weights).asarray(estimates)
    return measured(estimates, exact, 2, terms, kind="identity")


def _from_votes(rg, law, pairs):
    d, marginal = rg.disagreement, law.marginal()
    levels = [_summed_over_levels(rg, marginal.take(i)) for i in range(len(pairs))]
    return (
        _same([d.disagreement(p) for p, _ in pairs], mean_pairwise(law, rg), law),
        _same(
            [d.ensemble_disagreement(p) for p, _ in pairs],
            d.expected_disagreement(marginal),
            law,
        ),
        _same([d.ensemble_cace(p, y) for p, y in pairs], d.cace(marginal), law),
        _same(levels, d.cace(marginal), law),
    )


def _from_bins(rg, law, pairs):
    d, marginal, xp = rg.disagreement, law.marginal(), namespace(law.weights)
    n = law.weights.shape[-1]
    squared_mean, mean_square = _bin_squares(rg, marginal)
    noise = xp.sqrt(2 * (mean_square - squared_mean) / (math.pi * n)).sum(axis=-1)
    squares = xp.stack([d.unbiased_squared_bins(p, y, N_BINS) for p, y in pairs])
    return (
        _same(
            [d.binned_ensemble_cace(p, y, N_BINS) for p, y in pairs],
            d.binned_cace(marginal, N_BINS),
            law,
        ),
        _same([d.cace_noise_floor(p, y, N_BINS) for p, y in pairs], noise, law),
        _same(squares, (n * squared_mean - mean_square) / (n - 1), law),
    )


@claim(
    "digits",
    kind="inequality",
    domain=digits_domain,
    source="GDE-5, 6, 7 and 15 on empirical laws",
    slow=True,
)
def theorems_on_digits(rg, law):
    """On real networks: |gap| ≤ W₁ ≤ CACE/2, the chain of GDE-7, V = (M − 1)/M U."""
    d, marginal = rg.disagreement, law.marginal()
    m = law.predictions.shape[-2]
    terms = n_terms(marginal) * m
    gap = abs(d.gap(marginal))
    v_statistic = (m - 1) / m * mean_pairwise(law, rg)
    return (
        *_library_estimates(rg, law),
        *calibration_error_chain.measure(rg, marginal),
        measured(gap, d.cace(marginal), 2, terms),
        measured(gap, d.wasserstein_distance(marginal), 2, terms),
        measured(d.wasserstein_distance(marginal), d.cace(marginal) / 2, 2, terms),
        measured(
            d.expected_disagreement(marginal), v_statistic, 1, terms, kind="identity"
        ),
        measured(
            d.test_error(marginal), mean_error(law, rg), 1, terms, kind="identity"
        ),
    )


@theorems_on_digits.twin("the runs' disagreement equals their error", kind="identity")
def _(rg, law):
    return measured(rg.disagreement.gap(law.marginal()), 0, 2, 10_000)


@theorems_on_digits.twin("CACE is no more than twice the gap")
def _(rg, law):
    d, marginal = rg.disagreement, law.marginal()
    return measured(d.cace(marginal), 2 * abs(d.gap(marginal)), 2, 10_000)
