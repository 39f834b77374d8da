"""Sums over level sets, one row at a time."""

import numpy as np

from refgen.kernels import compiled

# Up to this many entries insertion is faster than a merge sort.
_INSERTION = 64


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
