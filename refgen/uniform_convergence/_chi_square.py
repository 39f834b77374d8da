"""Means over a χ² variable on a log scale, and its quantiles."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._urns import LARGE, stirling_rest
from refgen.arrays import BATCH, namespace, special_functions

# Nodes of the trapezoidal rule. Its error is e^(−π²/h) at a step of h, as the integrand
# is smooth up to a distance of π/2 from the real line, which is least for D = 2: there
# e^(−DROP) is reached 42 to the left of the peak.
_N_NODES = 257
_DROP = 42.0
# So many nodes matter at least; else the range is narrowed.
_ENOUGH = 190
_ROUNDS = 80
# Beyond are numbers that leave float64.
_FARTHEST = 700.0

# From here on the Cornish-Fisher series is exact to 10⁻¹³; SciPy's quantile is not.
_MANY = 1e6


def log_chi_square_mean(
    log_f: Callable[..., Any], dimension: Any, *parameters: Any
) -> Any:
    """log E f(Q/D) for Q of the law χ² with D degrees of freedom; f ≥ 0, bounded at 0.

    The integrand is smooth and has one peak in log(Q/D), wherever that is: results of
    e^(−100 000) are as exact as others.

    Parameters
    ----------
    log_f : callable
        ``log_f(x, *parameters)`` is log f(x), −∞ where f vanishes, for x = Q/D of
        shape (rows, n_nodes), with parameters of shape (rows, 1).
    dimension : array of shape (...)
        D ≥ 2.
    *parameters : arrays that broadcast to the shape of `dimension`
        What f depends on besides; it must not hold arrays in another way.

    Returns
    -------
    array of shape (...)

    Notes
    -----
    A trapezoidal rule in log(Q/D), over the range in which the integrand is above
    e^(−42) times its largest value. Source: Trefethen & Weideman (2014), "The
    exponentially convergent trapezoidal rule", theorem 5.1.

    Examples
    --------
    >>> log_fourth = lambda x: 2 * np.log(x)  # E Q²/D² = 1 + 2/D
    >>> round(float(log_chi_square_mean(log_fourth, np.array(50.0))), 12)
    0.039220713153
    """
    xp = namespace(dimension)
    shape = dimension.shape
    rows = [xp.broadcast_to(a, shape).reshape(-1, 1) for a in (dimension, *parameters)]
    blocks = [
        _block_mean(log_f, *(row[i : i + BATCH] for row in rows))
        for i in range(0, len(rows[0]), BATCH)
    ]
    return xp.concatenate(blocks).reshape(shape)


def _block_mean(log_f: Callable[..., Any], dimension: Any, *parameters: Any) -> Any:
    """`log_chi_square_mean` of a column of instances."""
    xp, half = namespace(dimension), dimension / 2
    steps = xp.arange(_N_NODES) / (_N_NODES - 1)
    low, high = _bulk(xp, half)
    for _ in range(_ROUNDS):
        s = low + (high - low) * steps
        logs = log_f(xp.exp(s), *parameters) - half * _excess(s)
        top = logs.max(axis=-1, keepdims=True)
        kept = logs > top - _DROP
        bad = (kept.sum(axis=-1) < _ENOUGH) | kept[:, 0] | kept[:, -1]
        if not bool(bad.any()):
            break
        low, high = _range(xp, s, kept)
    top = xp.where(top > -xp.inf, top, 0.0)
    total = xp.exp(logs - top).sum(axis=-1) * (s[:, 1] - s[:, 0])
    with np.errstate(divide="ignore"):
        return top[:, 0] + xp.log(total) + log_height(half[:, 0])


def _bulk(xp: Any, half: Any) -> tuple[Any, Any]:
    """A range of log(Q/D) outside of which its density is below e^(−42) of the peak."""
    far = xp.sqrt(2 * _DROP / half)
    return -(far + _DROP / half), xp.log1p(far + _DROP / half)


def _range(xp: Any, s: Any, kept: Any) -> tuple[Any, Any]:
    """The nodes around those that are kept, and further out where the range ends."""
    last = s.shape[-1] - 1
    width = s[:, -1:] - s[:, :1]
    first = kept.argmax(axis=-1)[:, None]
    end = last - kept[:, ::-1].argmax(axis=-1)[:, None]
    low = xp.take_along_axis(s, xp.maximum(first - 1, 0), axis=-1)
    high = xp.take_along_axis(s, xp.minimum(end + 1, last), axis=-1)
    # Nothing kept: f is 0 on the whole range, which is widened to both sides.
    none = ~kept.any(axis=-1)[:, None]
    low = xp.where(kept[:, :1] | none, low - 2 * width, low)
    high = xp.where(kept[:, -1:] | none, high + 2 * width, high)
    return xp.maximum(low, -_FARTHEST), xp.minimum(high, _FARTHEST)


def _excess(s: Any) -> Any:
    """e^s − 1 − s, without cancellation."""
    xp = namespace(s)
    small = xp.clip(s, -0.5, 0.5)
    series = xp.ones_like(small)
    for n in range(15, 2, -1):
        series = 1 + series * small / n
    return xp.where(abs(s) <= 0.5, small * small * series / 2, xp.expm1(s) - s)


def log_height(half: Any) -> Any:
    """log of k^k e^(−k)/Γ(k), the density of log(Q/D) at 0, for k = D/2."""
    xp = namespace(half)
    large, few = xp.maximum(half, LARGE), xp.minimum(half, LARGE)
    for_large = xp.log(large / (2 * math.pi)) / 2 - stirling_rest(large)
    for_few = few * xp.log(few) - few - special_functions(half).gammaln(few)
    return xp.where(half < LARGE, for_few, for_large)


def chi_square_quantile(p: Any, dimension: Any, *, upper: bool = False) -> Any:
    """The p-quantile of the law χ² with D degrees of freedom.

    Parameters
    ----------
    p : array of shape (...)
        In (0, 1).
    dimension : array of shape (...)
        D ≥ 1.
    upper : bool
        Give the (1 − p)-quantile, as accurate for the smallest p.

    Returns
    -------
    array of shape (...)

    Notes
    -----
    From 10⁶ degrees on by Cornish and Fisher's series (Abramowitz & Stegun 26.2.49).

    Examples
    --------
    >>> round(float(chi_square_quantile(np.array(0.5), np.array(2.0))), 12)  # 2 log 2
    1.38629436112
    """
    xp, special = namespace(p, dimension), special_functions(p, dimension)
    half = xp.minimum(dimension, _MANY) / 2
    few = 2 * (special.gammainccinv if upper else special.gammaincinv)(half, p)
    z = -special.ndtri(p) if upper else special.ndtri(p)
    step = xp.sqrt(2 / dimension)
    square = z * z
    fourth = z * (square - 7) / 36 - step * ((6 * square + 14) * square - 32) / 1620
    series = 1 + step * (z + step * ((square - 1) / 3 + step * fourth))
    return xp.where(dimension < _MANY, few, dimension * series)
