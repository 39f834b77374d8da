"""Weights of the nearest neighbours, and weighted means over them."""

from __future__ import annotations

from math import prod
from typing import Any

from refgen._checks import check_choice
from refgen._finite import finite
from refgen._indices import check_indices
from refgen._numbers import as_not_negative, as_positive, in_one_place
from refgen.arrays import as_floats, namespace

WEIGHTS = ("nearest", "uniform", "exponential")


def neighbor_weights(
    distances: Any, weights: str = "exponential", bandwidth: Any = 1.0
) -> Any:
    """Weights of the neighbours of each query; every row sums to one.

    Parameters
    ----------
    distances : array of shape (..., k)
        Not negative; from nearest to farthest if `weights` is "nearest".
    weights : {"nearest", "uniform", "exponential"}
        The first neighbour alone; equal weights; or w ∝ exp(−distance/bandwidth), which
        tends to the nearest neighbour for small bandwidths (shared evenly in a tie)
        and to equal weights for large ones.
    bandwidth : array of shape (...)
        Positive; only "exponential" reads it.

    Returns
    -------
    array of shape (..., k)

    Raises
    ------
    ValueError
        If `weights` is not one of the three, a distance is negative, or `bandwidth` is
        not positive.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576).

    Examples
    --------
    >>> neighbor_weights([1.0, 2.0], bandwidth=1.0).round(3).tolist()
    [0.731, 0.269]
    >>> neighbor_weights([1000.0, 2000.0], "uniform").tolist()
    [0.5, 0.5]
    """
    check_choice("weights", weights, WEIGHTS)
    distances = as_not_negative("distances", distances, 1)
    xp, k = namespace(distances), distances.shape[-1]
    if weights == "uniform":
        return xp.full(distances.shape, 1 / k)
    if weights == "nearest":
        check_ascending(distances)
        return xp.zeros(distances.shape) + (xp.arange(k) == 0)
    # The nearest has weight 1 before the division, so that no row vanishes.
    beyond = distances - distances.min(axis=-1, keepdims=True)
    width = as_positive("bandwidth", bandwidth)
    beyond, width = in_one_place(distances=beyond, bandwidth=width)
    _check_widths(width, beyond)
    scale = width[..., None]
    # Neither product nor quotient overflows; exp(−800) is 0.
    raw = xp.exp(-xp.minimum(beyond, 800.0 * xp.minimum(scale, 1e305)) / scale)
    return raw / raw.sum(axis=-1, keepdims=True)


@finite
def smooth(values: Any, indices: Any, weights: Any) -> Any:
    """Weighted means Σⱼ wⱼ values[indexⱼ] of the neighbours' values.

    Parameters
    ----------
    values : array of shape (n, ...)
    indices : integer array of shape (n_queries, k)
        In [0, n), as `refgen.neighbors.nearest_neighbors` gives them.
    weights : array of shape (n_queries, k)

    Returns
    -------
    array of shape (n_queries, ...)

    Raises
    ------
    ValueError
        If `indices` and `weights` have different shapes, or an index is out of range.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576).

    Examples
    --------
    >>> smooth([1.0, 3.0, 9.0], [[0, 1]], [[0.5, 0.5]]).tolist()
    [2.0]
    """
    values, weights = in_one_place(
        values=as_floats("values", values, 1), weights=as_floats("weights", weights, 2)
    )
    indices = check_indices("indices", indices, len(values), 2)
    if indices.shape != weights.shape or indices.ndim != 2:
        raise ValueError(
            f"indices have shape {indices.shape} and weights {weights.shape}; both "
            "need (n_queries, k), one weight for each neighbour"
        )
    return namespace(values).einsum("qk,qk...->q...", weights, values[indices])


def at_neighbors(values: Any, indices: Any) -> Any:
    """The values of the points of a design, at the neighbours of its queries.

    Parameters
    ----------
    values : array of shape (..., n, n_outputs)
    indices : integer array of shape (..., n_queries, k)
        In [0, n), each within its own design.

    Returns
    -------
    array of shape (..., n_queries, k, n_outputs)

    Raises
    ------
    TypeError
        If `indices` are not integers.
    ValueError
        If an index is out of range, or the batch axes differ.

    Examples
    --------
    >>> import numpy as np
    >>> at_neighbors(np.array([[1.0], [3.0]]), np.array([[1, 0]])).tolist()
    [[[3.0], [1.0]]]
    """
    values = as_floats("values", values, 2)
    return gathered(values, _of_designs(indices, values.shape))


def gathered(values: Any, indices: Any) -> Any:
    """`at_neighbors` of arrays that are known to fit each other."""
    xp = namespace(values)
    *batch, n, n_outputs = values.shape
    firsts = n * xp.arange(prod(batch)).reshape(*batch, 1, 1)
    return values.reshape(prod(batch) * n, n_outputs)[indices + firsts]


@finite
def resmem_predictions(
    at_queries: Any, at_points: Any, labels: Any, indices: Any, weights: Any
) -> Any:
    """f(x) = fₙ(x) + Σⱼ wⱼ (yⱼ − fₙ(xⱼ)): a base plus its smoothed residuals.

    Parameters
    ----------
    at_queries : array of shape (..., n_queries, n_outputs)
        fₙ(x), such as values or class probabilities.
    at_points, labels : array of shape (..., n, n_outputs)
        fₙ(xᵢ) and yᵢ; one-hot rows for classes.
    indices : integer array of shape (..., n_queries, k)
        In [0, n), each within its own design.
    weights : array of shape (..., n_queries, k)

    Returns
    -------
    array of shape (..., n_queries, n_outputs)

    Raises
    ------
    TypeError
        If `indices` are not integers.
    ValueError
        If shapes do not match, or an index is out of range.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576).

    Examples
    --------
    >>> import numpy as np
    >>> nearest, alone = np.array([[0]]), np.array([[1.0]])
    >>> resmem_predictions([[0.5]], [[0.4]], [[1.0]], nearest, alone).tolist()
    [[1.1]]
    """
    own = as_floats("at_queries", at_queries, 2)
    fitted = as_floats("at_points", at_points, 2)
    y = as_floats("labels", labels, 2)
    if fitted.shape != y.shape or own.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"at_queries, at_points and labels have shapes {own.shape}, "
            f"{fitted.shape} and {y.shape}; they must agree in their outputs"
        )
    own, fitted, y, shares = in_one_place(
        at_queries=own,
        at_points=fitted,
        labels=y,
        weights=as_floats("weights", weights, 2),
    )
    found = _of_designs(indices, y.shape)
    if shares.shape != found.shape or own.shape[:-1] != found.shape[:-1]:
        raise ValueError(
            f"indices, weights and at_queries have shapes {found.shape}, "
            f"{shares.shape} and {own.shape}; give indices and weights of shape "
            "(..., n_queries, k) for at_queries of shape (..., n_queries, n_outputs)"
        )
    residuals = gathered(y - fitted, found)
    return own + namespace(own).einsum("...k,...kd->...d", shares, residuals)


def check_ascending(distances: Any) -> None:
    """Refuse distances unless those of each query rise, as neighbours are sorted."""
    if bool((distances[..., 1:] < distances[..., :-1]).any()):
        raise ValueError(
            "distances must rise along the last axis, from the nearest neighbour to "
            "the farthest; sort them, and the indices alike"
        )


def _check_widths(width: Any, distances: Any) -> None:
    batch = distances.shape[:-1]
    try:
        fits = namespace(distances).broadcast_shapes(width.shape, batch) == batch
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"bandwidth has shape {width.shape} where the queries of distances have "
            f"{batch}; give one number, or one for each query"
        )


def _of_designs(indices: Any, shape: tuple[int, ...]) -> Any:
    """Indices of points of each design, checked against the shape of their values."""
    *batch, n, _ = shape
    found = check_indices("indices", indices, n, 2)
    if found.shape[:-2] != tuple(batch):
        raise ValueError(
            f"indices have shape {found.shape} where the values at points have "
            f"{shape}; both need the same batch axes, then (n_queries, k)"
        )
    return found
