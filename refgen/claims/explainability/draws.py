"""LE-61, 61b: how far coefficients vary with the draws they are fitted to."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, real, record


@dataclass(frozen=True, repr=False)
class Curvature(Instance):
    """A quadratic function, and the scale of normal neighbourhoods.

    Attributes
    ----------
    hessian : array of shape (..., d, d)
    scale : array of shape (...)
    """

    hessian: Any
    scale: Any


curvatures = record(
    Curvature,
    "symmetric matrices of 1 to 3 rows, scales in [0.2, 5]",
    d=integer(1, 3),
    hessian=matrix("d", "d", kind="symmetric"),
    scale=real(0.2, 5.0, log=True),
    examples=lambda: [
        Curvature(np.array(rows), np.array(scale))
        for rows, scale in (
            ([[2.0]], 0.5),
            ([[1.0, 0.0], [0.0, 0.0]], 1.0),
            ([[0.0, 1.0], [1.0, 0.0]], 1.0),
            ([[1.0, 2.0, 0.0], [2.0, -1.0, 0.5], [0.0, 0.5, 0.0]], 2.0),
        )
    ],
)


def normal_grid(xp: Any, d: int, n_nodes: int) -> tuple[Any, Any]:
    """Nodes (n, d) and weights for N(0, I): exact up to the power 2·n_nodes − 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n_nodes)
    points = np.array(list(itertools.product(nodes, repeat=d)))
    masses = np.prod(list(itertools.product(weights / weights.sum(), repeat=d)), axis=1)
    return xp.asarray(points), xp.asarray(masses)


# --- LE-61


def _spread(case: Any) -> Any:
    """E r²u²/s² for what the best explanation leaves, r, at the nodes of a grid."""
    xp, d = namespace(case.hessian), case.hessian.shape[-1]
    u, weights = normal_grid(xp, d, 4)
    moved = case.scale[..., None, None] * u
    values = xp.einsum("...ni,...ij,...nj->...n", moved, case.hessian, moved) / 2
    mean = (weights * values).sum(axis=-1)[..., None]
    slope = xp.einsum("n,...n,nj->...j", weights, values, u)
    rest = values - mean - xp.einsum("...j,nj->...n", slope, u)
    squares = xp.einsum("n,...n,nj->...j", weights, rest * rest, u * u)
    return squares / case.scale[..., None] ** 2


def _size(case: Any) -> Any:
    """s²‖A‖², of which the variances are at most 2.5 times."""
    squares = case.scale**2 * (case.hessian**2).sum(axis=(-1, -2))
    return squares[..., None]


@claim("LE-61", kind="identity", domain=curvatures, cost=4)
def variance_of_draws(rg, case, wider=1.0):
    """n Var of coefficient j → E r²uⱼ²/s², for quadratics s²(‖A‖²/2 + 2(A²)ⱼⱼ)."""
    variance = rg.explainability.quadratic_slope_variance
    found = variance(case.hessian, wider * case.scale)
    return equal(found, _spread(case), scale=10 * _size(case))


variance_of_draws.twin("a scale 1 % larger", wider=1.01)


@variance_of_draws.twin_function("classical standard errors: E r²/s²")
def _(rg, case):
    return equal(_size(case) / 2 + 0 * _spread(case), _spread(case), 10 * _size(case))


# --- LE-61b


@claim("LE-61b", kind="inequality", domain=curvatures)
def classical_errors_are_too_small(rg, case, low=1.0, high=5.0):
    """E r²/s² ≤ n Var ≤ 5 E r²/s² for quadratics; both ends are attained."""
    classical = _size(case) / 2
    found = rg.explainability.quadratic_slope_variance(case.hessian, case.scale)
    sides = low * classical + 0 * found, found, high * classical + 0 * found
    return ascending(*sides, scale=3 * _size(case), sharp=True)


classical_errors_are_too_small.twin("at most 4.9 times", high=4.9)
classical_errors_are_too_small.twin("1.03 times at least", low=1.03)
