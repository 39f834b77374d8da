"""The kernels of level and segment sums; levels are sorted, as kernels expect them."""

from itertools import pairwise

import numpy as np

LONG = 300  # elements of a row that is split into chunks


def level_sums(levels, values):
    """Sums by groups of equal levels; exact if the inputs are integers."""
    starts = [j for j, (a, b) in enumerate(pairwise(levels), 1) if a != b]
    edges = [0, *starts, len(levels)]
    return sum(abs(sum(values[a:b])) for a, b in pairwise(edges))


def level_area(levels, values):
    gaps = [b - a for a, b in pairwise(levels)]
    return sum(abs(sum(values[: j + 1])) * gap for j, gap in enumerate(gaps))


def run_levels(kernels, levels, values, block, order=0, n_blocks=2):
    n_rows, n = levels.shape
    sums, area = np.full(n_rows, -7.0), np.full(n_rows, -7.0)
    threads = block[0] * block[1]
    kernels(
        "absolute_level_sums", (n_blocks,), block,
        (levels, values, n_rows, n, sums), 32 * threads, order,
    )  # fmt: skip
    kernels(
        "cumulative_level_area", (n_blocks,), block,
        (levels, values, n_rows, n, area), 8 * threads, order,
    )  # fmt: skip
    return sums, area


def sorted_integers(seed, n_rows, n, n_levels):
    rng = np.random.default_rng(seed)
    levels = np.sort(rng.integers(-n_levels, n_levels, (n_rows, n)), axis=1)
    return levels.astype(float), rng.integers(-4, 5, (n_rows, n)).astype(float)


def plain_loops(levels, values):
    """The loops of refgen, in their order of operations."""
    total = group = area = cumulative = 0.0
    last = levels[0]
    for level, value in zip(levels, values, strict=True):
        if level != last:
            total, group = total + abs(group), 0.0
        area += abs(cumulative) * (level - last)
        group, cumulative, last = group + value, cumulative + value, level
    return total + abs(group), area


def check_exact_sums(kernels, n, block, order):
    for n_levels in (1, 3, 40, 400):
        levels, values = sorted_integers(n + n_levels, 7, n, n_levels)
        sums, area = run_levels(kernels, levels, values, block, order)
        rows = list(zip(levels.tolist(), values.tolist(), strict=True))
        assert sums.tolist() == [level_sums(*row) for row in rows]
        assert area.tolist() == [level_area(*row) for row in rows]


def check_neighbours(kernels, block):
    # Two numbers are one level only if they are equal: the next float is another.
    apart = np.nextafter(1.0, 2)
    levels = np.array([[0, 1, 1, 1, apart, apart, 6.5, 8.0]])
    values = np.array([[1, -1, 2, 4, 8, -16, 32, -64.0]])
    sums, _ = run_levels(kernels, levels, values, block)
    assert sums[0] == 1 + abs(-1 + 2 + 4) + abs(8 - 16) + 32 + 64


def check_real_sums(kernels, block):
    rng = np.random.default_rng(1)
    levels = np.sort(rng.random((5, LONG)).round(2), axis=1)
    values = rng.standard_normal((5, LONG))
    got = run_levels(kernels, levels, values, block)
    want = [plain_loops(*row) for row in zip(levels, values, strict=True)]
    if block[0] == 1:
        assert np.array_equal(np.transpose(got), want)
    # 2γₙ Σ|terms|, for any order of summation.
    gamma = 2 * LONG * 2.0**-53
    bounds = gamma * np.abs(values).sum(axis=1)
    assert (np.abs(got[0] - np.transpose(want)[0]) <= bounds).all()
    assert (np.abs(got[1] - np.transpose(want)[1]) <= bounds * LONG).all()


def run_segments(kernels, values, bounds, n_threads=64, order=0):
    sums = np.full((len(values), len(bounds) - 1), -7.0)
    args = (values, np.array(bounds), *values.shape, len(bounds) - 1, sums)
    kernels("segment_sums", (2,), (n_threads,), args, 0, order)
    return sums


def paired_sum(terms):
    """The sum in the order of a warp: 32 lanes, each half added to the other."""
    lanes = [sum(terms[lane::32], 0.0) for lane in range(32)]
    while len(lanes) > 1:
        half = len(lanes) // 2
        lanes = [a + b for a, b in zip(lanes[:half], lanes[half:], strict=True)]
    return lanes[0]


def check_segments(kernels, order=0):
    values = np.random.default_rng(2).standard_normal((3, 340)).round(3)
    bounds = [0, 0, 1, 3, 35, 35, 68, 340]
    for n_threads in (32, 96):
        got = run_segments(kernels, values, bounds, n_threads, order)
        for row, sums in zip(values.tolist(), got.tolist(), strict=True):
            assert sums == [paired_sum(row[a:b]) for a, b in pairwise(bounds)]


def small_cases(kernels):
    """Run all of these kernels on odd sizes."""
    for bounds in ([0, 1], [0, 33, 33, 40]):
        run_segments(kernels, np.ones((3, bounds[-1])), bounds, 32, 1)
    for block in ((1, 4), (5, 2), (64, 1)):
        for n in (1, 6, 33):
            rows = sorted_integers(n, 3, n, 4)
            run_levels(kernels, *rows, block, 1)
