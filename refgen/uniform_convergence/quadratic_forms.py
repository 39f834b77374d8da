"""Weighted sums of squares of normal variables: how often they are negative."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import watched
from refgen._rows import by_rows
from refgen.arrays import as_floats, namespace

# Trapezoidal rule on the path x + width · (i sinh t + bend · (cosh t − 1)) through the
# saddle point x, which bends as that of steepest descent does there: on a straight one
# the integrand may oscillate for long before it falls.
_STEP, _REACH = 0.1, 400
_NODES = _STEP * np.arange(1, _REACH + 1)

# Logits of where the saddle point is between its two limits, and halvings of it.
_NEAREST, _FARTHEST, _HALVINGS = -745.0, 60.0, 64


@watched
def log_negative_mass(weights: Any) -> Any:
    """log P(Σ wᵢ gᵢ² < 0) for independent standard normal variables gᵢ.

    Parameters
    ----------
    weights : array of shape (..., d)
        w, of any signs.

    Returns
    -------
    array of shape (...)
        0 where no weight is positive and one is negative, −inf where none is negative.
        Probabilities far below 1e-300 have all digits.

    Notes
    -----
    P = (1/2πi) ∫ Π(1 − 2wᵢz)^(−1/2) dz/(−z) over any path that crosses the real axis
    between 1/(2 min w) and 0: near that of steepest descent nothing cancels.
    Where Σw < 0 the complement is computed. Source: derived here, claim UC-30g.

    Examples
    --------
    >>> round(float(np.exp(log_negative_mass([1.0, 1.0, -1.0]))), 12)  # 1 − √½
    0.292893218813
    """
    w = as_floats("weights", weights, 1)
    xp = namespace(w)
    largest = abs(w).max(axis=-1, keepdims=True)
    w = w / xp.where(largest > 0, largest, 1.0)
    # Small probabilities are computed, and large ones from them.
    turned = w.sum(axis=-1) < 0
    w = xp.where(turned[..., None], -w, w)
    some = (w < 0).any(axis=-1)
    # Any instance will do where there is nothing to compute.
    w = xp.where(some[..., None], w, -1.0)
    tail = by_rows(_log_tail, _REACH * w.shape[-1], w.shape[:-1], w)
    tail = xp.where(some, xp.minimum(tail, 0.0), -np.inf)
    rest = xp.log1p(-xp.exp(xp.minimum(tail, -1e-16)))
    return xp.where(turned, rest, tail)


def _log_tail(w: Any) -> Any:
    """As `log_negative_mass` of (n, d), where some weight is negative."""
    xp, w = namespace(w), w / (-w.min(axis=-1))[:, None]
    x, factors = _saddle(xp, w)
    slope = w / factors
    width = 1 / xp.sqrt(2 * (slope * slope).sum(axis=-1) + 1 / (x * x))
    cubes = 4 * (slope * slope * slope).sum(axis=-1) + 1 / (x * x * x)
    bend = -2 / 3 * cubes * (width * width * width)
    along, across = (
        part[:, None] * nodes
        for part, nodes in (
            (width * bend, xp.asarray(np.cosh(_NODES) - 1)),
            (width, xp.asarray(np.sinh(_NODES))),
        )
    )
    real = 1 + 2 * slope[:, None, :] * along[..., None]
    imaginary = 2 * slope[:, None, :] * across[..., None]
    size = xp.log(real * real + imaginary * imaginary).sum(axis=-1) / 4
    angle = xp.arctan2(imaginary, real).sum(axis=-1) / 2
    real, imaginary = 1 + along / x[:, None], across / x[:, None]
    size = size + xp.log(real * real + imaginary * imaginary) / 2
    angle = angle + xp.arctan2(imaginary, real)
    # The real part of what is integrated, times the derivative of the path.
    forward = xp.cos(angle) * xp.asarray(np.cosh(_NODES))
    aside = bend[:, None] * (xp.sin(angle) * xp.asarray(np.sinh(_NODES)))
    total = 0.5 + (xp.exp(-size) * (forward - aside)).sum(axis=-1)
    top = -xp.log(factors).sum(axis=-1) / 2 - xp.log(x)
    return top + xp.log(width * total * (_STEP / np.pi))


def _saddle(xp: Any, w: Any) -> tuple[Any, Any]:
    """x in (0, ½) that minimizes −½ Σ log(1 + 2wx) − log x, and the factors there.

    The least weight is −1. With x = ½ σ(v), factors are (1 + w) σ(v) + σ(−v).
    """
    low = _NEAREST + 0 * w[..., 0]
    high = _FARTHEST + 0 * w[..., 0]
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        x, factors = _factors(xp, w, middle)
        rising = (w / factors).sum(axis=-1) + 1 / x < 0
        low, high = xp.where(rising, low, middle), xp.where(rising, middle, high)
    return _factors(xp, w, (low + high) / 2)


def _factors(xp: Any, w: Any, v: Any) -> tuple[Any, Any]:
    small = xp.exp(-abs(v))
    share = xp.where(v > 0, 1.0, small) / (1 + small)
    rest = xp.where(v > 0, small, 1.0) / (1 + small)
    return share / 2, (1 + w) * share[..., None] + rest[..., None]
