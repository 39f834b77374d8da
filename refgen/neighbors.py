"""Exact nearest neighbours, defined to the last bit so that every backend agrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._checks import check_neighbor_count
from refgen.arrays import as_floats, namespace

__all__ = ["nearest_neighbors"]

# With entries up to this, (2·2⁴⁵⁰)² n_features is finite for any array that exists.
_SAFE_ENTRY = 2.0**450

# For more neighbours, partitioning all distances costs less than a sorted list.
_MOST_INSERTED = 64
_ROWS_ENTRIES = 1 << 23

# When each search is the fastest: see benchmarks/results/neighbors_rule.json. Below
# these sizes it is the plain one, which needs no preparation. In 1 or 2 dimensions
# neighbours are so near that single precision certifies few of them.
_QUERIES_FOR_FILTER, _FEATURES_FOR_FILTER = 100, 3
_POINTS_FOR_FILTER, _ENTRIES_FOR_FILTER = 4000, 60_000
_QUERIES_FOR_TREE, _POINTS_FOR_TREE, _MOST_FEATURES_FOR_TREE = 500, 2000, 10

_Search = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray], Any]


def nearest_neighbors(
    points: Any, queries: Any, n_neighbors: int
) -> tuple[np.ndarray, np.ndarray]:
    """Distances and indices of the `n_neighbors` points nearest to each query.

    The squared distance is Σⱼ (xⱼ − qⱼ)² in float64, every operation rounded, summed
    from left to right. Neighbours are sorted by it; of tied ones the lower index comes
    first. So the result is the same on every machine and backend, however the work is
    divided.

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
        If the input is not numeric, or `n_neighbors` is not an integer.
    ValueError
        If the input is empty or holds NaN or infinity, shapes do not match,
        `n_neighbors` is out of range, or a squared distance overflows.

    Notes
    -----
    A query that is one of the points has itself as a neighbour, at distance 0.
    Differences below 1e-154 lose digits when they are squared and those below 1e-162
    vanish: rescale data of that size.

    Three searches give the same bits, and the one that should be fastest runs. The
    plain one computes all distances. With many points and queries, candidates are found
    by SciPy's k-d tree in few dimensions, and by products of single-precision matrices
    in more. The squared distances of candidates are then computed as above, and a bound
    on all rounding certifies that no other point is nearer. Queries without a
    certificate (ties, clusters far from each other) go to the next finer search, at
    worst to the plain one. See `refgen.kernels.filter` and `refgen.kernels.tree`.

    In addition to the result, the products need a single-precision copy of the queries,
    ``n_neighbors + 8`` numbers and indices for each, and some 50 MB; queries without a
    certificate need the same in double precision. The tree needs about as much memory
    as the points.

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
    if k > _MOST_INSERTED or may_overflow(points, queries):
        _partition_rows(points, queries, squares, indices)
    else:
        search = _fastest(points, queries, k)
        undone = search(points, queries, squares, indices)
        _insert_rows(points, queries, undone, squares, indices)
    return np.sqrt(squares), indices


def check_neighbors(points: Any, queries: Any, n_neighbors: Any) -> int:
    """`n_neighbors`, after a check that it and the shapes make sense.

    Raises
    ------
    TypeError
        If `n_neighbors` is not an integer.
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
    return check_neighbor_count(n_neighbors, len(points))


def may_overflow(points: Any, queries: Any) -> bool:
    """Whether entries are so large that a squared distance might overflow.

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
    """Refuse squared distances if one of them is infinite.

    Raises
    ------
    ValueError
        If one is infinite; the message says what to do.

    Examples
    --------
    >>> refuse_overflow(np.array([1e300]))
    """
    if not bool(namespace(squares).isfinite(squares).all()):
        raise ValueError(
            "a squared distance between points and queries overflows float64; "
            "rescale both, e.g. divide them by the largest absolute value"
        )


def _fastest(points: np.ndarray, queries: np.ndarray, k: int) -> _Search:
    """The search to begin with; it returns the rows that it could not certify."""
    from refgen.kernels import filter as products
    from refgen.kernels import tree

    (n_points, n_features), n_queries = points.shape, len(queries)
    if (
        n_queries >= _QUERIES_FOR_TREE
        and n_features <= _MOST_FEATURES_FOR_TREE
        # A tree visits about this many points; the other searches visit all.
        and n_points >= max(_POINTS_FOR_TREE, 4 * (k + 8) * 3**n_features)
        and tree.suits(points, k)
    ):
        return tree.search
    if (
        n_queries >= _QUERIES_FOR_FILTER
        and n_features >= _FEATURES_FOR_FILTER
        and (n_points >= _POINTS_FOR_FILTER or points.size >= _ENTRIES_FOR_FILTER)
        and products.suits(points, k)
    ):
        return products.search
    return _leave_all


def _leave_all(*_: np.ndarray) -> slice:
    return slice(None)


def _insert_rows(
    points: np.ndarray,
    queries: np.ndarray,
    rows: np.ndarray | slice,
    squares: np.ndarray,
    indices: np.ndarray,
) -> None:
    """The plain search for some queries; their squares must be infinite before."""
    # Importing Numba takes longer than most calls that do not need it.
    from refgen.kernels.neighbors import keep_nearest
    from refgen.kernels.threads import in_threads

    asked, nearest, found = queries[rows], squares[rows], indices[rows]

    def part(start: int, stop: int) -> None:
        some = slice(start, stop)
        keep_nearest(points, asked[some], nearest[some], found[some])

    if len(asked):
        in_threads(len(asked), points.size, part)
    squares[rows], indices[rows] = nearest, found


def _partition_rows(
    points: np.ndarray, queries: np.ndarray, squares: np.ndarray, indices: np.ndarray
) -> None:
    from refgen.kernels.neighbors import squared_distances
    from refgen.kernels.threads import in_threads

    k = squares.shape[1]
    step = max(1, _ROWS_ENTRIES // len(points))

    def part(first: int, last: int) -> None:
        for start in range(first, last, step):
            rows = squared_distances(points, queries[start : min(start + step, last)])
            refuse_overflow(rows)
            for i, row in enumerate(rows, start):
                indices[i] = _smallest(row, k)
                squares[i] = row[indices[i]]

    in_threads(len(queries), points.size, part)


def _smallest(row: np.ndarray, k: int) -> np.ndarray:
    """Indices of the k smallest entries, sorted by (entry, index)."""
    kth = np.partition(row, k - 1)[k - 1]
    candidates = np.flatnonzero(row <= kth)
    return candidates[np.argsort(row[candidates], kind="stable")[:k]]
