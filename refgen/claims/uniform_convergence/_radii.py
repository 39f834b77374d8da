"""Expectations over the noise radius by panels of Gauss and Legendre."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.quadrature import unit_nodes

_N_PANELS = 3
# In standard deviations 1/√(2D).
_REACH = 9.0


def radii_between(
    dimension: Any, low: Any, high: Any, n_nodes: int = 28
) -> tuple[Any, Any]:
    """Nodes r and weights for E[f(R/√D); low < R/√D < high], R² ~ χ² of D degrees.

    Parameters
    ----------
    dimension : array of shape (batch,)
        At least 10: functions of 1/r are smooth then, where the law has its mass.
    low, high : arrays of shape (batch,)
    n_nodes : int
        Of each of three panels.

    Returns
    -------
    nodes, weights : arrays of shape (batch, n_nodes)
        Weights are 0 where the range is empty. The density is normalized by the same
        rule on the whole line, so that no closed form is used.
    """
    xp = namespace(low)
    reach = _REACH / xp.sqrt(2 * dimension)
    first, last = xp.maximum(1 - reach, 0.0), 1 + reach
    nodes, mass = _panels(
        dimension, xp.clip(low, first, last), xp.clip(high, first, last), n_nodes
    )
    total = _panels(dimension, first, last, n_nodes)[1].sum(axis=-1, keepdims=True)
    return nodes, mass / total


def _panels(dimension: Any, low: Any, high: Any, n_nodes: int) -> tuple[Any, Any]:
    """Nodes, and r^(D − 1) e^(−Dr²/2) over its value at 1 times weights."""
    xp = namespace(low)
    x, w = unit_nodes(xp, n_nodes)
    s = (xp.arange(_N_PANELS)[:, None] + x) / _N_PANELS
    width = (high - low)[:, None]
    r = xp.where(width > 0, low[:, None] + width * s.ravel(), 1.0)
    weights = width * (0 * s + w / _N_PANELS).ravel()
    D = dimension[:, None]
    return r, weights * xp.exp((D - 1) * xp.log(r) - D * (r * r - 1) / 2)
