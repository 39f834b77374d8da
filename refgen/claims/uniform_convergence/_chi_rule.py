"""Quadrature over the length of noise, which follows a χ law."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.quadrature import normal_rule, unit_nodes

# χ variables have deviations of about √½: outside is less than 10⁻³⁰.
_REACH, _N_NODES = 9.0, 160


def radius_rule(dimension: Any) -> tuple[Any, Any]:
    """Nodes and weights for E f(R), where R² follows χ² with D degrees of freedom.

    The density is normalized by the same rule, so that no closed form is used.

    Parameters
    ----------
    dimension : array of shape (...)
        From 2 to about 10⁵.

    Returns
    -------
    nodes, weights : arrays of shape (..., n_nodes)

    Examples
    --------
    >>> import numpy as np
    >>> nodes, weights = radius_rule(np.array(10.0))
    >>> round(float((weights * nodes**4).sum()), 10)  # D(D + 2)
    120.0
    """
    xp, D = namespace(dimension), dimension[..., None]
    x, weights = unit_nodes(xp, _N_NODES)
    root = xp.sqrt(D)
    low = xp.maximum(root - _REACH, 0.0)
    # More nodes next to 0, where errors of short noise vectors fall fast.
    nodes = low + (root + _REACH - low) * x * x * x
    logs = (D - 1) * xp.log(nodes / root) - (nodes - root) * (nodes + root) / 2
    mass = weights * x * x * xp.exp(logs)
    return nodes, mass / mass.sum(axis=-1, keepdims=True)


def square_rule(dimension: Any) -> tuple[Any, Any]:
    """Nodes and weights for E f(Q), Q ~ χ² with D degrees: quantiles of normal nodes.

    Examples
    --------
    >>> import numpy as np
    >>> nodes, weights = square_rule(np.array(10.0))
    >>> round(float((weights * nodes).sum()), 10)
    10.0
    """
    xp, special = namespace(dimension), special_functions(dimension)
    z, weights = normal_rule(*(kink + 0 * dimension for kink in (-4, 0, 4)))
    half, tail = (dimension / 2)[..., None], special.ndtr(-abs(z))
    above, below = special.gammainccinv(half, tail), special.gammaincinv(half, tail)
    return 2 * xp.where(z > 0, above, below), weights


def above_by_squares(dimension: Any, shift: Any, slope: Any) -> Any:
    """Pr[A ≥ shift + slope · B] of independent χ² variables A and B.

    Examples
    --------
    >>> import numpy as np
    >>> two = np.array(2.0)
    >>> round(float(above_by_squares(two, 0 * two, 3 + 0 * two)), 12)
    0.25
    """
    nodes, weights = radius_rule(dimension)
    limit = shift[..., None] + slope[..., None] * nodes * nodes
    half = dimension[..., None] / 2 + 0 * limit
    tail = special_functions(dimension).gammaincc(half, limit / 2)
    return (weights * tail).sum(axis=-1)


def error_by_squares(reach: Any, dimension: Any) -> Any:
    """E Φ(−reach/√(Q/D)) as the probability that A − B ≥ 2 reach √D.

    Examples
    --------
    >>> import numpy as np
    >>> round(float(error_by_squares(np.array(0.0), np.array(7.0))), 12)
    0.5
    """
    xp = namespace(dimension)
    return above_by_squares(dimension, 2 * reach * xp.sqrt(dimension), 1 + 0 * reach)
