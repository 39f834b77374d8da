"""Leave-one-out error of the smoothed residuals, for all neighbour counts at once."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_choice
from refgen._estimators.data import check_squares
from refgen._indices import check_indices
from refgen._numbers import as_positive
from refgen.arrays import as_floats, namespace
from refgen.resmem.smoother import WEIGHTS, check_ascending


def without_self(distances: Any, indices: Any) -> tuple[Any, Any]:
    """Neighbours of the points among themselves, each point itself left out.

    Parameters
    ----------
    distances, indices : arrays of shape (n, k + 1)
        What `nearest_neighbors` gives for the points as their own queries.

    Returns
    -------
    distances, indices : arrays of shape (n, k)
        A point with k + 1 duplicates of lower index is not among its own neighbours;
        then the last one is left out.

    Raises
    ------
    TypeError
        If `indices` are not integers.
    ValueError
        With fewer than two neighbours, if shapes differ, an index is not that of a
        point, a point is its own neighbour twice, or its distances do not rise.

    Notes
    -----
    Source: derived here, claim RM-7l.

    Examples
    --------
    >>> without_self([[0.0, 1.0], [0.0, 1.0]], [[0, 1], [1, 0]])[1].tolist()
    [[1], [0]]
    """
    distances = as_floats("distances", distances, 2)
    xp = namespace(distances)
    indices = check_indices("indices", indices, len(distances), 2)
    if distances.ndim != 2 or indices.shape != distances.shape:
        raise ValueError(
            "distances and indices must have the same shape (n, k + 1), got "
            f"{distances.shape} and {indices.shape}"
        )
    check_ascending(distances)
    n, k = distances.shape[0], distances.shape[1] - 1
    if k < 1:
        raise ValueError("distances must hold at least 2 neighbours per point, got 1")
    is_self = indices == xp.arange(n)[:, None]
    if bool((is_self.sum(axis=1) > 1).any()):
        raise ValueError("indices name a point twice among its own neighbours")
    columns = xp.arange(k) + is_self.cumsum(axis=1)[:, :k]
    return (
        xp.take_along_axis(distances, columns, axis=1),
        xp.take_along_axis(indices, columns, axis=1),
    )


def leave_one_out_scores(
    distances: Any,
    indices: Any,
    residuals: Any,
    weights: str = "exponential",
    bandwidths: Any = (1.0,),
) -> Any:
    """Mean squared error of each residual predicted from its other neighbours.

    Parameters
    ----------
    distances, indices : arrays of shape (n, k)
        Neighbours of every point among the others; see `without_self`.
    residuals : array of shape (n,) or (n, n_outputs)
    weights : {"nearest", "uniform", "exponential"}
    bandwidths : array of shape (n_bandwidths,)
        Only "exponential" reads them, but their number is that of the rows returned.

    Returns
    -------
    array of shape (n_bandwidths, k)
        Entry (b, j) uses the j + 1 nearest.

    Raises
    ------
    TypeError
        If `indices` are not integers.
    ValueError
        If shapes differ, an index is not that of a point, the distances of a point do
        not rise, or squares of residuals overflow or vanish.

    Notes
    -----
    Prefixes of the sums over neighbours give all counts in O(n k) per bandwidth.
    The base is not trained again: where it has followed its training rows, their
    residuals are too small, and so is this error. Source: derived here, claim
    RM-7l.

    Examples
    --------
    >>> distances, indices = [[1.0, 2.0]] * 3, [[1, 2], [0, 2], [1, 0]]
    >>> scores = leave_one_out_scores(distances, indices, [0.0, 1.0, 2.0], "uniform")
    >>> scores.tolist()
    [[1.0, 1.5]]
    """
    check_choice("weights", weights, WEIGHTS)
    distances = as_floats("distances", distances, 2)
    xp = namespace(distances)
    indices = check_indices("indices", indices, len(distances), 2)
    bandwidths = xp.asarray(as_positive("bandwidths", bandwidths, 1))
    residuals = as_floats("residuals", residuals, 1)
    if (
        indices.shape != distances.shape
        or distances.ndim != 2
        or bandwidths.ndim != 1
        or len(residuals) != len(distances)
    ):
        raise ValueError(
            "distances, indices, residuals and bandwidths have shapes "
            f"{distances.shape}, {indices.shape}, {residuals.shape} and "
            f"{bandwidths.shape}; give (n, k) twice, and n rows, and (n_bandwidths,)"
        )
    check_ascending(distances)
    check_squares("residuals", "values", residuals)
    residuals = residuals.reshape(len(residuals), -1)
    rows = [
        _scores_of_prefixes(raw, indices, residuals, xp)
        for raw in _raw_weights(distances, weights, bandwidths, xp)
    ]
    return xp.stack(rows)


def _raw_weights(distances: Any, weights: str, bandwidths: Any, xp: Any) -> Any:
    """Unnormalized weights for every bandwidth; the nearest neighbour has 1."""
    beyond = distances - distances[:, :1]
    nearest = (xp.arange(distances.shape[1]) == 0) + 0.0 * beyond
    for bandwidth in bandwidths:
        if weights == "exponential":
            # Neither product nor quotient overflows; exp(−800) is 0.
            most = 800.0 * xp.minimum(bandwidth, 1e305)
            yield xp.exp(-xp.minimum(beyond, most) / bandwidth)
        else:
            yield nearest if weights == "nearest" else xp.ones(beyond.shape)


def _scores_of_prefixes(raw: Any, indices: Any, residuals: Any, xp: Any) -> Any:
    total, mass = xp.zeros(residuals.shape), xp.zeros((len(residuals), 1))
    scores = []
    for j in range(indices.shape[1]):
        weight = raw[:, j : j + 1]
        total = total + weight * residuals[indices[:, j]]
        mass = mass + weight
        scores.append(((residuals - total / mass) ** 2).mean())
    return xp.stack(scores)


def bandwidth_grid(distances: Any, n_bandwidths: int = 8) -> Any:
    """Bandwidths worth trying: powers of two around the typical spread of distances.

    Parameters
    ----------
    distances : array of shape (n, k)
        From every point to its neighbours.
    n_bandwidths : int

    Returns
    -------
    array of shape (n_bandwidths,)
        Rising, the last 4 times the mean distance (1 where all distances are 0), so
        that scaling the data scales the grid.

    Examples
    --------
    >>> bandwidth_grid([[1.0, 3.0]], 3).tolist()
    [2.0, 4.0, 8.0]
    """
    distances = as_floats("distances", distances, 2)
    xp = namespace(distances)
    mean = float(distances.mean()) or 1.0
    return 4.0 * mean * 0.5 ** xp.arange(n_bandwidths - 1, -1, -1.0)
