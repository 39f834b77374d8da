"""Random designs, and the nearest neighbours in many of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod, sqrt
from typing import Any

from refgen._checks import (
    MOST_ENTRIES,
    check_choice,
    check_integer,
    check_neighbor_count,
)
from refgen._finite import finite
from refgen._numbers import as_positive, in_one_place
from refgen._objects import check_instance
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel
from refgen.neighbors import may_overflow, refuse_overflow
from refgen.random import Stream
from refgen.resmem.smoother import gathered, neighbor_weights

nearest_in_designs = kernel("designs", "nearest_in_designs")

LAWS = ("ball", "gaussian", "torus")

# How many numbers an array may have: 32 MB each, for a few arrays at once.
_ENTRIES = 1 << 22


def sample_points(stream: Any, shape: Any, n_features: int, law: str = "ball") -> Any:
    """Independent points of a law, of which the first two have covariance I.

    Parameters
    ----------
    stream : Stream
        Its package's arrays are returned.
    shape : tuple of int
    n_features : int
    law : {"ball", "gaussian", "torus"}
        Uniform on the ball of radius √(n_features + 2), which is [−√3, √3] for one
        feature; standard normal; or uniform on the unit cube [0, 1]ᵈ.

    Returns
    -------
    array of shape (*shape, n_features)

    Raises
    ------
    ValueError
        If `law` is not one of the three, or `n_features` is not positive.

    Notes
    -----
    The first d coordinates of a uniform direction in ℝᵈ⁺², times √(d + 2), are uniform
    on the ball (Archimedes). Only + × ÷ √ are used, so that draws have the same bits on
    every machine.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> points = sample_points(Stream(0, "docs"), (1000,), 3)
    >>> bool(((points**2).sum(axis=-1) <= 5).all())
    True
    """
    check_choice("law", law, LAWS)
    d = check_integer("n_features", n_features, 1)
    check_instance("stream", stream, Stream)
    shape = _lengths(shape)
    if prod(shape) * (d + 2) > MOST_ENTRIES:
        raise ValueError(
            f"shape {shape} with n_features={d} is too large: at most 2**40 numbers "
            "are drawn at once"
        )
    if law == "torus":
        return stream.uniform((*shape, d))
    if law == "gaussian":
        return stream.normal((*shape, d))
    normal = stream.normal((*shape, d + 2))
    # A sum in this order has the same bits everywhere.
    square = sum(normal[..., i] * normal[..., i] for i in range(d + 2))
    length = namespace(normal).sqrt(square)
    return sqrt(d + 2) * (normal[..., :d] / length[..., None])


def design_neighbors(points: Any, queries: Any, n_neighbors: int) -> tuple[Any, Any]:
    """Nearest points of each query within its own design.

    As `refgen.neighbors.nearest_neighbors`, to the last bit, for a batch of small
    designs.

    Parameters
    ----------
    points : array of shape (..., n, n_features)
    queries : array of shape (..., n_queries, n_features)
        With the same batch axes.
    n_neighbors : int
        From 1 to n.

    Returns
    -------
    distances : array of shape (..., n_queries, n_neighbors)
        In ascending order; ties by the lower index.
    indices : integer array of the same shape

    Raises
    ------
    ValueError
        If shapes do not match, `n_neighbors` is out of range, or a squared distance
        overflows.

    Examples
    --------
    >>> distances, indices = design_neighbors([[[0.0], [3.0]]], [[[1.0], [4.0]]], 1)
    >>> distances.ravel().tolist(), indices.ravel().tolist()
    ([1.0, 1.0], [0, 1])
    """
    points, queries = as_floats("points", points, 2), as_floats("queries", queries, 2)
    k = _check_designs(points, queries, n_neighbors)
    xp, batch = namespace(points), points.shape[:-2]
    flat = (
        xp.ascontiguousarray(a.reshape(prod(batch), *a.shape[-2:]))
        for a in (points, queries)
    )
    squares, indices = nearest_in_designs(*flat, k)
    if may_overflow(points, queries):
        refuse_overflow(squares)
    shape = (*batch, queries.shape[-2], k)
    return xp.sqrt(squares).reshape(shape), indices.reshape(shape)


@finite
def displacements(
    points: Any,
    queries: Any,
    n_neighbors: int,
    weights: str = "nearest",
    bandwidth: Any = 1.0,
) -> Any:
    """Δ = x − Σⱼ wⱼ xⱼ of each query x and its neighbours xⱼ, in many designs.

    Parameters
    ----------
    points : array of shape (..., n, n_features)
    queries : array of shape (..., n_queries, n_features)
    n_neighbors : int
    weights : {"nearest", "uniform", "exponential"}
    bandwidth : array of shape (...)
        As in `refgen.resmem.smoother.neighbor_weights`; one for each design.

    Returns
    -------
    array of shape (..., n_queries, n_features)

    Examples
    --------
    >>> displacements([[0.0], [3.0]], [[1.0]], 2, "uniform").tolist()
    [[-0.5]]
    """
    points, queries, widths = in_one_place(
        points=as_floats("points", points, 2),
        queries=as_floats("queries", queries, 2),
        bandwidth=as_positive("bandwidth", bandwidth),
    )
    _check_widths(widths, points.shape[:-2])
    distances, indices = design_neighbors(points, queries, n_neighbors)
    shares = neighbor_weights(distances, weights, widths[..., None])
    apart = queries[..., None, :] - gathered(points, indices)
    return namespace(points).einsum("...k,...kd->...d", shares, apart)


@finite
def displacement_matrices(
    points: Any,
    queries: Any,
    n_neighbors: int,
    weights: str = "nearest",
    bandwidth: Any = 1.0,
) -> Any:
    """Mₙ = E ΔΔᵀ of every design, with x uniform on its queries, as `displacements`.

    Given a design, the risk of ResMem is (θ* − θₙ)ᵀ Mₙ (θ* − θₙ): see
    `refgen.resmem.risk.resmem_risk`. Memory is bounded for any number of designs.

    Returns
    -------
    array of shape (..., n_features, n_features)

    Notes
    -----
    Source: derived here, claim RM-6.

    Examples
    --------
    >>> displacement_matrices([[0.0], [3.0]], [[1.0], [2.0]], 1).tolist()
    [[1.0]]
    """
    points, queries, widths = in_one_place(
        points=as_floats("points", points, 2),
        queries=as_floats("queries", queries, 2),
        bandwidth=as_positive("bandwidth", bandwidth),
    )
    k = _check_designs(points, queries, n_neighbors)
    _check_widths(widths, points.shape[:-2])
    xp, batch, d = namespace(points), points.shape[:-2], points.shape[-1]
    widths = xp.broadcast_to(widths, batch).reshape(-1)
    points, queries = (a.reshape(-1, *a.shape[-2:]) for a in (points, queries))
    out = xp.zeros((len(points), d, d))
    for rows, columns in _pieces(queries.shape, k):
        delta = displacements(
            points[rows], queries[rows, columns], k, weights, widths[rows]
        )
        out[rows] += xp.einsum("bqi,bqj->bij", delta, delta)
    return (out / queries.shape[1]).reshape(*batch, d, d)


def _check_widths(widths: Any, batch: tuple[int, ...]) -> None:
    if widths.shape not in ((), batch):
        raise ValueError(
            f"bandwidth has shape {widths.shape} where the designs of points have "
            f"{batch}; give one number, or one for each design"
        )


def _lengths(shape: Any) -> tuple[int, ...]:
    """Lengths of axes, which functions of refgen_gpu get as a device array."""
    # A device array has a number of axes, too.
    if not isinstance(shape, tuple | list) and getattr(shape, "ndim", 0) != 1:
        raise TypeError(f"shape must be a tuple of integers, got {shape!r}")
    plain = [a.item() if hasattr(a, "item") else a for a in shape]
    # An empty tuple becomes an array of floats.
    return tuple(check_integer("shape", length, 0) for length in plain)


def _pieces(shape: tuple[int, ...], k: int) -> Iterator[tuple[slice, slice]]:
    """Slices of designs and of queries, with at most `_ENTRIES` numbers each."""
    n_designs, n_queries, d = shape
    queries = max(1, min(n_queries, _ENTRIES // (k * d)))
    designs = max(1, _ENTRIES // (queries * k * d))
    for i in range(0, n_designs, designs):
        for j in range(0, n_queries, queries):
            yield slice(i, i + designs), slice(j, j + queries)


def _check_designs(points: Any, queries: Any, n_neighbors: Any) -> int:
    """`n_neighbors`, once it and the shapes are checked."""
    if points.shape[:-2] != queries.shape[:-2] or points.shape[-1] != queries.shape[-1]:
        raise ValueError(
            f"points have shape {points.shape} and queries {queries.shape}; both need "
            "the same batch axes and the same number of features"
        )
    return check_neighbor_count(n_neighbors, points.shape[-2])
