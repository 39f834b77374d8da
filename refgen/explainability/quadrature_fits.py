"""Local fits of any function by quadrature: from its values, or from its curvature."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import as_floats, namespace
from refgen.explainability._functions import LocalFunction
from refgen.explainability._local_fit import LocalFit

# Beyond, weights of Gauss and Hermite leave float64.
_MOST_NODES = 128
# Of a grid, and of the numbers that a function is asked for at once.
_LARGEST_GRID, _AT_ONCE = 2**20, 2**22


class CurvatureFidelity(NamedTuple):
    """The least NF of affine explanations (an error, 0 is best), between its bounds.

    Attributes
    ----------
    fidelity : array of shape (...)
        s⁴ ∫₀¹ (1 − τ) E ⟨∇²f(X), ∇²f(X_τ)⟩ dτ.
    lower : array of shape (...)
        ½s⁴‖E ∇²f‖².
    upper : array of shape (...)
        ⅓s² tr Cov ∇f + ⅙s⁴‖E ∇²f‖², the best upper bound here.
    gradient_bound : array of shape (...)
        ½s² tr Cov ∇f.
    curvature_bound : array of shape (...)
        ½s⁴ E ‖∇²f‖².
    """

    fidelity: Any
    lower: Any
    upper: Any
    gradient_bound: Any
    curvature_bound: Any


@finite
def local_fit_by_quadrature(
    function: Callable[[Any], Any] | LocalFunction,
    points: Any,
    scale: Any,
    n_nodes: int = 32,
) -> LocalFit:
    """The best affine explanation of any function of few features, from its values.

    Parameters
    ----------
    function : callable, or a function of this module such as Sine
        From points (..., n_features) to numbers (...).
    points : array of shape (..., n_features)
    scale : array of shape (...)
        s > 0; leading axes broadcast.
    n_nodes : int
        Nodes of Gauss and Hermite per feature, in [2, 128]. Exact for polynomials of
        degree ``n_nodes - 1``; functions with kinks need many.

    Returns
    -------
    LocalFit
        Its fidelity is an error: 0 is best.

    Raises
    ------
    TypeError
        If `function` cannot be called.
    ValueError
        If a number is out of range, the grid has more than 2²⁰ nodes, or the function
        returns another shape than that of its points, NaN or infinity.

    Notes
    -----
    Source: derived here, claim LE-4.

    Examples
    --------
    >>> fit = local_fit_by_quadrature(lambda x: (x**2).sum(axis=-1), [0.0, 1.0], 0.5)
    >>> round(float(fit.value), 12), round(float(fit.fidelity), 12)  # 1 + 2s², 4s⁴
    (1.5, 0.25)
    """
    ask = function.values if isinstance(function, LocalFunction) else function
    points, scale, grid = _checked(ask, points, scale, n_nodes)
    values = _on_grid(ask, points, scale, grid.nodes, ())
    xp = namespace(values)
    value = xp.einsum("n,n...->...", grid.weights, values)
    # Nodes have mean 0 and covariance I, so that this is the fit of least squares.
    rises = xp.einsum("n,n...,nj->...j", grid.weights, values - value, grid.nodes)
    rest = values - value - xp.einsum("nj,...j->n...", grid.nodes, rises)
    fidelity = xp.einsum("n,n...->...", grid.weights, rest * rest)
    return LocalFit(value, rises / scale[..., None], fidelity)


@finite
def fidelity_from_hessian(
    hessian: Callable[[Any], Any] | LocalFunction,
    points: Any,
    scale: Any,
    n_nodes: int = 16,
) -> CurvatureFidelity:
    """The least NF from how a function bends around points, and bounds on it.

    Parameters
    ----------
    hessian : callable, or Quadratic, Sine, Exponential or Bump
        From points (..., n_features) to matrices (..., n_features, n_features).
    points : array of shape (..., n_features)
    scale : array of shape (...)
        s > 0; leading axes broadcast.
    n_nodes : int
        Nodes of Gauss and Hermite per feature, in [2, 128]. Exact where entries of the
        Hessian are polynomials of degree ``n_nodes - 1`` at most.

    Returns
    -------
    CurvatureFidelity
        All parts are errors: 0 is best.

    Raises
    ------
    TypeError
        If `hessian` cannot be called.
    ValueError
        If a number is out of range, the grid has more than 2²⁰ nodes, or the function
        returns another shape than one matrix for each point, NaN or infinity.

    Notes
    -----
    X and X_τ are N(x, s²I), correlated by τ. Nothing cancels, however small s is.
    Source: derived here, claims LE-25, LE-25b and LE-43.

    Examples
    --------
    >>> found = fidelity_from_hessian(lambda x: 6 * x[..., None], [0.0], 1.0)  # x³
    >>> [round(float(part), 9) for part in found]
    [6.0, 0.0, 6.0, 9.0, 18.0]
    """
    ask = getattr(hessian, "hessian", hessian)
    points, scale, grid = _checked(ask, points, scale, n_nodes, "hessian")
    d = points.shape[-1]
    bends = _on_grid(ask, points, scale, grid.nodes, (d, d))
    xp, rest = namespace(bends), bends.shape[1:]
    # Hermite coefficients, along one axis of the grid after another.
    parts = bends.reshape((n_nodes,) * d + rest)
    for _ in range(d):
        turned = grid.transform @ parts.reshape(n_nodes, -1)
        parts = xp.moveaxis(turned.reshape(parts.shape), 0, d - 1)
    squares = (parts * parts).sum(axis=(-1, -2)).reshape((n_nodes**d, *rest[:-2]))
    return _from_degrees(squares, grid.degrees, scale)


def _from_degrees(squares: Any, degrees: Any, scale: Any) -> CurvatureFidelity:
    """Sums over Hermite coefficients of the Hessian, by their degree j."""
    xp = namespace(squares)
    first, second = 1 / (degrees + 1), 1 / ((degrees + 1) * (degrees + 2))
    size = (scale * scale) ** 2
    flat = xp.where(degrees == 0, 1.0, 0.0)
    upper = xp.where(degrees == 0, 0.5, first / 3)
    rows = xp.stack([second, flat / 2, upper, first / 2, 0.5 + 0 * first])
    return CurvatureFidelity(*(size * xp.einsum("kn,n...->k...", rows, squares)))


class _Grid(NamedTuple):
    nodes: Any
    weights: Any
    transform: Any
    degrees: Any


@functools.cache
def _line(n: int) -> tuple[Any, Any, Any]:
    """Nodes and weights of N(0, 1), and what takes values to Hermite coefficients."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(n)
    weights = weights / weights.sum()
    rows = [np.ones(n), nodes]
    for k in range(1, n - 1):
        rows.append((nodes * rows[k] - k**0.5 * rows[k - 1]) / (k + 1) ** 0.5)
    return nodes, weights, np.array(rows) * weights


def _grid(xp: Any, n: int, d: int) -> _Grid:
    nodes, weights, transform = _line(n)
    products = functools.reduce(np.multiply.outer, [weights] * d)
    lines = np.stack(np.meshgrid(*[nodes] * d, indexing="ij"), axis=-1)
    degrees = np.indices((n,) * d).sum(axis=0)
    parts = (lines.reshape(-1, d), products.ravel(), transform, degrees.ravel() + 0.0)
    return _Grid(*map(xp.asarray, parts))


def _checked(
    function: Any, points: Any, scale: Any, n_nodes: int, name: str = "function"
) -> tuple[Any, Any, _Grid]:
    if not callable(function):
        raise TypeError(f"{name} must be a function of points, got {shown(function)}")
    n = check_integer("n_nodes", n_nodes, 2, _MOST_NODES)
    points = as_floats("points", points, 1)
    scale = check_scale("scale", as_positive("scale", scale))
    points, scale = in_one_place(points=points, scale=scale)
    d = points.shape[-1]
    if n**d > _LARGEST_GRID:
        raise ValueError(
            f"n_nodes={n} in {d} features are more than 2**20 nodes; take fewer nodes, "
            "or draw neighbours where there are many features"
        )
    shape = batch_shape(points=points.shape[:-1], scale=scale.shape)
    xp = namespace(points)
    points = xp.broadcast_to(points, (*shape, d))
    return points, xp.broadcast_to(scale, shape), _grid(xp, n, d)


def _on_grid(ask: Any, points: Any, scale: Any, nodes: Any, own: tuple) -> Any:
    """What is asked at x + s·node, for some nodes at a time; nodes come first."""
    xp = namespace(points)
    step = max(1, _AT_ONCE // max(points.size, 1))
    found = []
    for start in range(0, nodes.shape[0], step):
        some = nodes[start : start + step]
        some = some.reshape(some.shape[:1] + (1,) * (points.ndim - 1) + some.shape[1:])
        at = points + scale[..., None] * some
        values = as_floats("what the function returns", ask(at), len(own))
        if values.shape != at.shape[:-1] + own:
            raise ValueError(
                f"the function must return an array of shape {at.shape[:-1] + own} for "
                f"points of shape {at.shape}, got {values.shape}"
            )
        found.append(values)
    return xp.concatenate(found)
