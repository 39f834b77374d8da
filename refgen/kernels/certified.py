"""What the certified search does besides matrix products; see `filter.py`.

Products have the shape (queries, points of a tile) and hold −2⟨x, q⟩.
"""

import numpy as np

from refgen.kernels import compiled
from refgen.kernels.neighbors import insert_one

# Sums compared at once, in vector registers; only few of them are low enough.
_RUN = 64
_SIDE_BY_SIDE = 4
_PARTIAL_SUMS = 8
_ALL_BUT_SIGN = (1 << 63) - 1


@compiled
def round_rows(rows, centre, scale, smallest, out, norms):
    """(row − centre)·scale, rounded to the type of `out`, and its squared norms.

    Numbers below `smallest` become 0, as some machines flush them to 0.
    """
    sums = np.empty(_PARTIAL_SUMS)
    for i in range(len(rows)):
        for j in range(rows.shape[1]):
            value = (rows[i, j] - centre[j]) * scale
            out[i, j] = value if abs(value) >= smallest else 0.0
        sums[:] = 0.0
        whole = rows.shape[1] - rows.shape[1] % _PARTIAL_SUMS
        for start in range(0, whole, _PARTIAL_SUMS):
            for j in range(_PARTIAL_SUMS):
                rounded = np.float64(out[i, start + j])
                sums[j] += rounded * rounded
        for j in range(whole, rows.shape[1]):
            rounded = np.float64(out[i, j])
            sums[0] += rounded * rounded
        norms[i] = sums.sum()


@compiled
def largest_bits(entries):
    """Bits of the largest absolute value; numbers above 0 are ordered as their bits."""
    bits = entries.view(np.int64)
    largest = 0
    for i in range(len(bits)):
        largest = max(largest, bits[i] & _ALL_BUT_SIGN)
    return largest


@compiled
def keep_lowest(products, terms, first, lows, indices):
    """Merge sums of products and terms, for points from `first` on, into the lowest."""
    n_queries, width = products.shape
    for query in range(n_queries):
        row, low, index = products[query], lows[query], indices[query]
        for start in range(0, width - width % _RUN, _RUN):
            run, run_terms = row[start : start + _RUN], terms[start : start + _RUN]
            last, hits = low[-1], np.uint8(0)
            for i in range(_RUN):
                hits |= np.uint8(run[i] + run_terms[i] < last)
            if hits:
                for i in range(_RUN):
                    insert_one(run[i] + run_terms[i], first + start + i, low, index)
        for i in range(width - width % _RUN, width):
            insert_one(row[i] + terms[i], first + i, low, index)


@compiled
def recompute(points, queries, candidates, squares, indices):
    """The nearest candidates by (square, index), with squares as they are defined.

    `squares` must hold infinity; `candidates` are sorted in place.
    """
    exact = np.empty(candidates.shape[1])
    for query in range(len(queries)):
        found = candidates[query]
        _sort(found)
        _exact_squares(points, queries[query], found, exact)
        for i in range(len(found)):
            insert_one(exact[i], found[i], squares[query], indices[query])


@compiled
def _sort(numbers):
    """Sort a few numbers in place, by insertion, which compiles fast."""
    for i in range(1, len(numbers)):
        number, j = numbers[i], i
        while j > 0 and numbers[j - 1] > number:
            numbers[j] = numbers[j - 1]
            j -= 1
        numbers[j] = number


@compiled
def _exact_squares(points, query, found, exact):
    # An addition waits for the previous one: four sums are added up side by side.
    whole = len(found) - len(found) % _SIDE_BY_SIDE
    for i in range(0, whole, _SIDE_BY_SIDE):
        x0, x1 = points[found[i]], points[found[i + 1]]
        x2, x3 = points[found[i + 2]], points[found[i + 3]]
        s0 = s1 = s2 = s3 = 0.0
        for j in range(len(query)):
            d0, d1 = x0[j] - query[j], x1[j] - query[j]
            d2, d3 = x2[j] - query[j], x3[j] - query[j]
            s0 += d0 * d0
            s1 += d1 * d1
            s2 += d2 * d2
            s3 += d3 * d3
        exact[i], exact[i + 1], exact[i + 2], exact[i + 3] = s0, s1, s2, s3
    for i in range(whole, len(found)):
        exact[i] = _exact_square(points[found[i]], query)


@compiled
def _exact_square(point, query):
    total = 0.0
    for j in range(len(query)):
        difference = point[j] - query[j]
        total += difference * difference
    return total


@compiled
def insert_below(
    products, terms, query_terms, first, points, queries, limits, left, squares, indices
):
    """Insert every point whose lower bound is at most the limit, with its exact square.

    Each query has k points whose squares are at most its entry of `limits`. Points
    come in the order of their indices, from `first` on. `left` counts down how many
    exact squares may still be computed for a query; at 0 its lists are incomplete.
    """
    for query in range(len(queries)):
        limit = min(limits[query], squares[query, -1])
        for i in range(products.shape[1]):
            if query_terms[query] + (products[query, i] + terms[i]) > limit:
                continue
            if left[query] == 0:
                break
            left[query] -= 1
            square = _exact_square(points[first + i], queries[query])
            insert_one(square, first + i, squares[query], indices[query])
            limit = min(limit, squares[query, -1])
