"""Weights of the nearest neighbours, and weighted means over them."""

from __future__ import annotations

from math import prod
from typing import Any

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
        The first neighbour alone; all alike; or w ∝ exp(−distance/bandwidth), which
        tends to the nearest neighbours (evenly, if some tie) for small and to all
        alike for large bandwidths.
    bandwidth : array of shape (...)
        Positive; only "exponential" reads it.

    Returns
    -------
    array of shape (..., k)

    Raises
    ------
    ValueError
        If `weights` is none of the three, a distance is negative, or `bandwidth` is
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
    check_weights(weights)
    distances = as_floats("distances", distances, 1)
    if bool((distances < 0).any()):
        raise ValueError("distances must not be negative")
    xp, k = namespace(distances), distances.shape[-1]
    if weights == "uniform":
        return xp.full(distances.shape, 1 / k)
    if weights == "nearest":
        return xp.zeros(distances.shape) + (xp.arange(k) == 0)
    # The nearest has weight 1 before the division, so that no row vanishes.
    beyond = distances - distances.min(axis=-1, keepdims=True)
    # Neither product nor quotient overflows; exp(−800) is 0.
    scale = check_bandwidth(bandwidth, xp)[..., None]
    raw = xp.exp(-xp.minimum(beyond, 800.0 * xp.minimum(scale, 1e305)) / scale)
    return raw / raw.sum(axis=-1, keepdims=True)


def smooth(values: Any, indices: Any, weights: Any) -> Any:
    """Weighted means Σⱼ wⱼ values[indexⱼ] of what the neighbours carry.

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
    values = as_floats("values", values, 1)
    weights = as_floats("weights", weights, 2)
    indices = namespace(values).asarray(indices)
    if indices.shape != weights.shape:
        raise ValueError(
            f"indices have shape {indices.shape} and weights {weights.shape}; give "
            "one weight for each neighbour"
        )
    if bool((indices < 0).any()) or bool((indices >= len(values)).any()):
        # A device would read some other entry without a word.
        raise ValueError(f"indices must lie in [0, {len(values)}), one for each value")
    return namespace(values).einsum("qk,qk...->q...", weights, values[indices])


def at_neighbors(values: Any, indices: Any) -> Any:
    """What the points of a design carry, looked up at the neighbours of its queries.

    Parameters
    ----------
    values : array of shape (..., n, n_outputs)
    indices : integer array of shape (..., n_queries, k)

    Returns
    -------
    array of shape (..., n_queries, k, n_outputs)

    Examples
    --------
    >>> import numpy as np
    >>> at_neighbors(np.array([[1.0], [3.0]]), np.array([[1, 0]])).tolist()
    [[[3.0], [1.0]]]
    """
    xp = namespace(values)
    *batch, n, n_outputs = values.shape
    firsts = n * xp.arange(prod(batch)).reshape(*batch, 1, 1)
    return values.reshape(prod(batch) * n, n_outputs)[indices + firsts]


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
    weights : array of shape (..., n_queries, k)

    Returns
    -------
    array of shape (..., n_queries, n_outputs)

    Raises
    ------
    ValueError
        If shapes do not match.

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
    residuals = at_neighbors(y - fitted, indices)
    return own + namespace(own).einsum("...k,...kd->...d", weights, residuals)


def check_weights(weights: Any) -> str:
    """`weights`, after a check that it names a kind of weights.

    Examples
    --------
    >>> check_weights("uniform")
    'uniform'
    """
    if weights not in WEIGHTS:
        known = ", ".join(map(repr, WEIGHTS))
        raise ValueError(f"weights must be one of {known}, got {weights!r}")
    return weights


def check_bandwidth(bandwidth: Any, xp: Any, name: str = "bandwidth") -> Any:
    """`bandwidth` as positive numbers of the library `xp`.

    Examples
    --------
    >>> import numpy as np
    >>> float(check_bandwidth(2, np))
    2.0
    """
    value = as_floats(name, xp.asarray(bandwidth))
    if bool((value <= 0).any()):
        raise ValueError(f"{name} must be positive, got {float(value.min()):g}")
    return value
