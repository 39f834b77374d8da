"""GDE-21 to GDE-23: what bins and finitely many labels do to CACE."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from scipy.special import gammaln
from scipy.stats import betabinom, norm

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
    d = rg.disagreement
    errors = [d.binned_cace(law, b) for b in (2, 4, 8)] + [d.cace(law)]
    chain = [measured(low, high, 2, n_terms(law)) for low, high in pairwise(errors)]
    middles = (np.arange(N_BINS) + 0.5) / N_BINS
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
    votes = np.rint(law.vote_shares * LATTICE).astype(int)
    # Bins by integer arithmetic, apart from the library's bin_index.
    bins = np.minimum(votes * N_BINS // LATTICE, N_BINS - 1)
    member = bins[..., None] == np.arange(N_BINS)
    promised = (votes[..., None] * member).sum(axis=-2)
    # For label y: LATTICE if y's own share is in the bin, minus what is promised.
    values = LATTICE * member - promised[..., None, :]
    support = np.arange(-LATTICE, LATTICE + 1)
    at = values[..., None] == support
    return np.einsum("...nk,...nkbv->...bv", label_cells(law), at), support / LATTICE


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
    """E|mean of n draws| for integer-valued draws / LATTICE, by convolution."""
    half = pmf.shape[-1] // 2
    size = 1 << int(2 * half * n).bit_length()
    transform = np.fft.rfft(pmf, size, axis=-1) ** n
    total = np.fft.irfft(transform, size, axis=-1)[..., : 2 * half * n + 1]
    sums = abs(np.arange(-half * n, half * n + 1))
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
        noise = np.sqrt(abs(variance) / n).sum(axis=-1)
        scale, terms = 2 * N_BINS, _fft_terms(n)
        parts += [
            measured(true, seen, scale, terms),
            measured(seen, true + noise, scale, terms),
            measured(noise, np.sqrt(2 * N_BINS / n), scale, terms),
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
    pmf, support = _imbalance_pmf(rg, law)
    _, variance, third = _moments(pmf, support)
    noisy = variance > 1e-12  # a bin that is empty, or sure, adds nothing
    limit = np.where(noisy, np.sqrt(2 * abs(variance) / np.pi), 0).sum(axis=-1)
    ratio = np.where(noisy, third / np.where(noisy, variance, 1), 0).sum(axis=-1)
    values = [
        n**power * _expected_absolute_mean(pmf, n).sum(axis=-1) for n in SAMPLE_SIZES
    ]
    envelope = ratio[..., None] / np.sqrt(SAMPLE_SIZES)
    return np.stack(values, axis=-1), limit[..., None], envelope


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


def _pair_pmf(alpha, n_classes, n_runs):
    """P(n₁ = i, n₂ = j) of a symmetric Dirichlet-multinomial."""
    i, j = np.ogrid[: n_runs + 1, : n_runs + 1]
    rest = n_runs - i - j
    legal = rest >= 0
    rest = np.where(legal, rest, 0)
    others = (n_classes - 2) * alpha

    def log_rising(a, n):
        return gammaln(a + n) - gammaln(a) - gammaln(n + 1)

    logs = log_rising(alpha, i) + log_rising(alpha, j) + log_rising(others, rest)
    return np.where(legal, np.exp(logs - log_rising(n_classes * alpha, n_runs)), 0)


def published_noise_floor(rg, alpha, n_classes, n_runs=100, n_points=10_000, n_bins=10):
    """E of the binned CACE that a calibrated Dirichlet law shows, and its error.

    Bins' imbalances are means of N terms in [−1, 1]: E|mean| is that of the normal
    with the same mean and variance within E|A − μ|³/(v N) ≤ 2/N per bin.
    """
    j = np.arange(n_runs + 1)
    share = j / n_runs
    right = (j + alpha) / (n_runs + n_classes * alpha)
    bins = rg.disagreement.bin_index(share, n_bins)
    single = betabinom.pmf(j, n_runs, alpha, (n_classes - 1) * alpha)
    pair = _pair_pmf(alpha, n_classes, n_runs)
    total = 0.0
    for b in range(n_bins):
        inside = (bins == b).astype(float)
        mean = n_classes * (single * inside * (right - share)).sum()
        own = (single * inside * (right - 2 * right * share + share**2)).sum()
        both = pair * np.outer(inside, inside)
        cross = both * (
            np.outer(share, share) - np.outer(right, share) - np.outer(share, right)
        )
        square = n_classes * own + n_classes * (n_classes - 1) * cross.sum()
        deviation = np.sqrt((square - mean**2) / n_points)
        total += deviation * 2 * norm.pdf(mean / deviation) + mean * (
            1 - 2 * norm.cdf(-mean / deviation)
        )
    return total, 2 * n_bins / n_points


published_setting = Domain(
    "published_setting",
    "AllDiff of Jiang et al. 2022, table 1: EDR .348, K = 10, N = 10⁴, M = 100",
    lambda: [ALL_DIFF],
)


@claim(
    "GDE-22c", kind="existence", domain=published_setting, source=f"{JIANG}, table 1"
)
def published_floor(rg, law):
    """A perfectly calibrated law shows a binned CACE of .018 ± .004 there."""
    floor, error = _published(rg, law)
    return (
        measured(floor + error, 0.022, kind="inequality"),
        measured(0.014 * np.ones_like(floor), floor - error, kind="inequality"),
        measured(floor - error, 0),
    )


@published_floor.twin("noise explains the published .0437", kind="inequality")
def _(rg, law):
    floor, error = _published(rg, law)
    return measured(0.0437 * np.ones_like(floor), floor + error)


def _published(rg, law):
    parameters = zip(law.alpha, law.n_classes, strict=True)
    floors = [published_noise_floor(rg, a, k) for a, k in parameters]
    return np.array([f for f, _ in floors]), np.array([e for _, e in floors])


def _two_labels(rg, law, estimate):
    """E of `estimate` over two independent labelled points, and the true z_b²."""
    pmf, support = _imbalance_pmf(rg, law)
    pairs = np.stack(np.meshgrid(support, support, indexing="ij"), axis=-1)
    values = estimate(pairs[..., None])[..., 0]
    expected = np.einsum("...v,...w,vw->...", pmf, pmf, values)
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
