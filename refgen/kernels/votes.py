"""Vote counting over runs."""

import numpy as np
from numba import njit


@njit(cache=True)
def count_votes(codes, n_classes):
    """Votes per point and class, (N, K), of class codes (M, N)."""
    n_runs, n_points = codes.shape
    counts = np.zeros((n_points, n_classes), np.int64)
    for run in range(n_runs):
        for i in range(n_points):
            counts[i, codes[run, i]] += 1
    return counts


@njit(cache=True)
def count_level_masses(counts, labels, n_runs):
    """For j = 0..M: how often a class has j votes, and how often the label has."""
    n_points, n_classes = counts.shape
    classes = np.zeros(n_runs + 1, np.int64)
    right = np.zeros(n_runs + 1, np.int64)
    for i in range(n_points):
        for k in range(n_classes):
            classes[counts[i, k]] += 1
        right[counts[i, labels[i]]] += 1
    return classes, right
