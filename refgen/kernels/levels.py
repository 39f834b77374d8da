"""Sums over level sets and segments, one row at a time."""

import numpy as np

from refgen.kernels import compiled

# Up to this many entries insertion is faster than a merge sort.
_INSERTION = 64

# The tree of additions of `segment_sums`, which is the same on a device.
PIECE = 1024
LANES = 32


@compiled
def _stable_order(levels):
    """Stable argsort: tied levels stay in order, as on a device."""
    n = len(levels)
    if n > _INSERTION:
        return np.argsort(levels, kind="mergesort")
    order = np.empty(n, np.int64)
    for i in range(n):
        j = i
        while j > 0 and levels[order[j - 1]] > levels[i]:
            order[j] = order[j - 1]
            j -= 1
        order[j] = i
    return order


@compiled
def absolute_level_sums(levels, values):
    """Σ over distinct levels of |Σ values at that level|, for each row."""
    n_rows = levels.shape[0]
    out = np.zeros(n_rows)
    for row in range(n_rows):
        order = _stable_order(levels[row])
        total, group, last = 0.0, 0.0, levels[row, order[0]]
        for j in order:
            if levels[row, j] != last:
                total += abs(group)
                group = 0.0
            group += values[row, j]
            last = levels[row, j]
        out[row] = total + abs(group)
    return out


@compiled
def cumulative_level_area(levels, values):
    """∫ |Σ values at levels ≤ t| dt for each row: W₁ between two laws."""
    n_rows = levels.shape[0]
    out = np.zeros(n_rows)
    for row in range(n_rows):
        order = _stable_order(levels[row])
        cumulative, last = 0.0, levels[row, order[0]]
        for j in order:
            out[row] += abs(cumulative) * (levels[row, j] - last)
            cumulative += values[row, j]
            last = levels[row, j]
    return out


@compiled
def _sums_between(terms, bounds):
    """Σ of the terms from each bound to the next, in the order of one piece."""
    sums, lanes = np.zeros(len(bounds) - 1), np.empty(LANES)
    for s in range(len(sums)):
        start, stop = bounds[s], bounds[s + 1]
        width = min(stop - start, LANES)
        for lane in range(width):
            lanes[lane] = 0.0 + terms[start + lane]
        for first in range(start + LANES, stop, LANES):
            for lane in range(min(LANES, stop - first)):
                lanes[lane] += terms[first + lane]
        half = LANES // 2
        while half > 0:
            for lane in range(width - half):
                lanes[lane] += lanes[lane + half]
            width, half = min(width, half), half // 2
        if stop > start:
            sums[s] = lanes[0]
    return sums


@compiled
def _pieces(bounds):
    """Bounds of the pieces of all segments, and where the pieces of each begin."""
    firsts = np.zeros(len(bounds), np.int64)
    for s in range(len(bounds) - 1):
        size = bounds[s + 1] - bounds[s]
        firsts[s + 1] = firsts[s] + (size + PIECE - 1) // PIECE
    cuts = np.full(firsts[-1] + 1, bounds[-1])
    for s in range(len(bounds) - 1):
        for piece in range(firsts[s], firsts[s + 1]):
            cuts[piece] = bounds[s] + (piece - firsts[s]) * PIECE
    return cuts, firsts


@compiled
def _longest(bounds):
    longest = 0
    for s in range(len(bounds) - 1):
        longest = max(longest, bounds[s + 1] - bounds[s])
    return longest


@compiled
def segment_sums(values, starts):
    """Σ of the values of each segment, for each row: (n_rows, n_segments).

    Segment s begins at starts[s] and ends where the next one begins, the last one with
    the row; starts do not fall. An empty segment has the sum 0.

    The order of additions is fixed. A segment is cut into pieces of 1024 terms, of
    which lane l adds up every 32nd from l on; the lanes are added in pairs. The sums
    of the pieces are treated in the same way until one is left. Of a level of pieces,
    a term takes part in 31 + 5 roundings at most, so that sums of n terms are off by
    at most 36 ⌈log n / log 1024⌉ 2⁻⁵³ Σ|terms|, to first order.
    """
    n_rows, n_segments = values.shape[0], len(starts)
    out = np.empty((n_rows, n_segments))
    for row in range(n_rows):
        terms, bounds = values[row], np.full(n_segments + 1, values.shape[1])
        for s in range(n_segments):
            bounds[s] = starts[s]
        while _longest(bounds) > PIECE:
            cuts, firsts = _pieces(bounds)
            terms, bounds = _sums_between(terms, cuts), firsts
        out[row] = _sums_between(terms, bounds)
    return out
