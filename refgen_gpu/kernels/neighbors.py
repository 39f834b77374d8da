"""Launches of the kernels of `refgen_gpu.neighbors`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128
_THREADS_PER_ROW = 64


def row_norms(rows: Any) -> Any:
    """Squared norms of rows (n, d), float64."""
    be = backend()
    norms = be.xp.empty(len(rows), dtype=np.float64)
    be.launch(
        "row_norms",
        (n_blocks(len(rows), 1),),
        (_THREADS_PER_ROW,),
        (rows, *rows.shape, norms),
        shared_mem=8 * _THREADS_PER_ROW,
    )
    return norms


def merge_nearest(
    values: Any, row_terms: Any, column_terms: Any, first: int, kept: tuple[Any, Any]
) -> None:
    """Merge a tile into `kept`, in place; without terms, the values are exact.

    Parameters
    ----------
    values : device array of shape (n_rows, n_columns), float64
    row_terms, column_terms : device arrays of shape (n_rows,) and (n_columns,), or None
        A value stands for row term + column term − 2 · value.
    first : int
        Index of the first column.
    kept : pair of device arrays of shape (n_rows, n_kept), float64 and int64
        The smallest so far and their indices; at most 32, one for each lane of a warp.
    """
    is_exact = row_terms is None
    # Exact values have no terms, and a kernel takes no null pointer here.
    terms = (values, values) if is_exact else (row_terms, column_terms)
    n_rows, n_columns = values.shape
    n_kept = kept[0].shape[1]
    backend().launch(
        "merge_nearest",
        (n_blocks(n_rows, _THREADS // 32),),
        (_THREADS,),
        (values, *terms, n_rows, n_columns, first, n_kept, int(is_exact), *kept),
    )


def exact_candidates(points: Any, queries: Any, found: Any) -> Any:
    """Squared distances of each query to the points whose indices `found` holds."""
    be = backend()
    exact = be.xp.empty(found.shape, dtype=np.float64)
    be.launch(
        "exact_candidates",
        (n_blocks(found.size, _THREADS),),
        (_THREADS,),
        (points, queries, found, *found.shape, points.shape[1], exact),
    )
    return exact


def exact_distances(features: Any, queries: Any) -> Any:
    """Squared distances (n_queries, n_points) to points given as features × points."""
    be = backend()
    n_features, n_points = features.shape
    out = be.xp.empty((len(queries), n_points), dtype=np.float64)
    be.launch(
        "exact_distances",
        (n_blocks(out.size, _THREADS),),
        (_THREADS,),
        (features, queries, len(queries), n_points, n_features, out),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Neighbours among real points and among lattice points, which are full of ties.

    Where all points are one, the filter certifies no query.
    """
    search = rg.neighbors.nearest_neighbors
    shapes = ((1, 1, 1, 1), (67, 5, 3, 4), (300, 33, 7, 24), (50, 3, 2, 40))
    for n, q, d, k in (*shapes, (size // 50 + 12, size // 2000 + 1, 20, 10)):
        stream = rg.random.Stream(0, "check", "points")
        points, queries = stream.normal((n, d)), stream.child("queries").normal((q, d))
        yield "nearest_neighbors", search(points, queries, k)
        yield "ties everywhere", search(points * 0, queries * 0, min(k, 24))
        lattice = stream.child("lattice").integers(3, (n, d)).astype(np.float64)
        asked = stream.child("asked").integers(3, (q, d)).astype(np.float64)
        yield "lattice", search(lattice, asked, k)
