"""GDE-21 to GDE-22b and GDE-23: what bins and finitely many labels do to CACE."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.disagreement._calibrated import LATTICE, lattice_steps
from refgen.claims.disagreement._runs import label_masses
from refgen.claims.disagreement.domains import (
    UNMOVED,
    calibrated_laws,
    finite_laws,
    lattice_laws,
)
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.disagreement import FiniteLaw

N_BINS = 5


@claim("GDE-21", kind="inequality", domain=finite_laws)
def bins_only_lower_the_error(rg, law):
    """CACE₂ ≤ CACE₄ ≤ CACE₈ ≤ CACE; |gap| ≤ Σ |m_b − ½| |z_b| + (Δ/2) CACE."""
    d, cace = rg.disagreement, rg.disagreement.cace(law)
    middles = (namespace(law.weights).arange(N_BINS) + 0.5) / N_BINS
    off_middle = abs(law.vote_shares - middles[d.bin_index(law.vote_shares, N_BINS)])
    half_width = 0.5 / N_BINS + 1e-9  # a level just below an edge counts as above it
    seen = (abs(middles - 0.5) * abs(d.bin_imbalances(law, N_BINS))).sum(axis=-1)
    return (
        ascending(*(d.binned_cace(law, n) for n in (2, 4, 8)), cace, scale=2),
        at_most(off_middle, half_width),
        at_most(abs(d.gap(law)), seen + half_width * cace, 2),
    )


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


def _imbalance_pmf(law: FiniteLaw) -> Any:
    """P(A_b = value) of every bin and value, (..., N_BINS, 2 LATTICE + 1)."""
    xp, votes = namespace(law.weights), lattice_steps(law.vote_shares)
    # By integers, apart from the library's bin_index.
    bins = xp.minimum(votes * N_BINS // LATTICE, N_BINS - 1)
    in_bin = bins[..., None] == xp.arange(N_BINS)
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


@claim("GDE-22", kind="inequality", domain=lattice_laws, cost=50)
def sampling_bias_of_binned_error(rg, law):
    """CACE_B ≤ E CACE_N ≤ CACE_B + Σ √(v_b/N) ≤ CACE_B + √(2B/N), N = 4, 16."""
    pmf, scale = _imbalance_pmf(law), 2 * N_BINS
    mean, variance, _ = _moments(pmf)
    cace = abs(mean).sum(axis=-1)
    noise = namespace(variance).sqrt(variance).sum(axis=-1)
    return equal(rg.disagreement.binned_cace(law, N_BINS), cace, 2), [
        ascending(
            cace,
            _expected_cace(pmf, n),
            cace + noise / math.sqrt(n),
            cace + math.sqrt(2 * N_BINS / n),
            scale=scale,
        )
        for n in (4, 16)
    ]


@sampling_bias_of_binned_error.twin_function("the binned error is unbiased")
def _(rg, law):
    pmf = _imbalance_pmf(law)
    cace = abs(_moments(pmf)[0]).sum(axis=-1)
    return equal(_expected_cace(pmf, 4), cace, 2 * N_BINS)


SAMPLE_SIZES = (16, 64, 256, 1024)
# A transform of 2¹⁵ points carries some 16 roundings, its n-th power n times as many.
FFT_ROUNDINGS = 16 * SAMPLE_SIZES[-1]

few_classes_laws = calibrated_laws("class_aggregated", UNMOVED, k=(2, 3))


@claim(
    "GDE-22b",
    kind="limit",
    domain=few_classes_laws,
    source="derived here; distance: Goldstein 2010",
    cost=500,
)
def noise_floor(rg, law, power=1 / 2):
    """Calibrated: √N E CACE_N → Σ √(2 v_b/π), within Σ E|A_b|³ / (v_b √N)."""
    pmf, xp = _imbalance_pmf(law), namespace(law.weights)
    _, variance, third = _moments(pmf)
    noisy = variance > 1e-12  # a bin that is empty, or sure, adds nothing
    ratio = xp.where(noisy, third / xp.where(noisy, variance, 1), 0).sum(axis=-1)
    limit = xp.where(noisy, xp.sqrt(2 * variance / math.pi), 0).sum(axis=-1)
    sizes = xp.asarray(SAMPLE_SIZES, float)
    errors = xp.stack([_expected_cace(pmf, n) for n in SAMPLE_SIZES], axis=-1)
    return tends_to(
        sizes**power * errors,
        limit[..., None],
        ratio[..., None] / xp.sqrt(sizes),
        SAMPLE_SIZES[-1] ** power * N_BINS,
        roundings=FFT_ROUNDINGS,
    )


noise_floor.twin("it decays like 1/N: N E CACE_N has that limit", power=1)


def _mean_over_two_labels(law: FiniteLaw, estimate: Any) -> Any:
    """E of an estimate that is made of A_b at two independent labelled points."""
    pmf, xp = _imbalance_pmf(law), namespace(law.weights)
    both = xp.meshgrid(_values(xp), _values(xp), indexing="ij")
    estimates = estimate(xp.stack(both, axis=-1)[..., None])[..., 0]
    return xp.einsum("...v,...w,vw->...", pmf, pmf, estimates)


@claim("GDE-23", kind="identity", domain=lattice_laws, cost=10)
def debiased_squares(rg, law):
    """((Σ A)² − Σ A²) / (N(N − 1)) is unbiased for z_b²."""
    d = rg.disagreement
    squares = d.bin_imbalances(law, N_BINS) ** 2
    return equal(_mean_over_two_labels(law, d.debiased_square), squares, 2)


@debiased_squares.twin_function("the squared mean is unbiased")
def _(rg, law):
    squares = rg.disagreement.bin_imbalances(law, N_BINS) ** 2
    seen = _mean_over_two_labels(law, lambda a: a.mean(axis=-2) ** 2)
    return equal(seen, squares, 2)
