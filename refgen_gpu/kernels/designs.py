"""Nearest neighbours in many small designs at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128


def nearest_in_designs(points: Any, queries: Any, n_neighbors: int) -> tuple[Any, Any]:
    """Squared distances and indices, sorted by (square, index).

    The bits are those of the kernel of refgen.

    Parameters
    ----------
    points : device array of shape (B, n, d), float64
    queries : device array of shape (B, q, d), float64
    n_neighbors : int
        From 1 to n.

    Returns
    -------
    squares : device array of shape (B, q, n_neighbors), float64
    indices : device array of shape (B, q, n_neighbors), int64
    """
    be = backend()
    n_designs, n_points, n_features = points.shape
    n_queries = queries.shape[1]
    squares = be.xp.empty((n_designs, n_queries, n_neighbors), dtype=np.float64)
    indices = be.xp.empty(squares.shape, dtype=np.int64)
    sizes = (n_designs, n_points, n_queries, n_features, n_neighbors)
    be.launch(
        "nearest_in_designs",
        (n_blocks(n_designs * n_queries, _THREADS),),
        (_THREADS,),
        (points, queries, *sizes, squares, indices),
    )
    return squares, indices


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Neighbours in designs of odd sizes, on a lattice too, which is full of ties."""
    search = kernel("designs", "nearest_in_designs")
    shapes = ((1, 1, 1, 1, 1), (3, 67, 5, 3, 4), (33, 40, 7, 2, 40))
    for b, n, q, d, k in (*shapes, (size // 100 + 1, 31, 2, 3, 5)):
        stream = rg.random.Stream(0, "check", "designs")
        for points, queries in (
            (stream.normal((b, n, d)), stream.child("queries").normal((b, q, d))),
            (_lattice(stream, (b, n, d)), _lattice(stream.child("asked"), (b, q, d))),
        ):
            yield "nearest_in_designs", search(points, queries, k)


def _lattice(stream: Any, shape: tuple[int, ...]) -> Any:
    return stream.integers(3, shape).astype(np.float64)
