"""Exact nearest neighbours through matrix products of rounded data.

Filter and certify. A product of single-precision matrices gives, for every query and
point, a number that is never above the squared distance s (see `lowering`); the m
smallest of each query are kept. The s of these m candidates are computed as they are
defined. Every other point has s at or above the m-th smallest lower bound, so if that
is above the k-th smallest s of the candidates, these k are the answer.

Other queries have k candidates with s ≤ S, so every point of their answer has a lower
bound of at most S. They go through products in double precision, and s is computed as
defined for every point whose lower bound there is at most S: no certificate is needed.
Queries for which too many points pass, as among duplicates, are left to the caller.

Memory: single-precision queries, m numbers and indices per query, and a panel of 2²²
entries; for the queries that go on to double precision the same, with 8 bytes each.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF
from refgen.kernels.threads import in_threads, one_blas_thread

# Candidates beyond k: room for points that only rounding puts in front.
_SPARE = 8
# (queries, points) of a product: 1 MB in single precision, which a core's L2 holds.
_TILE = (512, 512)
_PANEL_ENTRIES = 1 << 22
# The median of this many points is near enough to the centre of all, and cheap.
_SAMPLE = 512
# With d up to this, d·2⁻²⁴ is so small that the slack covers terms of higher order.
_MOST_FEATURES = 1 << 18
_SLACK = 1.125
# An exact square here costs as much as some 16 in the plain kernel. For queries that
# need more than n / 64 of them the plain kernel is cheaper.
_EXACT_SHARE = 64
_TINY = 2.0**-1022


class Rounded(NamedTuple):
    """Rows in one precision, and (1 − c)|row|² − η of each (float64)."""

    rows: np.ndarray
    terms: np.ndarray


def lowering(n_features: int, dtype: Any) -> tuple[float, float]:
    """(c, η) such that (1 − c)(|x|² + |q|²) − 2η − 2⟨x, q⟩, computed, is at most 4ᵉ s.

    x and q are rows after centring, scaling by 2ᵉ and rounding to `dtype`; s
    stands for the computed squared distance of the original rows, plus 2dω with
    ω = 2⁻¹⁰²² (in double precision e = 0 and η covers that, too). Let v = 2⁻⁵³, u the
    unit roundoff and t the smallest normal number of `dtype`, d the number of
    features, T = |x|² + |q|², D the exact squared distance. Any vector may be the
    centre, and 2ᵉ only moves exponents. To first order:

    * Centring and rounding move an entry by at most (u + 2v)|xⱼ| + 2t; the 2t is for
      subnormal numbers, which are set to 0. So with yⱼ = |xⱼ| + |qⱼ|, the distance
      |x − q|² exceeds 4ᵉD by at most 2 Σ yⱼ ((u + 2v) yⱼ + 4t). As Σ yⱼ² ≤ 2T and
      8t yⱼ ≤ u yⱼ² + 16t²/u, that is (6u + 8v)T + 16d t²/u, and 16t²/u ≤ t.
    * ⟨x, −2q⟩ by d products and d − 1 sums in any order, fused or not, is off by
      du · 2|x||q| ≤ duT, and by t for each that underflows: 2dt.
    * Adding up a norm in float64 is off by dv times it: dvT in both, and 2dω.
    * 1 − c, its product and the subtraction of η: 3vT. The point's term is rounded
      to `dtype`: uT + t. Its sum with the product is at most 2T and rounded: 2uT + t.
      The query's term is added in float64: 2vT.
    * s ≥ (1 − (d + 2)v)D − dω, and 4ᵉD ≤ 2T: (2d + 4)vT.

    In total (d + 9)uT + (3d + 17)vT + (5d + 2)t + 2dω. c = 9/8 ((d + 10)u +
    (3d + 20)v) covers terms of higher order, as du ≤ 2⁻⁶, and 2η is more than the rest.
    The product must be a conventional one, as in all BLAS, not Strassen's.
    """
    unit = float(np.finfo(dtype).eps) / 2
    smallest = float(np.finfo(dtype).smallest_normal)
    c = (n_features + 10) * unit + (3 * n_features + 20) * UNIT_ROUNDOFF
    return _SLACK * c, (4 * n_features + 4) * smallest


def suits(points: np.ndarray, n_neighbors: int) -> bool:
    """Whether the filter's assumptions hold and it has something to leave out."""
    n_points, n_features = points.shape
    return n_features <= _MOST_FEATURES and n_points > 4 * (n_neighbors + _SPARE)


def search(
    points: np.ndarray, queries: np.ndarray, squares: np.ndarray, indices: np.ndarray
) -> np.ndarray:
    """Fill rows of `squares` and `indices`; return the rows without a certificate.

    `squares` must hold infinity before. No entry of points and queries may be above
    2⁴⁵⁰ in absolute value.
    """
    centre = np.median(points[:: -(-len(points) // _SAMPLE)], axis=0)
    with one_blas_thread():
        doubtful = _by_single(points, queries, centre, squares, indices)
        if not doubtful.size:
            return doubtful
        limits = squares[doubtful, -1]
        exact = np.full((len(doubtful), squares.shape[1]), np.inf)
        found = np.zeros(exact.shape, np.int64)
        asked = queries[doubtful]
        done = _by_double(points, asked, centre, limits, exact, found)
    squares[doubtful], indices[doubtful] = exact, found
    squares[doubtful[~done]] = np.inf
    return doubtful[~done]


def _by_single(
    points: np.ndarray,
    queries: np.ndarray,
    centre: np.ndarray,
    squares: np.ndarray,
    indices: np.ndarray,
) -> np.ndarray:
    """Find neighbours in single precision; returns queries without a certificate."""
    from refgen.kernels.certified import keep_lowest, recompute

    n_queries, k = squares.shape
    exponent = _exponent(points, queries)
    asked = rounded(queries, centre, 2.0**exponent, np.float32)
    lows = np.full((n_queries, k + _SPARE), np.inf, np.float32)
    candidates = np.zeros(lows.shape, np.int64)

    def keep(products: Any, terms: Any, first: int, block: slice) -> None:
        keep_lowest(products, terms, first, lows[block], candidates[block])

    _products(points, centre, 2.0**exponent, asked, keep)

    def part(start: int, stop: int) -> None:
        rows = slice(start, stop)
        recompute(points, queries[rows], candidates[rows], squares[rows], indices[rows])

    in_threads(n_queries, (k + _SPARE) * points.shape[1], part)
    lowest = np.ldexp(asked.terms + lows[:, -1], -2 * exponent)
    # Products that underflow may be lost in s, and in this scaling.
    lowest -= (2 * points.shape[1] + 2) * _TINY
    return np.flatnonzero(~(squares[:, -1] < lowest))


def _by_double(
    points: np.ndarray,
    queries: np.ndarray,
    centre: np.ndarray,
    limits: np.ndarray,
    squares: np.ndarray,
    indices: np.ndarray,
) -> np.ndarray:
    """Find neighbours in double precision; returns which queries are done.

    Each query has k points with s at most its limit.
    """
    from refgen.kernels.certified import insert_below

    asked = rounded(queries, centre, 1.0, np.float64)
    enough = 16 * (squares.shape[1] + _SPARE) + len(points) // _EXACT_SHARE
    left = np.full(len(queries), enough)

    def insert(products: Any, terms: Any, first: int, block: slice) -> None:
        bounds = products, terms, asked.terms[block], first
        kept = limits[block], left[block], squares[block], indices[block]
        insert_below(*bounds, points, queries[block], *kept)

    _products(points, centre, 1.0, asked, insert)
    return left > 0


def _exponent(points: np.ndarray, queries: np.ndarray) -> int:
    """The e for which 2ᵉ scales centred entries up to 2⁵⁰: no square is near 2¹²⁸.

    Entries 2¹⁰⁰ times smaller than the largest still have squares above 2⁻¹²⁶.
    """
    largest = max(_largest(points), _largest(queries))
    return min(1000, 49 - math.frexp(largest)[1])


def _largest(rows: np.ndarray) -> float:
    from refgen.kernels.certified import largest_bits

    found: list[int] = []

    def part(start: int, stop: int) -> None:
        found.append(largest_bits(rows[start:stop].reshape(-1)))

    in_threads(len(rows), rows.shape[1], part)
    return float(np.array(max(found)).view(np.float64))


def rounded(rows: np.ndarray, centre: np.ndarray, scale: float, dtype: Any) -> Rounded:
    """Rows in the form that products take, with their terms of the lower bounds."""
    from refgen.kernels.certified import round_rows

    out, norms = np.empty(rows.shape, dtype), np.empty(len(rows))
    smallest = float(np.finfo(dtype).smallest_normal)

    def part(start: int, stop: int) -> None:
        some = slice(start, stop)
        round_rows(rows[some], centre, scale, smallest, out[some], norms[some])

    in_threads(len(rows), rows.shape[1], part)
    c, eta = lowering(rows.shape[1], dtype)
    return Rounded(out, norms * (1 - c) - eta)


def _products(
    points: np.ndarray,
    centre: np.ndarray,
    scale: float,
    asked: Rounded,
    visit: Callable[[np.ndarray, np.ndarray, int, slice], None],
) -> None:
    """``visit(−2⟨x, q⟩, terms of the points, index of the first, queries)`` on tiles.

    Each query sees the points in the order of their indices. The rows of `asked` are
    overwritten.
    """
    dtype = asked.rows.dtype
    n_queries, n_features = asked.rows.shape
    doubled = np.multiply(asked.rows, -2, out=asked.rows)
    panel = max(_TILE[1], _PANEL_ENTRIES // n_features)
    for first in range(0, len(points), panel):
        rows, terms = rounded(points[first : first + panel], centre, scale, dtype)
        terms = terms.astype(dtype)

        def part(
            start: int,
            stop: int,
            rows: np.ndarray = rows,
            terms: np.ndarray = terms,
            first: int = first,
        ) -> None:
            room = np.empty(_TILE[0] * _TILE[1], dtype)
            for i in range(start, stop, _TILE[0]):
                block = slice(i, min(i + _TILE[0], stop))
                for j in range(0, len(rows), _TILE[1]):
                    tile = rows[j : j + _TILE[1]]
                    shape = block.stop - i, len(tile)
                    out = room[: shape[0] * shape[1]].reshape(shape)
                    np.matmul(doubled[block], tile.T, out=out)
                    visit(out, terms[j : j + _TILE[1]], first + j, block)

        in_threads(n_queries, rows.size, part)
