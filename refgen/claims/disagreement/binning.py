"""GDE-21 to GDE-23: what bins and finitely many labels do to CACE."""

from __future__ import annotations

import math
from itertools import pairwise

from refgen.arrays import namespace, special_functions
from refgen.claims.disagreement.calibrated import LATTICE
from refgen.claims.disagreement.common import JIANG, label_cells, n_terms
from refgen.claims.disagreement.domains import finite_laws
from refgen.claims.disagreement.ensembles import ALL_DIFF
from refgen.claims.disagreement.lattice_domains import calibrated_laws, lattice_laws
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim

N_BINS = 5


@claim("GDE-21", kind="inequality", domain=finite_laws, source="derived here")
def bins_only_lower_the_error(rg, law):
    """CACE₂ ≤ CACE₄ ≤ CACE₈ ≤ CACE; |gap| ≤ Σ |m_b − ½| |z_b| + (Δ/2) CACE."""
    d, xp = rg.disagreement, namespace(law.weights)
    errors = [d.binned_cace(law, b) for b in (2, 4, 8)] + [d.cace(law)]
    chain = [measured(low, high, 2, n_terms(law)) for low, high in pairwise(errors)]
    middles = (xp.arange(N_BINS) + 0.5) / N_BINS
    seen = (abs(middles - 0.5) * abs(d.bin_imbalances(law, N_BINS))).sum(axis=-1)
    bound = seen + d.cace(law) / (2 * N_BINS)
    # Levels up to LEVEL_TOLERANCE below an edge count as above it.
    slack = 1e-9 * d.cace(law)
    centres = middles[d.bin_index(law.vote_shares, N_BINS)]
    off = abs(law.vote_shares - centres).max(axis=(-1, -2))
    chain.append(measured(off, 0.5 / N_BINS + 1e-9, 1, 1))
    return [*chain, measured(abs(d.gap(law)), bound + slack, 2, n_terms(law))]


@bins_only_lower_the_error.twin("binned CACE bounds |EDR − ETE|")
def _(rg, law):
    d = rg.disagreement
    return measured(abs(d.gap(law)), d.binned_cace(law, N_BINS), 2, n_terms(law))


def _imbalance_pmf(rg, law):
    """Exact law of LATTICE · A_b per bin, on −LATTICE..LATTICE."""
    xp = namespace(law.weights)
    votes = xp.rint(law.vote_shares * LATTICE).astype(int)
    # Bins by integer arithmetic, apart from the library's bin_index.
    bins = xp.minimum(votes * N_BINS // LATTICE, N_BINS - 1)
    member = bins[..., None] == xp.arange(N_BINS)
    promised = (votes[..., None] * member).sum(axis=-2)
    # For label y: LATTICE if y's own share is in the bin, minus what is promised.
    values = LATTICE * member - promised[..., None, :]
    support = xp.arange(-LATTICE, LATTICE + 1)
    at = (values[..., None] == support).astype(float)
    return xp.einsum("...nk,...nkbv->...bv", label_cells(law), at), support / LATTICE


def _moments(pmf, support):
    """Mean, variance and third absolute central moment along the last axis."""
    mean = (pmf * support).sum(axis=-1)
    centred = support - mean[..., None]
    return (
        mean,
        (pmf * centred**2).sum(axis=-1),
        (pmf * abs(centred) ** 3).sum(axis=-1),
    )


def _expected_absolute_mean(pmf, n):
    """E|mean of n draws| for integer-valued draws / LATTICE, n a power of two."""
    xp = namespace(pmf)
    half = pmf.shape[-1] // 2
    size = 1 << int(2 * half * n).bit_length()
    transform = xp.fft.rfft(pmf, size, axis=-1)
    for _ in range(n.bit_length() - 1):
        transform = transform * transform
    total = xp.fft.irfft(transform, size, axis=-1)[..., : 2 * half * n + 1]
    sums = abs(xp.arange(-half * n, half * n + 1))
    return (total * sums).sum(axis=-1) / (half * n)


# The transform of up to 2¹⁶ points errs by a few log2(size) roundings in each of the
# probabilities, raised to the n-th power: n · 16 of them, over `size` terms.
def _fft_terms(n):
    return 16 * n


@claim("GDE-22", kind="inequality", domain=lattice_laws, source="derived here", cost=50)
def sampling_bias_of_binned_error(rg, law):
    """CACE_B ≤ E CACE_N ≤ CACE_B + Σ √(v_b/N) ≤ CACE_B + √(2B/N), N = 4, 16."""
    pmf, support = _imbalance_pmf(rg, law)
    mean, variance, _ = _moments(pmf, support)
    true, parts = abs(mean).sum(axis=-1), []
    for n in (4, 16):
        seen = _expected_absolute_mean(pmf, n).sum(axis=-1)
        noise = namespace(variance).sqrt(abs(variance) / n).sum(axis=-1)
        scale, terms = 2 * N_BINS, _fft_terms(n)
        parts += [
            measured(true, seen, scale, terms),
            measured(seen, true + noise, scale, terms),
            measured(noise, math.sqrt(2 * N_BINS / n), scale, terms),
            measured(
                rg.disagreement.binned_cace(law, N_BINS), true, 2, 100, kind="identity"
            ),
        ]
    return parts


@sampling_bias_of_binned_error.twin("the binned error is unbiased", kind="identity")
def _(rg, law):
    pmf, support = _imbalance_pmf(rg, law)
    seen = _expected_absolute_mean(pmf, 4).sum(axis=-1)
    true = abs(_moments(pmf, support)[0]).sum(axis=-1)
    return measured(seen, true, 2 * N_BINS, _fft_terms(4))


SAMPLE_SIZES = (16, 64, 256, 1024)


def _floor_sequence(rg, law, power):
    """N^power E CACE_N along SAMPLE_SIZES, its limit and the proven distance."""
    xp = namespace(law.weights)
    pmf, support = _imbalance_pmf(rg, law)
    _, variance, third = _moments(pmf, support)
    noisy = variance > 1e-12  # a bin that is empty, or sure, adds nothing
    limit = xp.where(noisy, xp.sqrt(2 * abs(variance) / math.pi), 0).sum(axis=-1)
    ratio = xp.where(noisy, third / xp.where(noisy, variance, 1), 0).sum(axis=-1)
    values = [
        n**power * _expected_absolute_mean(pmf, n).sum(axis=-1) for n in SAMPLE_SIZES
    ]
    envelope = ratio[..., None] / xp.sqrt(xp.asarray(SAMPLE_SIZES, float))
    return xp.stack(values, axis=-1), limit[..., None], envelope


lattice_calibrated = calibrated_laws("class_aggregated", (2, 3))


@claim(
    "GDE-22b",
    kind="limit",
    domain=lattice_calibrated,
    source="derived here; distance: Goldstein 2010",
    cost=500,
)
def noise_floor(rg, law):
    """Calibrated: √N E CACE_N → Σ √(2 v_b/π), within Σ E|A_b|³ / (v_b √N)."""
    values, limit, envelope = _floor_sequence(rg, law, 0.5)
    terms = _fft_terms(SAMPLE_SIZES[-1])
    return measured(values, limit, 32 * N_BINS, terms, envelope)


@noise_floor.twin("it decays like 1/N: N E CACE_N has that limit")
def _(rg, law):
    values, limit, envelope = _floor_sequence(rg, law, 1.0)
    return measured(values, limit, 1024 * N_BINS, _fft_terms(1024), envelope)


def _log_rising(a, n):
    """log Γ(a + n) / (Γ(a) n!)."""
    gammaln = special_functions(a, n).gammaln
    return gammaln(a + n) - gammaln(a) - gammaln(n + 1.0)


def _vote_pmfs(alpha, n_classes, n_runs):
    """P(n₁ = i) and P(n₁ = i, n₂ = j) of a symmetric Dirichlet-multinomial."""
    xp = namespace(alpha)
    i = xp.arange(n_runs + 1)
    total = _log_rising(n_classes * alpha, xp.asarray(n_runs))
    own = _log_rising(alpha, i)
    others = _log_rising((n_classes - 1) * alpha, n_runs - i)
    rest = n_runs - i[:, None] - i
    third = _log_rising((n_classes - 2) * alpha, xp.where(rest >= 0, rest, 0))
    pairs = xp.exp(own[:, None] + own + third - total)
    return xp.exp(own + others - total), xp.where(rest >= 0, pairs, 0)


def _normal_absolute_mean(mean, deviation):
    """E|Z| for Z normal."""
    xp, z = namespace(mean), mean / deviation
    density = xp.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    below = special_functions(z).ndtr(-z)
    return 2 * deviation * density + mean * (1 - 2 * below)


def published_noise_floor(rg, alpha, n_classes, n_runs=100, n_points=10_000, n_bins=10):
    """E of the binned CACE that a calibrated Dirichlet law shows, and its error.

    Bins' imbalances A are means of N terms in [−1, 1]: E|mean| is that of the normal
    with mean μ and the same variance v/N within E|A − μ|³/(v N) ≤ (1 + |μ|)/N per bin.
    """
    xp = namespace(alpha)
    j = xp.arange(n_runs + 1)
    share = j / n_runs
    right = (j + alpha) / (n_runs + n_classes * alpha)
    bins = rg.disagreement.bin_index(share, n_bins)
    inside = (bins == xp.arange(n_bins)[:, None]).astype(float)
    single, pair = _vote_pmfs(alpha, n_classes, n_runs)
    promised, correct = inside * share, inside * right
    mean = n_classes * ((correct - promised) * single).sum(axis=-1)
    own = ((correct * (1 - 2 * share) + promised * share) * single).sum(axis=-1)
    # The pairs' law is symmetric: both mixed products have the same mean.
    cross = xp.einsum("bi,ij,bj->b", promised - 2 * correct, pair, promised)
    square = n_classes * own + n_classes * (n_classes - 1) * cross
    deviation = xp.sqrt((square - mean**2) / n_points)
    floor = _normal_absolute_mean(mean, deviation).sum()
    return floor, (1 + abs(mean)).sum() / n_points


published_setting = Domain(
    "published_setting",
    "AllDiff of Jiang et al. 2022, table 1: EDR .348, K = 10, N = 10⁴, M = 100",
    lambda: [ALL_DIFF],
)


@claim(
    "GDE-22c", kind="existence", domain=published_setting, source=f"{JIANG}, table 1"
)
def published_floor(rg, law):
    """A perfectly calibrated law shows a binned CACE of .0185 ± .0015 there."""
    floor, error = _published(rg, law)
    return (
        measured(floor + error, 0.020, kind="inequality"),
        measured(0.017 + 0 * floor, floor - error, kind="inequality"),
        measured(floor - error, 0),
    )


@published_floor.twin("noise explains the published .0437", kind="inequality")
def _(rg, law):
    floor, error = _published(rg, law)
    return measured(0.0437 + 0 * floor, floor + error)


def _published(rg, law):
    parameters = zip(law.alpha, law.n_classes, strict=True)
    floors = [published_noise_floor(rg, a, k) for a, k in parameters]
    xp = namespace(law.alpha)
    return xp.stack([f for f, _ in floors]), xp.stack([e for _, e in floors])


def _two_labels(rg, law, estimate):
    """E of `estimate` over two independent labelled points, and the true z_b²."""
    pmf, support = _imbalance_pmf(rg, law)
    xp = namespace(support)
    pairs = xp.stack(xp.meshgrid(support, support, indexing="ij"), axis=-1)
    values = estimate(pairs[..., None])[..., 0]
    expected = xp.einsum("...v,...w,vw->...", pmf, pmf, values)
    return expected, rg.disagreement.bin_imbalances(law, N_BINS) ** 2


@claim("GDE-23", kind="identity", domain=lattice_laws, source="derived here", cost=10)
def debiased_squares(rg, law):
    """((Σ A)² − Σ A²) / (N(N − 1)) is unbiased for z_b²."""
    seen, true = _two_labels(rg, law, rg.disagreement.debiased_square)
    return measured(seen, true, 2, 21 * 21)


@debiased_squares.twin("the squared mean is unbiased")
def _(rg, law):
    seen, true = _two_labels(rg, law, lambda s: s.mean(axis=-2) ** 2)
    return measured(seen, true, 2, 21 * 21)
