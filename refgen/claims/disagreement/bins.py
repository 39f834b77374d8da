"""GDE-21 to GDE-22b and GDE-23: what bins and finitely many labels do to CACE."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, lattice_steps
from refgen.claims.disagreement._runs import label_masses
from refgen.claims.disagreement.domains import finite_laws, wrong_classifier
from refgen.claims.disagreement.lattice_laws import (
    UNMOVED,
    calibrated_laws,
    lattice_laws,
    off_lattice,
)
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw
from refgen.special import folded_normal_mean

N_BINS = 5


@claim("GDE-21", kind="inequality", domain=finite_laws)
def bins_only_lower_the_error(rg, law, share=1):
    """CACE₂ ≤ CACE₄ ≤ CACE₈ ≤ CACE; |gap| ≤ Σ |m_b − ½| |z_b| + (Δ/2) CACE.

    The last term is at most Δ, the width of a bin.
    """
    d, cace = rg.disagreement, rg.disagreement.cace(law)
    middles = (namespace(law.weights).arange(N_BINS) + 0.5) / N_BINS
    off_middle = abs(law.vote_shares - middles[d.bin_index(law.vote_shares, N_BINS)])
    half_width = 0.5 / N_BINS + 1e-9  # a level just below an edge counts as above it
    seen = (abs(middles - 0.5) * abs(d.bin_imbalances(law, N_BINS))).sum(axis=-1)
    unseen = share * half_width * cace
    caces = (d.binned_cace(law, n) for n in (2, 4, 8))
    return (
        ascending(*caces, cace, scale=2, sharp=True),
        at_most(off_middle, half_width, sharp=True),
        at_most(abs(d.gap(law)), seen + unseen, 2, sharp=True),
        at_most(unseen, 2 * half_width, sharp=True),
    )


bins_only_lower_the_error.twin("95 % of the last term would do", share=0.95)


@bins_only_lower_the_error.twin_function("binned CACE bounds |EDR − ETE|")
def _(rg, law):
    d = rg.disagreement
    return at_most(abs(d.gap(law)), d.binned_cace(law, N_BINS), 2)


# --- GDE-22 to GDE-23: finitely many labels

# The imbalance of bin b at a labelled point is A_b = Σ (1[Y = k] − h̃ₖ), over classes k
# whose share is in the bin; CACE_N is the sum over bins of |mean of A_b at N points|.
# Where shares are on a lattice A_b has few values, and its law is written down exactly.


def _values(xp: Any) -> Any:
    """What A_b may be: −1, …, 1 in steps of 1/LATTICE."""
    return xp.arange(-LATTICE, LATTICE + 1) / LATTICE


def _bins(law: FiniteLaw, n_bins: int) -> Any:
    """Whether a share is in a bin, (..., n_bins): by integers, without `bin_index`."""
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    bins = xp.minimum(votes * n_bins // LATTICE, n_bins - 1)
    return bins[..., None] == xp.arange(n_bins)


def _imbalance_pmf(law: FiniteLaw, n_bins: int = N_BINS) -> Any:
    """P(A_b = value) of every bin and value, (..., n_bins, 2 LATTICE + 1)."""
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    in_bin = _bins(law, n_bins)
    promised = (votes[..., None] * in_bin).sum(axis=-2, keepdims=True)
    found = LATTICE * in_bin - promised  # LATTICE · A_b at each point and label
    is_value = found[..., None] == xp.arange(-LATTICE, LATTICE + 1)
    return xp.einsum("...nk,...nkbv->...bv", label_masses(law), is_value.astype(float))


def _moments(pmf: Any) -> tuple[Any, Any, Any]:
    """E A, Var A and E|A − E A|³."""
    values = _values(namespace(pmf))
    mean = (pmf * values).sum(axis=-1)
    apart = abs(values - mean[..., None])
    return mean, (pmf * apart**2).sum(axis=-1), (pmf * apart**3).sum(axis=-1)


def _expected_cace(pmf: Any, n: int) -> Any:
    """E CACE_N for N = n, a power of two, by convolution: n-th powers of transforms."""
    xp, last = namespace(pmf), n * (pmf.shape[-1] - 1)
    size = 1 << last.bit_length()
    transform = xp.fft.rfft(pmf, size, axis=-1)
    for _ in range(n.bit_length() - 1):
        transform = transform * transform
    pmf_of_sum = xp.fft.irfft(transform, size, axis=-1)[..., : last + 1]
    means = xp.arange(-(last // 2), last // 2 + 1) / (n * LATTICE)
    return (pmf_of_sum * abs(means)).sum(axis=(-1, -2))


def _rates_of_bins(law: FiniteLaw, n_bins: int) -> tuple[Any, Any]:
    """Error and disagreement of votes for bins instead of classes."""
    xp, in_bin = namespace(law.weights), _bins(law, n_bins).astype(float)
    right, votes = (
        xp.einsum("...nk,...nkb->...nb", array, in_bin)
        for array in (law.label_probabilities, law.vote_shares)
    )
    return tuple(
        1 - xp.einsum("...n,...nb,...nb->...", law.weights, votes, other)
        for other in (right, votes)
    )


# One label in two, and two votes in different bins: A_b is ±½, so that Jensen's
# inequality is attained by a single label.
COIN = FiniteLaw([1.0], [[0.5, 0.5, 0.0]], [[0.5, 0.3, 0.2]])
# Votes that are certain and nearly always right: v_b is as large as the error allows.
ACCURATE = FiniteLaw([1.0], [[1 - 1e-8, 1e-8]], [[1.0, 0.0]])

laws_at_the_bounds = lattice_laws.but(
    "vote shares that are multiples of 1/10, and laws that attain the bounds",
    lambda: [*lattice_laws.examples(), COIN, ACCURATE, wrong_classifier()],
    outside=off_lattice,
)


def _bounds_of_shown_error(d: Any, law: FiniteLaw, n_bins: int, n: int) -> list[Any]:
    """E CACE_N in the middle of its chain of bounds; what is left of the chain."""
    pmf, z, v = (
        _imbalance_pmf(law, n_bins),
        d.bin_imbalances(law, n_bins),
        d.bin_variances(law, n_bins),
    )
    cace, roots = d.binned_cace(law, n_bins), namespace(v).sqrt(z**2 + v / n)
    noise = namespace(v).sqrt(n_bins * v.sum(axis=-1) / n)
    shown = _expected_cace(pmf, n)
    normal = folded_normal_mean(z, namespace(v).sqrt(v / n))
    # A bin that is empty, or sure, is not off.
    off = ((1 + abs(z)) * (v > 0)).sum(axis=-1) / n
    return [
        ascending(
            cace,
            shown,
            roots.sum(axis=-1),
            cace + noise,
            scale=2 * n_bins,
            sharp=True,
        ),
        at_most(
            abs(shown - normal.sum(axis=-1)),
            off,
            2 * n_bins,
            reason="a universal constant: Goldstein's, which no finite law attains",
        ),
    ]


@claim(
    "GDE-22",
    kind="inequality",
    domain=laws_at_the_bounds,
    source="derived here; distance: Goldstein 2010",
    cost=100,
)
def sampling_bias_of_binned_error(rg, law, share=1):
    """CACE_B ≤ E CACE_N ≤ Σ √(z_b² + v_b/N) ≤ CACE_B + √(B Σ v_b/N), N = 1, 4, 16.

    Σ v_b = 2 ETE_B − EDR_B − Σ z_b² ≤ 2 ETE: the noise is at most √(2B ETE/N). And
    E CACE_N is Σ E|N(z_b, v_b/N)| within Σ (1 + |z_b|)/N.
    """
    d, parts = rg.disagreement, []
    error = namespace(law.weights).clip(d.test_error(law), 0, 1)
    for n_bins in (2, N_BINS):
        mean, variance, _ = _moments(_imbalance_pmf(law, n_bins))
        v = d.bin_variances(law, n_bins)
        wrong, differ = _rates_of_bins(law, n_bins)
        total = 2 * wrong - differ - (mean**2).sum(axis=-1)
        bound = share * d.noise_floor_bound(error, 1, n_bins) ** 2 / n_bins
        parts += [
            equal(d.bin_imbalances(law, n_bins), mean, 2),
            equal(v, variance, 2),
            equal(v.sum(axis=-1), total, 4),
            at_most(v.sum(axis=-1), bound, 4, sharp=True),
            *(_bounds_of_shown_error(d, law, n_bins, n) for n in (1, 4, 16)),
        ]
    return parts


sampling_bias_of_binned_error.twin("Σ v_b ≤ 1.96 ETE", share=0.98)


@sampling_bias_of_binned_error.twin_function("the binned error is unbiased")
def _(rg, law):
    shown = _expected_cace(_imbalance_pmf(law), 4)
    return equal(shown, rg.disagreement.binned_cace(law, N_BINS), 2 * N_BINS)


@sampling_bias_of_binned_error.twin_function("Σ v_b ≤ EDR_B")
def _(rg, law):
    _, differ = _rates_of_bins(law, N_BINS)
    return at_most(rg.disagreement.bin_variances(law, N_BINS).sum(axis=-1), differ, 4)


SAMPLE_SIZES = (16, 64, 256, 1024)
# Shevtsova's constant in the theorem of Berry and Esseen.
BERRY_ESSEEN = 0.4748
# Variances up to this are those of bins whose sums are the same for all labels.
SURE = 1e-24

few_classes_laws = calibrated_laws("class_aggregated", UNMOVED, k=(2, 3))


def _distance_from_normal(pmf: Any) -> Any:
    """Σ_b of how far √N E|mean of A_b| is from √(2 v_b/π), as a function of N.

    The smaller one of Goldstein's bound, of order 1/√N, and of the one of order 1/N
    that the theory page derives.
    """
    xp, values = namespace(pmf), _values(namespace(pmf))
    _, v, third = (moment[..., None] for moment in _moments(pmf))
    fourth = (pmf * values**4).sum(axis=-1)[..., None]
    noisy = v > SURE  # a bin that is empty, or sure, adds nothing
    v = xp.where(noisy, v, 1.0)
    skewed, peaked = third / v**1.5, fourth / v**2

    def envelope(n: Any) -> Any:
        first = third / (v * xp.sqrt(n))
        kink = 4 * BERRY_ESSEEN * skewed * (1 + skewed / 2) / xp.sqrt(n * (n - 1))
        swap = math.sqrt(2 / math.pi) * (1 + peaked / 3) / (2 * xp.sqrt(n * (n - 1)))
        both = xp.minimum(first, xp.sqrt(v) * (kink + swap))
        return xp.where(noisy, both, 0.0).sum(axis=-2)

    return envelope


@claim(
    "GDE-22b",
    kind="limit",
    domain=few_classes_laws,
    source="derived here; distances: Goldstein 2010, Shevtsova 2011",
    cost=500,
)
def noise_floor(rg, law, power=1 / 2):
    """√N E CACE_N → Σ √(2 v_b/π) for calibrated laws, up to a distance of order 1/N."""
    pmf, xp = _imbalance_pmf(law), namespace(law.weights)
    limit = rg.disagreement.expected_noise_floor(law, 1, N_BINS)
    sizes = xp.asarray(SAMPLE_SIZES, float)
    errors = xp.stack([_expected_cace(pmf, n) for n in SAMPLE_SIZES], axis=-1)
    # Where nothing is noisy both sides are 0 (GDE-22), which says nothing of a rate.
    noisy = (_moments(pmf)[1] > SURE).any(axis=-1)[..., None]
    return tends_to(
        xp.where(noisy, sizes**power * errors, 0.0),
        xp.where(noisy, limit[..., None], 0.0),
        _distance_from_normal(pmf),
        SAMPLE_SIZES,
        SAMPLE_SIZES[-1] ** power * N_BINS * noisy,
    )


noise_floor.twin("it decays like N^−0.51", power=0.51)
noise_floor.twin("it decays like 1/N: N E CACE_N has that limit", power=1)


def _mean_over_two_labels(law: FiniteLaw, estimate: Any) -> Any:
    """E of an estimate that is made of A_b at two independent labelled points."""
    pmf, xp = _imbalance_pmf(law), namespace(law.weights)
    both = xp.meshgrid(_values(xp), _values(xp), indexing="ij")
    estimates = estimate(xp.stack(both, axis=-1)[..., None])[..., 0]
    return xp.einsum("...v,...w,vw->...", pmf, pmf, estimates)


@claim("GDE-23", kind="identity", domain=laws_at_the_bounds, cost=100)
def debiased_squares(rg, law, share=1):
    """((Σ A)² − Σ A²) / (N(N − 1)) is unbiased for z_b²."""
    d = rg.disagreement
    squares = share * d.bin_imbalances(law, N_BINS) ** 2
    return equal(_mean_over_two_labels(law, d.debiased_square), squares, 2)


debiased_squares.twin("its mean is 2 % larger", share=1.02)


@debiased_squares.twin_function("the squared mean is unbiased")
def _(rg, law):
    squares = rg.disagreement.bin_imbalances(law, N_BINS) ** 2
    seen = _mean_over_two_labels(law, lambda a: a.mean(axis=-2) ** 2)
    return equal(seen, squares, 2)
