"""Calibration errors of vote shares: level masses, CACE, CWCE, top-label ECE."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_not_negative
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.disagreement._levels import LEVEL_WIDTH, check_bins, levels_of
from refgen.disagreement._ranges import within
from refgen.disagreement.laws import FiniteLaw
from refgen.kernels import kernel

absolute_level_sums = kernel("levels", "absolute_level_sums")
cumulative_level_area = kernel("levels", "cumulative_level_area")
segment_sums = kernel("levels", "segment_sums")


def _per_row(over_rows: Any, levels: Any, values: Any) -> Any:
    xp = namespace(levels)
    batch, n = levels.shape[:-1], levels.shape[-1]
    flat = over_rows(
        xp.ascontiguousarray(levels.reshape(-1, n)),
        xp.ascontiguousarray(values.reshape(-1, n)),
    )
    return flat.reshape(batch)[()]


def _imbalances(law: FiniteLaw) -> Any:
    """P(x) (p_k(x) − h̃_k(x)): mass of label k at x over what the votes promise."""
    return law.weights[..., None] * (law.label_probabilities - law.vote_shares)


def _flat(law: FiniteLaw, array: Any) -> Any:
    return array.reshape(*array.shape[:-2], law.n_points * law.n_classes)


def _levels(law: FiniteLaw) -> Any:
    """The level of every vote share of a law, (..., n_points, n_classes)."""
    return levels_of(_flat(law, law.vote_shares)).reshape(law.vote_shares.shape)


def level_masses(law: FiniteLaw) -> tuple[Any, Any, Any]:
    """Levels q of the vote shares with their masses w(q) and a(q).

    Shares that differ by rounding only are one level (``theory/disagreement.md``, "What
    a level is"), here and in all that speaks of levels.

    w(q) = Σₖ P(h̃ₖ(X) = q) has total K; a(q) = Σₖ P(Y = k, h̃ₖ(X) = q) has total 1.

    Parameters
    ----------
    law : FiniteLaw
        A single law (no batch axes).

    Returns
    -------
    levels, vote_mass, label_mass : arrays of shape (n_levels,)

    Examples
    --------
    >>> q, w, a = level_masses(FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]]))
    >>> q.tolist(), w.tolist(), a.tolist()
    ([0.2, 0.8], [1.0, 1.0], [0.7, 0.3])
    """
    check_instance("law", law, FiniteLaw)
    if law.weights.ndim != 1:
        raise ValueError("law must be a single law; take one with law.take(i)")
    xp = namespace(law.vote_shares)
    q = _levels(law).ravel()
    order = xp.argsort(q, kind="stable")
    q = q[order]
    starts = xp.flatnonzero(xp.diff(q, prepend=-1.0))
    mass = xp.broadcast_to(law.weights[:, None], law.vote_shares.shape).ravel()
    right = (law.weights[:, None] * law.label_probabilities).ravel()
    sums = segment_sums(xp.stack([mass[order], right[order]]), starts)
    return q[starts], sums[0], sums[1]


def cace(law: FiniteLaw) -> Any:
    """Class-aggregated calibration error Σ_q |a(q) − q w(q)|, in [0, 2].

    .. warning:: This is for a law that is known. Where a labelled sample gives
       probabilities, nearly every level occurs once, and the value is near twice the
       error, whatever the calibration is (`SparseLevelsWarning`). There, compare
       `binned_cace` with `expected_noise_floor`.

    Source: Jiang et al. (2022), definition 4.4; range: Kirsch & Gal (2022).

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(cace(law)), 12)
    1.0
    """
    check_instance("law", law, FiniteLaw)
    levels, values = _flat(law, _levels(law)), _flat(law, _imbalances(law))
    return within(0, 2, _per_row(absolute_level_sums, levels, values))


def cwce(law: FiniteLaw) -> Any:
    """Class-wise calibration error Σₖ Σ_q |P(Y=k, h̃ₖ=q) − q P(h̃ₖ=q)|, in [0, 2].

    On probabilities of a sample, see the warning of `cace`.

    Source: Kirsch & Gal (2022), definition 4.6.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(cwce(law)), 12)
    1.0
    """
    check_instance("law", law, FiniteLaw)
    values = _imbalances(law).swapaxes(-1, -2)
    levels = _levels(law).swapaxes(-1, -2)
    by_class = _per_row(absolute_level_sums, levels, values)
    return within(0, 2, by_class.sum(axis=-1))


def top_label_ece(law: FiniteLaw) -> Any:
    """Calibration error of the confidence maxₖ h̃ₖ, in [0, 1]; ties share evenly.

    On probabilities of a sample, see the warning of `cace`.

    Source: claim GDE-8b; the usual ECE without bins.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.5, 0.2, 0.3]], [[0.5, 0.3, 0.2]])
    >>> float(top_label_ece(law))
    0.0
    """
    check_instance("law", law, FiniteLaw)
    xp = namespace(law.weights)
    levels = _levels(law)
    top = levels.max(axis=-1)
    tied = levels == top[..., None]
    values = xp.where(tied, _imbalances(law), 0).sum(axis=-1) / tied.sum(axis=-1)
    return within(0, 1, _per_row(absolute_level_sums, top, values))


def ecace(law: FiniteLaw) -> Any:
    """CACE with levels −log h̃ in place of h̃; equal to CACE (claim GDE-14).

    On probabilities of a sample, see the warning of `cace`.

    Source: Kirsch & Gal (2022), appendix C. Vote shares must be positive.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(ecace(law)), 12)
    1.0
    """
    check_instance("law", law, FiniteLaw)
    if bool((law.vote_shares <= 0).any()):
        raise ValueError(
            "law.vote_shares must be positive for levels -log(vote_shares)"
        )
    levels = -namespace(law.weights).log(_flat(law, _levels(law)))
    sums = _per_row(absolute_level_sums, levels, _flat(law, _imbalances(law)))
    return within(0, 2, sums)


def wasserstein_distance(law: FiniteLaw) -> Any:
    """W₁ between the laws of h̃_Y(X) and h̃_Ŷ(X), Ŷ drawn from the votes; in [0, 1].

    Source: derived, claim GDE-6.

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(wasserstein_distance(law)), 12)
    0.3
    """
    check_instance("law", law, FiniteLaw)
    levels, values = _flat(law, law.vote_shares), _flat(law, _imbalances(law))
    return within(0, 1, _per_row(cumulative_level_area, levels, values))


def level_range(law: FiniteLaw) -> Any:
    """q_max − q_min over all vote shares, in [0, 1].

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.25, 0.75]])
    >>> float(level_range(law))
    0.5
    """
    check_instance("law", law, FiniteLaw)
    flat = _flat(law, law.vote_shares)
    return within(0, 1, flat.max(axis=-1) - flat.min(axis=-1))


def expected_total_variation(law: FiniteLaw) -> Any:
    """E TV(p(·|X), h̃(X)), in [0, 1].

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(expected_total_variation(law)), 12)
    0.5
    """
    check_instance("law", law, FiniteLaw)
    return within(0, 1, abs(_imbalances(law)).sum(axis=(-1, -2)) / 2)


def binned_cace(law: FiniteLaw, n_bins: int) -> Any:
    """CACE after merging levels into `n_bins` equal bins of [0, 1], the last closed.

    In [0, 2].

    .. warning:: Binning only lowers CACE (claim GDE-21), and a binned value does
       not bound |gap|; a single bin always gives 0 (claim GDE-7b).

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> round(float(binned_cace(law, 1)), 12)
    0.0
    """
    return within(0, 2, abs(bin_imbalances(law, n_bins)).sum(axis=-1))


def bin_imbalances(law: FiniteLaw, n_bins: int) -> Any:
    """z_b = Σ over vote shares in bin b of P(x)(p − h̃), (..., n_bins), in [−1, 1].

    Examples
    --------
    >>> law = FiniteLaw([1.0], [[0.7, 0.3]], [[0.2, 0.8]])
    >>> [round(float(z), 12) for z in bin_imbalances(law, 2)]
    [0.5, -0.5]
    """
    check_instance("law", law, FiniteLaw)
    xp = namespace(law.weights)
    values = _flat(law, _imbalances(law))
    # All of a level are in the bin of its name.
    member = bin_index(_flat(law, _levels(law)), n_bins)[..., None, :]
    chosen = member == xp.arange(n_bins)[:, None]
    return within(-1, 1, xp.where(chosen, values[..., None, :], 0).sum(axis=-1))


def bin_index(levels: Any, n_bins: int) -> Any:
    """Number of the equal bin of [0, 1] that holds each level; the last is closed.

    Levels up to ``2**-47`` below an edge count as on it, as rounding puts them there.

    Examples
    --------
    >>> import numpy as np
    >>> bin_index(np.array([0.0, 0.1, 0.3, 1.0]), 10).tolist()
    [0, 1, 3, 9]
    """
    n_bins = check_bins(n_bins)
    levels = as_floats("levels", levels)
    low, high = float(levels.min()), float(levels.max())
    if low < -LEVEL_WIDTH or high > 1 + LEVEL_WIDTH:
        raise ValueError(f"levels must lie in [0, 1], got {low:g}..{high:g}")
    xp = namespace(levels)
    scaled = xp.floor((levels + LEVEL_WIDTH) * n_bins)
    return xp.clip(scaled, 0, n_bins - 1).astype(int)


def is_class_aggregated_calibrated(law: FiniteLaw, atol: float = 1e-9) -> Any:
    """Whether a(q) = q w(q) for all q (Jiang et al. 2022, definition 4.3).

    Examples
    --------
    >>> bool(is_class_aggregated_calibrated(FiniteLaw([1.0], [[1, 0]], [[0.5, 0.5]])))
    True
    """
    atol = check_not_negative("atol", atol)
    return cace(law) <= atol


def is_class_wise_calibrated(law: FiniteLaw, atol: float = 1e-9) -> Any:
    """Whether P(Y=k | h̃ₖ=q) = q for all k, q (Jiang et al. 2022, definition 4.2).

    Examples
    --------
    >>> bool(is_class_wise_calibrated(FiniteLaw([1.0], [[1, 0]], [[0.5, 0.5]])))
    False
    """
    atol = check_not_negative("atol", atol)
    return cwce(law) <= atol


def is_top_label_calibrated(law: FiniteLaw, atol: float = 1e-9) -> Any:
    """Whether the plurality class (ties: at random) is right as often as its share.

    Examples
    --------
    >>> bool(is_top_label_calibrated(FiniteLaw([1.0], [[1, 0]], [[0.6, 0.4]])))
    False
    """
    atol = check_not_negative("atol", atol)
    return top_label_ece(law) <= atol
