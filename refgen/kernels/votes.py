"""Vote counting over runs, in tiles of points whose counts stay in the cache.

Labels are integers in ``low .. low + n_levels − 1``; no copy of them is made.
"""

import numpy as np

from refgen.kernels import compiled

# 512 points × 100 classes of 4-byte counts are 200 kB: within a core's L2 cache.
_TILE = 512


@compiled
def count_votes(labels, low, n_levels):
    """Votes per point and label, (N, n_levels), of labels (M, N)."""
    n_runs, n_points = labels.shape
    counts = np.zeros((n_points, n_levels), np.int64)
    for start in range(0, n_points, _TILE):
        stop = min(start + _TILE, n_points)
        for run in range(n_runs):
            for i in range(start, stop):
                counts[i, labels[run, i] - low] += 1
    return counts


@compiled
def sum_squared_votes(labels, low, n_levels):
    """Σₖ nₖ² at each point, without keeping the counts."""
    n_runs, n_points = labels.shape
    squares = np.zeros(n_points, np.int64)
    counts = np.zeros((_TILE, n_levels), np.int32)
    for start in range(0, n_points, _TILE):
        stop = min(start + _TILE, n_points)
        counts[:] = 0
        for run in range(n_runs):
            for i in range(start, stop):
                level = labels[run, i] - low
                # (n + 1)² − n² = 2n + 1
                squares[i] += 2 * counts[i - start, level] + 1
                counts[i - start, level] += 1
    return squares


@compiled
def count_level_masses(labels, low, n_levels, truth):
    """For j = 0..M: how many pairs of point and label have j votes, how many are true.

    Also returned is which labels occur at all; labels that do not occur are counted
    as pairs without votes.
    """
    n_runs, n_points = labels.shape
    masses = np.zeros(n_runs + 1, np.int64)
    right = np.zeros(n_runs + 1, np.int64)
    occurs = np.zeros(n_levels, np.bool_)
    counts = np.zeros((_TILE, n_levels), np.int32)
    for start in range(0, n_points, _TILE):
        stop = min(start + _TILE, n_points)
        counts[:] = 0
        for run in range(n_runs):
            for i in range(start, stop):
                counts[i - start, labels[run, i] - low] += 1
        for i in range(start, stop):
            occurs[truth[i] - low] = True
            right[counts[i - start, truth[i] - low]] += 1
            for level in range(n_levels):
                votes = counts[i - start, level]
                masses[votes] += 1
                occurs[level] |= votes > 0
    return masses, right, occurs
