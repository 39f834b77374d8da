"""The divergence of two coins, and its inverses, exact to rounding."""

from __future__ import annotations

from typing import Any

from refgen._finite import watched
from refgen._numbers import as_not_negative, as_unit, together
from refgen.arrays import namespace

# The series of x − log(1 + x) for |x| ≤ 1/2: the next term adds 9^−17/37 < 2⁻⁵³.
_TERMS = 17

# Newton's steps: from the starting point the second finds three digits, the fourth all.
_STEPS = 6

# e^−800 is 0 in float64.
_FAR = 800.0

# Quotients by smaller probabilities could overflow.
_TINY = 2.0**-1000


@watched
def bernoulli_kl(p: Any, q: Any) -> Any:
    """kl(p‖q) = p log(p/q) + (1 − p) log((1 − p)/(1 − q)) of coins that land heads.

    Parameters
    ----------
    p, q : array of shape (...)
        Probabilities of heads, in [0, 1]; they broadcast.

    Returns
    -------
    array of shape (...)
        In nats, at least 0. Infinite where q is 0 or 1 and p is not. All digits are
        right also where p and q are nearly equal.

    Raises
    ------
    ValueError
        If a probability is outside [0, 1], or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-68.

    Examples
    --------
    >>> round(float(bernoulli_kl(0.1, 0.5)), 6)
    0.368064
    """
    p, q = together(p=as_unit("p", p), q=as_unit("q", q))
    xp = namespace(p)
    # The difference of 1 − p and 1 − q would have lost digits.
    found = _excess_share(p, q, q - p) + _excess_share(1 - p, 1 - q, p - q)
    lost = ((q == 0) & (p > 0)) | ((q == 1) & (p < 1))
    return xp.where(lost, xp.inf, found)


@watched
def kl_inverse(p: Any, bound: Any) -> Any:
    """The largest q with kl(p‖q) ≤ bound: how large a risk may be.

    Parameters
    ----------
    p : array of shape (...)
        Probabilities in [0, 1], such as a risk on a sample.
    bound : array of shape (...)
        At least 0; it broadcasts with `p`.

    Returns
    -------
    array of shape (...)
        In [p, 1], exact to rounding.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-68.

    Examples
    --------
    >>> kl_inverse([0.0, 0.1, 1.0], 0.1).round(6).tolist()
    [0.095163, 0.282379, 1.0]
    """
    p, bound = _given(p, bound)
    rest = 1 - p
    # What 1 − p loses is added to p.
    return namespace(p).minimum(p - rest * _shrinkage(rest, p, bound), 1.0)


@watched
def kl_lower_inverse(p: Any, bound: Any) -> Any:
    """The smallest q with kl(p‖q) ≤ bound: how small a risk may be.

    Parameters
    ----------
    p : array of shape (...)
        Probabilities in [0, 1], such as a risk on a sample.
    bound : array of shape (...)
        At least 0; it broadcasts with `p`.

    Returns
    -------
    array of shape (...)
        In [0, p], exact to rounding also where it is next to nothing.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-68.

    Examples
    --------
    >>> kl_lower_inverse([0.0, 0.1, 1.0], 0.1).round(6).tolist()
    [0.0, 0.016564, 0.904837]
    """
    p, bound = _given(p, bound)
    return p * namespace(p).exp(_log_shrinkage(p, 1 - p, bound))


def _given(p: Any, bound: Any) -> list[Any]:
    return together(p=as_unit("p", p), bound=as_not_negative("bound", bound))


def _shrinkage(share: Any, rest: Any, bound: Any) -> Any:
    """e^r − 1 with the r of `_log_shrinkage`."""
    return namespace(share).expm1(_log_shrinkage(share, rest, bound))


def _log_shrinkage(share: Any, rest: Any, bound: Any) -> Any:
    """The least r ≤ 0 with kl(share‖share e^r) ≤ bound, where rest = 1 − share.

    The divergence is convex in r and falls to 0 at r = 0, so that Newton's method from
    a smaller r goes up to the solution. As variances on the way are at most
    share · (1 − q), half of (share − q)² is at most bound · share · (1 − q); and the
    divergence is more than −share · (r + 1). Both say where to start.
    """
    xp = namespace(share)
    some = xp.where(share > 0, share, 1.0)
    # Divided by the share. Of e^−800 nothing is left in float64.
    wanted = xp.minimum(bound, _FAR * some) / some
    part = wanted * some
    lost = part + xp.sqrt(part * part + 2 * wanted * rest)
    r = xp.maximum(-wanted - 1, xp.log1p(-xp.minimum(lost, 1 - 1e-9)))
    for _ in range(_STEPS):
        removed = some * xp.expm1(r)
        falls = removed < 0
        # By the slope of the divergence, removed/(rest − removed).
        step = (_divergence(some, rest, r) - part) / xp.where(falls, removed, -1.0)
        r = xp.where(falls, xp.minimum(r - step * (rest - removed), 0.0), 0.0)
    return r


def _divergence(share: Any, rest: Any, r: Any) -> Any:
    """kl(share‖share e^r) for r ≤ 0, without cancellation."""
    xp = namespace(share)
    grown = xp.expm1(r)
    some = rest > _TINY
    ratio = xp.where(some, -share * grown / xp.where(some, rest, 1.0), 0.0)
    others = xp.where(some, rest * excess(ratio, xp.log1p(ratio)), -share * grown)
    return share * excess(grown, r) + others


def _excess_share(p: Any, q: Any, gap: Any) -> Any:
    """p log(p/q) + gap ≥ 0 with gap = q − p; anything where q = 0 < p."""
    xp = namespace(p)
    tiny, size = p < _TINY, xp.maximum(p, _TINY)
    ratio = gap / size
    known = xp.where(q > 0, q, size)
    usual = p * excess(xp.where(tiny, 0.0, ratio), xp.log(known / size))
    logs = xp.log(known) - xp.log(xp.where(p > 0, p, 1.0))
    return xp.where(tiny, xp.maximum(gap - p * logs, 0.0), usual)


def excess(x: Any, log: Any) -> Any:
    """x − log(1 + x) ≥ 0 for x > −1 from both; all digits also next to 0.

    Examples
    --------
    >>> import numpy as np
    >>> f"{float(excess(np.array(1e-9), np.log1p(1e-9))):.9g}"
    '5e-19'
    """
    xp = namespace(x)
    near = abs(x) < 0.5
    # With s = x/(2 + x) it is s x − 2s³(1/3 + s²/5 + …): log(1 + x) is 2 artanh s.
    small = xp.where(near, x, 0.0)
    s = small / (2 + small)
    square, series = s * s, 0.0
    for k in reversed(range(_TERMS)):
        series = square * series + 1 / (2 * k + 3)
    return xp.where(near, s * (small - 2 * square * series), x - log)
