"""Sums over the densities of a mixture of equally wide normal laws, query by query.

Only + − × ÷ and operations on bits are used, in a fixed order and without fused
multiply-adds, so that any IEEE machine, a GPU included, gives the same bits.
"""

from typing import Any

import numpy as np

from refgen.kernels.random import _52, _bits_of, _from_bits, _kernel
from refgen.kernels.threads import in_threads

# Sums are made in so many lanes, point j in lane j % 8, and the lanes by halves.
LANES = 8

# Points that stay in the first-level cache while features are added.
_TILE = 1024
_OPERATIONS = 40  # for the exponential and the sums, roughly

# Adding and subtracting it rounds to a whole number.
_ROUNDER = 1.5 * 2.0**52
# With a whole number n added, the lowest bits are those of n + 1023.
_EXPONENT = 2.0**52 + 1023


@_kernel
def _decay(size):
    """e^(−size) for size ≥ 0, and e⁻⁷⁰⁰ from 700 on: 2ⁿ eʳ with |r| ≤ (log 2)/2.

    eʳ is the sum of fourteen terms of its series, which leaves out 5·10⁻¹⁸ of it.
    """
    x = -size if size < 700.0 else -700.0
    n = (x * 1.4426950408889634 + _ROUNDER) - _ROUNDER
    # log 2 in two parts; n times the first one is exact.
    r = x - n * 6.93147180369123816490e-01
    r = r - n * 1.90821492927058770002e-10
    p = 1.0 / 6227020800.0
    p = p * r + 1.0 / 479001600.0
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = (p * r) * r + r + 1.0
    return p * _from_bits(_bits_of(n + _EXPONENT) << _52)


@_kernel
def _exponents(points, query, factor, out):
    """factor ‖q − x‖² for all points, of shape (n_features, n_points)."""
    n_features, n_points = points.shape
    for start in range(0, n_points, _TILE):
        part = out[start : start + _TILE]
        for j in range(len(part)):
            part[j] = 0.0
        for k in range(n_features):
            row, at = points[k, start : start + _TILE], query[k]
            for j in range(len(part)):
                step = row[j] - at
                part[j] += step * step
        for j in range(len(part)):
            part[j] *= factor


@_kernel
def _least(numbers, lanes):
    """The smallest of them, at most the largest float."""
    whole = len(numbers) // LANES * LANES
    lanes[:] = 1.7976931348623157e308
    for start in range(0, whole, LANES):
        block = numbers[start : start + LANES]
        for lane in range(LANES):
            lanes[lane] = block[lane] if block[lane] < lanes[lane] else lanes[lane]
    least = lanes[0]
    for lane in range(1, LANES):
        least = min(least, lanes[lane])
    for j in range(whole, len(numbers)):
        least = min(least, numbers[j])
    return least


@_kernel
def _decays(numbers, least):
    for j in range(len(numbers)):
        numbers[j] = _decay(numbers[j] - least)


@_kernel
def _halved(lanes):
    half = LANES // 2
    while half:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0]


@_kernel
def _total(numbers, lanes):
    lanes[:] = 0.0
    whole = len(numbers) // LANES * LANES
    for start in range(0, whole, LANES):
        block = numbers[start : start + LANES]
        for lane in range(LANES):
            lanes[lane] += block[lane]
    for j in range(whole, len(numbers)):
        lanes[j - whole] += numbers[j]
    return _halved(lanes)


@_kernel
def _weighted(numbers, amounts, lanes):
    """Σ (number · number) · amount."""
    lanes[:] = 0.0
    whole = len(numbers) // LANES * LANES
    for start in range(0, whole, LANES):
        block, amount = numbers[start : start + LANES], amounts[start : start + LANES]
        for lane in range(LANES):
            lanes[lane] += (block[lane] * block[lane]) * amount[lane]
    for j in range(whole, len(numbers)):
        lanes[j - whole] += (numbers[j] * numbers[j]) * amounts[j]
    return _halved(lanes)


@_kernel
def _sums(points, queries, factor, amounts, n_queries, start, out):
    n_points = points.shape[2]
    terms, lanes, ones = np.empty(n_points), np.empty(LANES), np.ones(n_points)
    for i in range(len(out)):
        row = start + i
        b = row // n_queries
        _exponents(points[b], queries[row], factor[b], terms)
        least = _least(terms, lanes)
        _decays(terms, least)
        out[i, 0] = least
        out[i, 1] = _total(terms, lanes)
        out[i, 2] = _weighted(terms, ones, lanes)
        for k in range(amounts.shape[1]):
            out[i, 3 + k] = _weighted(terms, amounts[b, k], lanes)


def mixture_sums(points: Any, queries: Any, factor: Any, amounts: Any) -> Any:
    """Least exponent and sums of powers of the terms e^(least − exponent).

    `points` are B samples, (B, m, d), `queries` (B, n, d), `factor` (B,), and `amounts`
    (B, k, m). The exponent of a point is factor ‖q − x‖². The columns of the result,
    (B, n, 3 + k), are the least exponent, Σ term, Σ term² and Σ term² amount for each
    row of amounts. No array of shape (n, m) is made.
    """
    n_samples, n_queries, n_features = queries.shape
    columns = np.ascontiguousarray(np.swapaxes(points, 1, 2))
    rows = np.ascontiguousarray(queries).reshape(-1, n_features)
    factor, amounts = np.ascontiguousarray(factor), np.ascontiguousarray(amounts)
    out = np.empty((len(rows), 3 + amounts.shape[1]))

    def part(start, stop):
        _sums(columns, rows, factor, amounts, n_queries, start, out[start:stop])

    cost = columns.shape[2] * (3 * n_features + _OPERATIONS)
    in_threads(len(rows), cost, part)
    return out.reshape(n_samples, n_queries, -1)
