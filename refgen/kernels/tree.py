"""Exact nearest neighbours in few dimensions, found by a k-d tree and certified here.

SciPy's tree is exact up to its own rounding, and of tied points it may return any. It
gives m > k candidates and the m-th smallest distance r; every point that it left out is
at least that far away, up to rounding. The squared distances s of the candidates are
computed as they are defined. If the k-th smallest of them is clearly below r², these k
are the answer. Other queries are left to the caller.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.kernels.threads import in_threads, n_threads_for

# Candidates beyond k, for points at the same distance or nearly: at first, and then
# for queries that are not certified yet.
_SPARE, _MANY_SPARE = 2, 128
# A sum of d + h terms decides whether a subtree is left out: each of h < 2²⁴ levels
# replaces a term by a larger one, with two roundings. In all the sum is off by at most
# 2 (d + h) 2⁻⁵³ of itself. A distance and s have fewer roundings than that.
_CLEARLY = 1 - 2.0**-26
_MOST_POINTS = 1 << 24
_TINY = 2.0**-1022


def suits(points: np.ndarray, n_neighbors: int) -> bool:
    """Whether the certificate's assumptions hold and it can leave points out."""
    return n_neighbors + _SPARE < len(points) <= _MOST_POINTS


def search(
    points: np.ndarray, queries: np.ndarray, squares: np.ndarray, indices: np.ndarray
) -> np.ndarray:
    """Fill rows of `squares` and `indices`; return the rows without a certificate.

    `squares` must hold infinity before. No entry of points and queries may be above
    2⁴⁵⁰ in absolute value.
    """
    from scipy.spatial import cKDTree

    tree, k = cKDTree(points), squares.shape[1]
    undone = np.arange(len(queries))
    for spare in (_SPARE, _MANY_SPARE):
        nearest, found = np.full((len(undone), k), np.inf), indices[undone]
        n_candidates = min(k + spare, len(points))
        certain = _search(tree, queries[undone], n_candidates, nearest, found)
        rows = undone[certain]
        squares[rows], indices[rows] = nearest[certain], found[certain]
        undone = undone[~certain]
        if not undone.size:
            break
    return undone


def _search(
    tree: Any,
    queries: np.ndarray,
    n_candidates: int,
    squares: np.ndarray,
    indices: np.ndarray,
) -> np.ndarray:
    """Take the nearest of `n_candidates`; returns which queries are certified."""
    from refgen.kernels.certified import recompute

    points, n_features = tree.data, tree.m
    workers = n_threads_for(len(queries), len(points))
    radii, found = tree.query(queries, n_candidates, workers=workers)

    def part(start: int, stop: int) -> None:
        rows = slice(start, stop)
        recompute(points, queries[rows], found[rows], squares[rows], indices[rows])

    in_threads(len(queries), n_candidates * n_features, part)
    # Squares that underflow are lost on both sides.
    farther = radii[:, -1] ** 2 * _CLEARLY - 4 * n_features * _TINY
    return squares[:, -1] < farther
