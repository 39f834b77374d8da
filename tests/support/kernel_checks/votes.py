"""The kernels of votes, counted by hand."""

import numpy as np

from support.kernel_checks import SHAPES


def random_labels(seed, n_runs, n_points, low, n_levels):
    rng = np.random.default_rng(seed)
    labels = rng.integers(low, low + n_levels, (n_runs, n_points))
    return labels, rng.integers(low, low + n_levels, n_points)


def run_counts(kernels, labels, low, n_levels, shape=SHAPES[1]):
    grid, block, order = shape
    n_runs, n_points = labels.shape
    counts = np.full((n_points, n_levels), -3, np.int32)
    args = (labels, n_runs, n_points, low, n_levels, counts)
    kernels("count_votes", grid, block, args, order_seed=order)
    return counts


def run_votes(kernels, labels, truth, low, n_levels, shape=SHAPES[1]):
    grid, block, order = shape
    n_runs, n_points = labels.shape
    counts = run_counts(kernels, labels, low, n_levels, shape)
    sums = [np.zeros(n_runs + 1, np.uint64) for _ in range(2)]
    occurs = np.zeros(n_levels, np.int32)
    n_shared = 16 * (n_runs + 1)
    kernels(
        "level_masses", grid, block,
        (counts, truth, n_runs, n_points, n_levels, low, *sums, occurs),
        n_shared if n_shared <= 48 << 10 else 0, order,
    )  # fmt: skip
    return counts, *sums, occurs


def count_by_hand(labels, truth, low, n_levels):
    n_runs, n_points = labels.shape
    counts = [
        [list(labels[:, i]).count(low + k) for k in range(n_levels)]
        for i in range(n_points)
    ]
    every = [c for row in counts for c in row]
    true = [row[t - low] for row, t in zip(counts, truth, strict=True)]
    seen = {*labels.ravel().tolist(), *truth.tolist()}
    return (
        counts,
        [every.count(j) for j in range(n_runs + 1)],
        [true.count(j) for j in range(n_runs + 1)],
        [int(low + k in seen) for k in range(n_levels)],
    )


def check_votes(kernels, size, shape):
    n_runs, n_points, low, n_levels = size
    labels, truth = random_labels(0, n_runs, n_points, low, n_levels)
    got = run_votes(kernels, labels, truth, low, n_levels, shape)
    wanted = count_by_hand(labels, truth, low, n_levels)
    for mine, right in zip(got, wanted, strict=True):
        assert mine.tolist() == list(right)


def small_cases(kernels):
    """Run all of these kernels on odd sizes."""
    for n_runs, n_points, n_levels in ((1, 1, 1), (5, 67, 3), (3072, 3, 2)):
        labels, truth = random_labels(0, n_runs, n_points, -1, n_levels)
        run_votes(kernels, labels, truth, -1, n_levels)
