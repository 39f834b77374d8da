"""Expectations over the noise radius from some point on, by Gauss and Legendre.

What stands in them is smooth from a point on, and zero or one before it.
"""

from __future__ import annotations

import math
from typing import Any

from refgen._quadrature import unit_nodes
from refgen.arrays import namespace
from refgen.uniform_convergence._chi_square import log_height

_N_NODES = 100
# In standard deviations 1/√(2D), downward and upward: beyond is a mass below 1e-16,
# also in two dimensions, where the law of the radius falls more slowly upward.
_DOWN, _UP = 9.0, 11.0


def radius_rule(dimension: Any, start: Any, middle: Any, steep: Any = 0.0) -> Any:
    """Nodes r and logarithms of weights for E[f(R/√D); R/√D > start].

    Parameters
    ----------
    dimension : array of shape (...)
        D; R² follows χ² with D degrees of freedom.
    start : array of shape (...)
        From here on f is smooth.
    middle : array of shape (...)
        Positive; about where f times the density is largest.
    steep : array of shape (...)
        Where positive, f is almost 0 below this r, and varies fast above it. It counts
        where the range begins at 0 otherwise: nodes are then even in log r.

    Returns
    -------
    nodes, log_weights : arrays of shape (..., n_nodes)

    Examples
    --------
    >>> import numpy as np
    >>> r, log_weights = radius_rule(np.array(50.0), np.array(0.0), np.array(1.0))
    >>> round(float((np.exp(log_weights) * r**4).sum()), 12)  # 1 + 2/D
    1.04
    """
    xp = namespace(dimension)
    s, weights = (xp.asarray(part) for part in unit_nodes(_N_NODES))
    deviation = 1 / xp.sqrt(2 * dimension)
    low = xp.maximum(start, middle - _DOWN * deviation)
    high = xp.maximum(start, middle) + _UP * deviation
    even = (low <= 0) & (steep > 0)
    first = xp.where(even, steep, 1.0)[..., None]
    span = xp.log(xp.maximum(high[..., None] / first, 2.0))
    low, length = low[..., None], (high - low)[..., None]
    r = xp.where(even[..., None], first * xp.exp(s * span), low + length * s)
    slope = xp.where(even[..., None], r * span, length)
    return r, log_density(r, dimension[..., None]) + xp.log(slope * weights)


def log_density(r: Any, dimension: Any) -> Any:
    """log of the density of R/√D at r > 0, without cancellation for many dimensions.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(log_density(np.array(1.0), np.array(2.0))), 12)  # 2re^(−r²)
    -0.30685281944
    """
    xp = namespace(r)
    off = r - 1
    fall = xp.log1p(off) - off - off * off / 2  # log r − (r² − 1)/2
    return dimension * fall - xp.log(r) + log_height(dimension / 2) + math.log(2)
