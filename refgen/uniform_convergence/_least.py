"""Least values of functions of a positive number, by grids that narrow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refgen.arrays import namespace

# Each round makes the range narrower by a factor of 64, up to 4·10⁻⁵ between nodes of
# log t. The vertex of a parabola is then off by 10⁻⁹, and a smooth f there by 10⁻¹⁸.
_N_POINTS, _ROUNDS = 129, 3
_FIRST, _LAST = -16.0, 3.7


def least(f: Callable[[Any, Any], Any], parameter: Any) -> Any:
    """The least f(t, parameter) over t from e^−16 to e^3.7 = 40.

    Parameters
    ----------
    f : callable
        Of arrays (..., n) and (..., 1). The grid has to find the valley that is lowest.
    parameter : array of shape (...)

    Returns
    -------
    array of shape (...)
    """
    xp, given = namespace(parameter), parameter[..., None]
    steps = xp.arange(float(_N_POINTS)) / (_N_POINTS - 1)
    low, high = _FIRST + 0 * given, _LAST + 0 * given
    for _ in range(_ROUNDS):
        logs = low + (high - low) * steps
        values = f(xp.exp(logs), given)
        best = xp.clip(values.argmin(axis=-1)[..., None], 1, _N_POINTS - 2)
        places = best + xp.arange(-1, 2)
        found = xp.take_along_axis(values, places, axis=-1)
        around = xp.take_along_axis(logs, places, axis=-1)
        low, high = around[..., :1], around[..., 2:]
    at_vertex = f(xp.exp(around[..., 1:2] + _vertex(found) * (high - low)), given)
    return xp.minimum(values.min(axis=-1), at_vertex[..., 0])


def _vertex(values: Any) -> Any:
    """Where the parabola of three values is least: from −½ to ½ of their range."""
    xp = namespace(values)
    left, middle, right = (values[..., i : i + 1] for i in range(3))
    bend = left - 2 * middle + right
    shift = (left - right) / xp.where(bend > 0, 4 * bend, 1.0)
    return xp.clip(xp.where(bend > 0, shift, 0.0), -0.5, 0.5)
