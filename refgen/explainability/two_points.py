"""The disjointedness factor of two points."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_not_negative, as_positive, together
from refgen.arrays import namespace

# The trapezoidal rule reaches so far. Its error is e^(−u²/2 − π²/(2u·step)) or less, by
# the branch points at u(u + z) = ±iπ/4. From u = 40 on the factor is √2 to all digits.
_FAR, _STEP = 9.0, 1 / 24


def two_point_disjointedness(distance: Any, scale: Any) -> Any:
    """ρ_S of two points with normal neighbourhoods, in any dimension.

    Parameters
    ----------
    distance : array of shape (...)
        ‖x₁ − x₂‖ ≥ 0.
    scale : array of shape (...)
        s > 0, the standard deviation of each coordinate of a neighbour.

    Returns
    -------
    array of shape (...)
        In [1, √2].

    Raises
    ------
    ValueError
        If a number is out of range or not finite, or shapes do not broadcast.

    Notes
    -----
    E √(1 + tanh²(u(u + Z))) with Z ~ N(0, 1) and u = ‖x₁ − x₂‖/(2s). Source: derived
    here, claim LE-10.

    Examples
    --------
    >>> two_point_disjointedness([0.0, 1.0, 100.0], 0.5).round(5).tolist()
    [1.0, 1.23731, 1.41421]
    """
    distance, scale = together(
        distance=as_not_negative("distance", distance),
        scale=as_positive("scale", scale),
    )
    xp = namespace(distance)
    u = xp.minimum(distance / scale / 2, 40.0)[..., None]
    z = xp.asarray(np.arange(-_FAR, _FAR + _STEP / 2, _STEP))
    weights = xp.exp(-z * z / 2)
    ratios = xp.sqrt(1 + xp.tanh(u * (u + z)) ** 2)
    return (weights * ratios).sum(axis=-1) / weights.sum()
