"""Exact nearest neighbours on the device, with the bits of `refgen.neighbors`.

Filter and certify. A matrix product gives, for every query and point, a number that
is never above the computed squared distance s (see `_lowering`); a warp keeps the m
smallest of each query. The squared distances of these m candidates are then computed
as refgen defines them. Every other point has s ≥ the m-th smallest lower bound, so
if that is above the k-th smallest s among the candidates, these k are the answer. For
other queries all squared distances are computed, which gives the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF
from refgen.neighbors import check_neighbors, may_overflow, refuse_overflow
from refgen_gpu.arrays import as_floats
from refgen_gpu.backend import backend
from refgen_gpu.chunks import ARGSORT_BYTES, in_chunks
from refgen_gpu.kernels.neighbors import (
    exact_candidates,
    exact_distances,
    merge_nearest,
    row_norms,
)

__all__ = ["nearest_neighbors"]

# merge_nearest keeps one candidate per lane of a warp.
_MOST_CANDIDATES = 32
# Candidates beyond n_neighbors: room for points that only rounding puts in front.
_SPARE = 8
# Points per matrix product: wide enough for its full speed.
_TILE = 1 << 15
_NO_INDEX = np.iinfo(np.int64).max


def nearest_neighbors(points: Any, queries: Any, n_neighbors: int) -> tuple[Any, Any]:
    """As `refgen.neighbors.nearest_neighbors`, on the device and with the same bits.

    Parameters
    ----------
    points : device array or list (n_points, n_features)
    queries : device array or list (n_queries, n_features)
    n_neighbors : int
        From 1 to n_points; beyond 24 every distance is sorted, which is slower.

    Returns
    -------
    distances : device array of float64 (n_queries, n_neighbors)
    indices : device array of int64 (n_queries, n_neighbors)

    Raises
    ------
    NoDeviceError
        If no GPU is usable.
    TypeError
        If the input is on the host or not numeric, or `n_neighbors` is no integer.
    ValueError
        As the function of refgen.

    Examples
    --------
    >>> from refgen_gpu import NoDeviceError
    >>> try:
    ...     distances, indices = nearest_neighbors([[0.0], [1.0]], [[0.9]], 1)
    ...     assert indices.tolist() == [[1]]
    ... except NoDeviceError as error:
    ...     assert "refgen" in str(error)
    """
    xp = backend().xp
    points = xp.ascontiguousarray(as_floats("points", points, 2))
    queries = xp.ascontiguousarray(as_floats("queries", queries, 2))
    k = check_neighbors(points, queries, n_neighbors)
    squares = xp.empty((len(queries), k), dtype=np.float64)
    indices = xp.empty((len(queries), k), dtype=np.int64)
    n_candidates = min(len(points), k + _SPARE)
    if n_candidates > _MOST_CANDIDATES or may_overflow(points, queries):
        _by_sorting(points, queries, squares, indices)
    else:
        _by_filter(points, queries, n_candidates, squares, indices)
    return xp.sqrt(squares), indices


def _by_filter(
    points: Any, queries: Any, n_candidates: int, squares: Any, indices: Any
) -> None:
    """Fill `squares` and `indices` by the filter and its certificate."""
    xp, k = backend().xp, squares.shape[1]
    # Near the mean the products are small, and so is their rounding.
    centre = points.mean(axis=0)
    centred = points - centre
    terms = _lowered_norms(centred)

    def search(start: int, stop: int) -> None:
        chunk = queries[start:stop]
        lowest, found = _filter(centred, terms, chunk - centre, n_candidates)
        exact, found = _sorted_candidates(points, chunk, found)
        squares[start:stop], indices[start:stop] = exact[:, :k], found[:, :k]
        if n_candidates == len(points):
            return
        certified = exact[:, k - 1] < lowest[:, -1]
        doubtful = xp.flatnonzero(~certified)
        if doubtful.size:
            rows = start + doubtful
            squares[rows], indices[rows] = _exact_search(points, chunk[doubtful], k)

    tile = min(_TILE, len(points))
    # The products, the queries, and the candidates: bounds, indices and distances.
    per_row = 8 * (tile + 2 * points.shape[1]) + (ARGSORT_BYTES + 32) * n_candidates
    in_chunks(len(queries), per_row, search)


def _by_sorting(points: Any, queries: Any, squares: Any, indices: Any) -> None:
    """Fill `squares` and `indices` from all squared distances, sorted."""
    xp, k = backend().xp, squares.shape[1]
    features = xp.ascontiguousarray(points.T)

    def search(start: int, stop: int) -> None:
        rows = exact_distances(features, queries[start:stop])
        refuse_overflow(rows)
        order = xp.argsort(rows, axis=1, kind="stable")[:, :k]
        squares[start:stop] = xp.take_along_axis(rows, order, axis=1)
        indices[start:stop] = order

    in_chunks(len(queries), ARGSORT_BYTES * len(points), search)


def _lowering(n_features: int) -> tuple[float, float]:
    """(c, η) such that (1 − c)(|x̃|² + |q̃|²) − 2η − 2⟨x̃, q̃⟩, computed, is at most s.

    x̃ and q̃ are the rows after centring and s the computed squared distance of the
    rows before it; all numbers are those of the machine. Let u = 2⁻⁵³, d the number
    of features, T = |x̃|² + |q̃|². Any vector may be the centre μ, since in exact
    arithmetic D = |x − q|² = |(x − μ) − (q − μ)|². To first order in u:

    * Centring rounds each entry once: |x̃ⱼ − (xⱼ − μⱼ)| ≤ u |x̃ⱼ|, so x̃ − q̃ is off by
      at most u (|x̃| + |q̃|) and |x̃ − q̃|² by 2u (|x̃| + |q̃|)² ≤ 4uT.
    * A product and d − 1 sums in any order, with or without fused operations, give
      norms off by duT in total and ⟨x̃, q̃⟩ by du |x̃||q̃| ≤ duT/2, which is doubled.
    * 1 − c, the product with it, the subtraction of η and the sum of two such terms
      round once each: 4uT. The last subtraction rounds a number of at most 2T: 2uT.
    * s has two roundings more than its sums, (d + 2) uD, and D ≤ 2T: (2d + 4) uT.

    In total (4d + 14) uT. c = (5d + 20) u leaves (d + 6) uT for terms of higher
    order, of which each is at most (4d + 14) u times a few du, as du < 10⁻³ for any
    array that exists. Products that underflow, in s, two norms and ⟨x̃, q̃⟩, are off by
    at most 2⁻¹⁰²² each even where subnormal numbers are flushed to zero, and so are
    sums: 10 d of them, doubled ones counted twice, and the few last steps. 2η is more.
    """
    c = (5 * n_features + 20) * UNIT_ROUNDOFF
    return c, (8 * n_features + 8) * 2.0**-1022


def _lowered_norms(rows: Any) -> Any:
    """(1 − c)|row|² − η of every row."""
    c, eta = _lowering(rows.shape[1])
    return row_norms(rows) * (1 - c) - eta


def _filter(
    centred: Any, terms: Any, queries: Any, n_candidates: int
) -> tuple[Any, Any]:
    """The smallest lower bounds of the squared distances, with their points."""
    xp = backend().xp
    kept = _nothing_kept(len(queries), n_candidates)
    query_terms = _lowered_norms(queries)
    for start in range(0, len(centred), _TILE):
        stop = min(start + _TILE, len(centred))
        # No name for the product: it is freed before the next one is allocated.
        merge_nearest(
            xp.matmul(queries, centred[start:stop].T),
            query_terms,
            terms[start:stop],
            start,
            kept,
        )
    return kept


def _exact_search(points: Any, queries: Any, k: int) -> tuple[Any, Any]:
    """The k smallest squared distances, with indices, from all of them."""
    xp = backend().xp
    kept = _nothing_kept(len(queries), k)
    for start in range(0, len(points), _TILE):
        features = xp.ascontiguousarray(points[start : start + _TILE].T)
        merge_nearest(exact_distances(features, queries), None, None, start, kept)
    return kept


def _nothing_kept(n_rows: int, n_kept: int) -> tuple[Any, Any]:
    xp = backend().xp
    kept = xp.full((n_rows, n_kept), np.inf)
    return kept, xp.full((n_rows, n_kept), _NO_INDEX, dtype=np.int64)


def _sorted_candidates(points: Any, queries: Any, found: Any) -> tuple[Any, Any]:
    """Squared distances of the candidates and their indices, sorted by both."""
    xp = backend().xp
    # A stable sort by distance keeps the order of the indices among ties.
    found = xp.sort(found, axis=1)
    exact = exact_candidates(points, queries, found)
    order = xp.argsort(exact, axis=1, kind="stable")
    return tuple(xp.take_along_axis(a, order, axis=1) for a in (exact, found))
