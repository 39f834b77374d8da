"""Many equal rounds of self-distillation: what is left, a threshold, its profile."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, together
from refgen.arrays import as_floats, namespace
from refgen.distillation._checks import (
    as_filter,
    as_rounds,
    as_spectrum,
    as_times,
    on_filters,
    on_spectrum,
)
from refgen.distillation._progress import log_learned, product


@finite
def repeated_filter(filter: Any, n_rounds: Any, label_weight: Any = 0.0) -> Any:
    """The filter after m rounds of self-distillation, by F ← s(α + (1 − α)F) from 1.

    One round is training on the labels, so that F = s, two are a teacher and its
    student. Without labels F = sᵐ, and in the limit only directions with s = 1 are
    left; with a weight α > 0 of the labels the limit is αs/(1 − (1 − α)s).

    Parameters
    ----------
    filter : array of shape (..., n_directions)
        s in [0, 1], of each round.
    n_rounds : array of shape (...)
        Whole numbers m ≥ 0, with batch axes; infinity is the limit.
    label_weight : array of shape (...)
        α in [0, 1], the weight of the true labels.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1].

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-5 and KD-18. For gradient flow and many rounds
    `repeated_flow_filter` keeps digits that are lost in s.

    Examples
    --------
    >>> repeated_filter([0.5], 2).tolist(), repeated_filter([0.5], 2, 0.5).tolist()
    ([0.25], [0.375])
    >>> repeated_filter([0.5], np.inf, label_weight=0.5).round(12).tolist()
    [0.333333333333]
    """
    share, rounds = on_spectrum(
        filter=as_filter("filter", filter), n_rounds=as_rounds("n_rounds", n_rounds)
    )
    share, weight = on_filters(label_weight, filter=share)
    xp = namespace(share)
    # A round keeps q = (1 − α)s of what it is taught, and loses the rest.
    taught, lost = (1 - weight) * share, (1 - share) + weight * share
    powers = _log_powers(xp, taught, lost, rounds)
    limit = weight * share / xp.where(lost > 0, lost, 1.0)
    return limit * -xp.expm1(powers) + xp.exp(powers)


def _log_powers(xp: Any, kept: Any, lost: Any, exponent: Any) -> Any:
    """log qᵐ for q = kept = 1 − lost, to the digits of the smaller one; 0⁰ = 1."""
    near = lost < 0.5
    logs = xp.where(
        near,
        xp.log1p(-xp.where(near, lost, 0.0)),
        xp.log(xp.where(near | (kept == 0), 1.0, kept)),
    )
    whole = xp.where(xp.isinf(exponent), 0.0, exponent) * logs
    vanishes = xp.where(xp.isinf(exponent), lost > 0, (kept == 0) & (exponent > 0))
    return xp.where(vanishes, -xp.inf, whole)


def repeated_flow_filter(spectrum: Any, time: Any, n_rounds: Any) -> Any:
    """(1 − e^(−λt))ᵐ: gradient flow for time t, m times, each on the last outputs.

    Parameters
    ----------
    spectrum : array of shape (..., n_directions)
        Eigenvalues λ ≥ 0.
    time : array of shape (...)
        t of each round, from 0 to infinity, with batch axes.
    n_rounds : array of shape (...)
        Whole numbers m ≥ 0; infinity is the limit.

    Returns
    -------
    array of shape (..., n_directions)
        In [0, 1], also for 10¹⁵ rounds to its own digits.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-6.

    Examples
    --------
    >>> repeated_flow_filter([1.0, 2.0], 5.0, 100).round(6).tolist()
    [0.508609, 0.99547]
    """
    spectrum, time, rounds = on_spectrum(
        spectrum=as_spectrum("spectrum", spectrum),
        time=as_times("time", time),
        n_rounds=as_rounds("n_rounds", n_rounds),
    )
    xp = namespace(spectrum)
    lost = -log_learned(xp, product(xp, spectrum, time))
    unseen = xp.isinf(lost)
    left = xp.exp(-product(xp, xp.where(unseen, 0.0, lost), rounds))
    return xp.where(unseen & (rounds > 0), 0.0, left)


@finite
def threshold_time(threshold: Any, n_rounds: Any) -> Any:
    """log(m)/λ*: rounds so long that m of them keep what is above λ*, and no more.

    Parameters
    ----------
    threshold : array of shape (...)
        λ* > 0.
    n_rounds : array of shape (...)
        Whole numbers m ≥ 1.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims KD-6 and KD-23.

    Examples
    --------
    >>> float(threshold_time(2.0, 100).round(6))
    2.302585
    """
    threshold, rounds = together(
        threshold=as_positive("threshold", threshold),
        n_rounds=as_counts("n_rounds", n_rounds),
    )
    return namespace(rounds).log(rounds) / threshold


def threshold_bounds(relative: Any, n_rounds: Any) -> tuple[Any, Any]:
    """Bounds of what m rounds of `threshold_time` leave of a direction λ = xλ*.

    With y = m^(1 − x): e^(−y − y²/(2(m − y))) ≤ (1 − y/m)ᵐ ≤ e^(−y). At the threshold
    itself 1/e is left, above it all, below it nothing, the more rounds, the sharper.

    Parameters
    ----------
    relative : array of shape (...)
        x = λ/λ* > 0.
    n_rounds : array of shape (...)
        Whole numbers m ≥ 2.

    Returns
    -------
    low, high : arrays of shape (...)

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim KD-23.

    Examples
    --------
    >>> low, high = threshold_bounds(1.0, 100)
    >>> float(low.round(6)), float(high.round(6))
    (0.366026, 0.367879)
    """
    relative, rounds = together(
        relative=as_positive("relative", relative),
        n_rounds=as_counts("n_rounds", n_rounds, 2),
    )
    xp, logs = namespace(rounds), namespace(rounds).log(rounds)
    with np.errstate(over="ignore"):
        y = xp.exp((1 - relative) * logs)
        # y²/(m − y) = y m^(−x)/(1 − m^(−x))
        second = y / xp.expm1(relative * logs) / 2
    return xp.exp(-y - second), xp.exp(-y)


def gumbel_profile(offset: Any) -> Any:
    """e^(−e^(−w)): what many rounds leave of λ = λ*(1 + w/log m).

    Parameters
    ----------
    offset : array of shape (...)
        w, any numbers.

    Returns
    -------
    array of shape (...)
        In [0, 1].

    Notes
    -----
    Source: derived here, claim KD-23.

    Examples
    --------
    >>> gumbel_profile([-1.0, 0.0, 1.0]).round(6).tolist()
    [0.065988, 0.367879, 0.692201]
    """
    offset = as_floats("offset", offset)
    xp = namespace(offset)
    with np.errstate(over="ignore"):  # nothing is left
        return xp.exp(-xp.exp(-offset))
