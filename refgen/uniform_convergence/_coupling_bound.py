"""Lower bounds of ε_unif-alg by a coupling of two samples.

Under it all margins of the classifier of one sample on the other are a − vRR', with
R² ~ χ² of D and R'² ~ χ² of D − m + 1 degrees of freedom.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._radius_rule import radius_rule
from refgen.uniform_convergence.quantiles import error_quantile

# Products s/D to try, from about the mean of RR'/D down by so many deviations.
_N_PRODUCTS, _DEEPEST = 48, 9.0
# Excesses t of the largest singular value, of a chance of e^(−t²/2) up to 10⁻¹⁶.
_EXCESSES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.6)
# Numbers of points on which the classifier may be right.
_RIGHT = (0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 512, 1024)
# Examples at once.
_AT_ONCE = 64


def by_coupling(delta: Any, m: Any, D: Any, ratio: Any) -> tuple[Any, Any]:
    """The best lower bound of a grid, and whether one is proved; arrays of one axis."""
    xp = namespace(delta)
    starts = range(0, delta.size, _AT_ONCE)
    rows = [[a[i : i + _AT_ONCE] for a in (delta, m, D, ratio)] for i in starts]
    found = [_block(*row) for row in rows]
    return tuple(xp.concatenate(part) for part in zip(*found, strict=True))


def _block(delta: Any, m: Any, D: Any, ratio: Any) -> tuple[Any, Any]:
    xp = namespace(delta)
    products = _products(xp, m, xp.maximum(D, m), ratio)
    smaller = chance_below(products, m[:, None], D[:, None])
    shape = (-1, 1, 1, 1)
    delta, m, D, ratio = (a.reshape(shape) for a in (delta, m, D, ratio))
    products, smaller = (a[:, :, None, None] for a in (products, smaller))
    excess = xp.asarray(_EXCESSES)[:, None]
    right = xp.asarray(np.array(_RIGHT, np.float64))
    spent = delta + smaller + xp.exp(-excess * excess / 2)
    p = level(delta, m, D, ratio, products, excess, right, spent)
    # For every number of points the least level is best, whatever it came from.
    p = p.min(axis=(1, 2))
    flat = [a.reshape(-1, 1) for a in (m, D, ratio)]
    bounds = 1 - right / flat[0] - error_quantile(p, *flat)
    best = xp.where(p < 1, bounds, 0.0).max(axis=-1)
    return best, (p < 1).any(axis=-1)


def level(
    delta: Any,
    m: Any,
    D: Any,
    ratio: Any,
    product: Any,
    excess: Any,
    right: Any,
    spent: Any,
) -> Any:
    """The least p for which 1 − t_p − (points right)/m is a bound, 1 if it is none.

    With Δ = √(k + 1) (s − αD)/(√m (√D + √m + t)) at most k points are right; two sets
    of weights, of measures p − δ and 1 − δ − q, are at most Δ apart if
    z_{1 − (p − δ)} + z_{δ + q} ≤ Δ. `spent` is δ + q.
    """
    xp, special = namespace(delta), special_functions(delta)
    reach = xp.sqrt(D) + xp.sqrt(m) + excess
    apart = xp.sqrt((right + 1) / m) * (product - ratio) * D / reach
    inside = xp.minimum(spent, 1.0)
    # A chance of 1 has no quantile.
    z = special.ndtri(xp.where(inside < 1, inside, 0.5))
    proved = (m <= D) & (spent < 1) & (product > ratio) & (right < m)
    return xp.where(proved, xp.minimum(delta + special.ndtr(z - apart), 1.0), 1.0)


def _products(xp: Any, m: Any, D: Any, ratio: Any) -> Any:
    """Products from the mean downward, on a logarithmic scale: at most to α."""
    middle = xp.sqrt((D - m + 1) / D)
    deviation = xp.sqrt(1 / (2 * D) + 1 / (2 * (D - m + 1)))
    room = xp.log(xp.maximum(middle / ratio, 1.0))
    deepest = xp.minimum(_DEEPEST * deviation, room)
    steps = xp.arange(_N_PRODUCTS) / _N_PRODUCTS
    return middle[:, None] * xp.exp(-deepest[:, None] * steps)


def chance_below(product: Any, m: Any, D: Any) -> Any:
    """Pr[RR' < product · D] for arrays that broadcast, with m for D where m > D."""
    xp, special = namespace(product), special_functions(product)
    D = xp.maximum(m, D)
    zero = xp.zeros_like(D)
    r, log_weights = radius_rule(D, zero, zero + 1)
    needed = product[..., None] / r
    half = ((D - m + 1) / 2)[..., None]
    below = special.gammainc(half, D[..., None] * needed * needed / 2)
    return (xp.exp(log_weights) * below).sum(axis=-1)
