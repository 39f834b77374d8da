"""Exact nearest neighbours, defined to the last bit so that every backend agrees."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from refgen.arrays import as_floats, check_integer, namespace

# With entries up to this, (2·2⁴⁵⁰)² n_features is finite for any array that exists.
_SAFE_ENTRY = 2.0**450

# Beyond this, inserting into a sorted list costs more than partitioning all distances.
_MOST_INSERTED = 64
_ROWS_ENTRIES = 1 << 23

# Starting a thread takes as long as some 10⁵ differences; each gets far more.
_MIN_PER_THREAD = 1 << 23


def nearest_neighbors(
    points: Any, queries: Any, n_neighbors: int
) -> tuple[np.ndarray, np.ndarray]:
    """Distances and indices of the `n_neighbors` points nearest to each query.

    The squared distance is Σⱼ (xⱼ − qⱼ)² in float64, every operation rounded, summed
    from left to right; neighbours are sorted by it, ties by the lower index. So the
    result is the same on every machine and backend, however the work is divided.

    Parameters
    ----------
    points : array_like (n_points, n_features)
    queries : array_like (n_queries, n_features)
    n_neighbors : int
        From 1 to n_points.

    Returns
    -------
    distances : ndarray of float64 (n_queries, n_neighbors)
        Square roots of the squared distances, in ascending order.
    indices : ndarray of int64 (n_queries, n_neighbors)

    Raises
    ------
    TypeError
        If the input is not numeric, or `n_neighbors` is no integer.
    ValueError
        If the input is empty or holds NaN or infinity, shapes do not match,
        `n_neighbors` is out of range, or a squared distance overflows.

    Notes
    -----
    A query that is one of the points has itself as a neighbour, at distance 0.
    Differences below 1e-154 lose digits when they are squared and those below 1e-162
    vanish: rescale data of that size.

    Examples
    --------
    >>> distances, indices = nearest_neighbors([[0.0], [1.0], [3.0]], [[0.9]], 2)
    >>> indices
    array([[1, 0]])
    >>> distances.round(12)
    array([[0.1, 0.9]])
    """
    points = as_floats("points", points, 2)
    queries = as_floats("queries", queries, 2)
    k = check_neighbors(points, queries, n_neighbors)
    # Read-only and strided arrays would compile the kernels again.
    points, queries = (np.require(a, None, ["C", "A", "W"]) for a in (points, queries))
    squares = np.full((len(queries), k), np.inf)
    indices = np.zeros((len(queries), k), np.int64)
    by_rows = k > _MOST_INSERTED or may_overflow(points, queries)
    search = _partition_rows if by_rows else _insert

    def part(start: int, stop: int) -> None:
        rows = slice(start, stop)
        search(points, queries[rows], squares[rows], indices[rows])

    _in_threads(len(queries), points.size, part)
    return np.sqrt(squares), indices


def check_neighbors(points: Any, queries: Any, n_neighbors: Any) -> int:
    """`n_neighbors`, after a check that it and the shapes make sense.

    Raises
    ------
    TypeError
        If `n_neighbors` is no integer.
    ValueError
        If an array is not 2-D, the numbers of features differ, or there are fewer
        points than neighbours.

    Examples
    --------
    >>> check_neighbors(np.zeros((5, 2)), np.zeros((1, 2)), 3)
    3
    """
    for name, array in (("points", points), ("queries", queries)):
        if array.ndim != 2:
            raise ValueError(
                f"{name} must have shape (n_{name}, n_features), got {array.shape}"
            )
    if points.shape[1] != queries.shape[1]:
        raise ValueError(
            f"points have {points.shape[1]} feature(s) and queries have "
            f"{queries.shape[1]}; they must have the same"
        )
    k = check_integer("n_neighbors", n_neighbors, 1)
    if k > len(points):
        raise ValueError(
            f"n_neighbors={k} is more than n_points={len(points)}; "
            f"ask for at most {len(points)}"
        )
    return k


def may_overflow(points: Any, queries: Any) -> bool:
    """Whether entries are so large that squared distances have to be looked at.

    Examples
    --------
    >>> may_overflow(np.zeros((5, 2)), np.full((1, 2), 1e200))
    True
    """
    largest = max(
        float(extreme) for a in (points, queries) for extreme in (a.max(), -a.min())
    )
    return largest > _SAFE_ENTRY


def refuse_overflow(squares: Any) -> None:
    """Refuse squared distances of which one is infinite.

    Raises
    ------
    ValueError
        With the remedy.

    Examples
    --------
    >>> refuse_overflow(np.array([1e300]))
    """
    if not bool(namespace(squares).isfinite(squares).all()):
        raise ValueError(
            "a squared distance between points and queries overflows float64; "
            "rescale both, e.g. divide them by the largest absolute value"
        )


def _insert(
    points: np.ndarray, queries: np.ndarray, squares: np.ndarray, indices: np.ndarray
) -> None:
    # Importing Numba takes longer than most of what does not need it.
    from refgen.kernels.neighbors import keep_nearest

    keep_nearest(points, queries, squares, indices)


def _partition_rows(
    points: np.ndarray, queries: np.ndarray, squares: np.ndarray, indices: np.ndarray
) -> None:
    from refgen.kernels.neighbors import squared_distances

    step = max(1, _ROWS_ENTRIES // len(points))
    for start in range(0, len(queries), step):
        rows = squared_distances(points, queries[start : start + step])
        refuse_overflow(rows)
        for i, row in enumerate(rows, start):
            indices[i] = _smallest(row, indices.shape[1])
            squares[i] = row[indices[i]]


def _smallest(row: np.ndarray, k: int) -> np.ndarray:
    """Indices of the k smallest entries, sorted by (entry, index)."""
    kth = np.partition(row, k - 1)[k - 1]
    candidates = np.flatnonzero(row <= kth)
    return candidates[np.argsort(row[candidates], kind="stable")[:k]]


def _in_threads(n: int, cost: int, part: Callable[[int, int], None]) -> None:
    """``part(start, stop)`` on ranges that cover ``0..n``, in threads if it pays."""
    from numba import config

    most = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    n_threads = min(most, n, n * cost // _MIN_PER_THREAD)
    if n_threads < 2:
        part(0, n)
        return
    bounds = [n * i // n_threads for i in range(n_threads + 1)]
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(part, bounds[:-1], bounds[1:]))
