"""Noise radii and margins of the linear example, of draws that are not stored.

Only + − × ÷ √ and operations on bits are used, in a fixed order and without fused
multiply-adds, so that any IEEE machine, a GPU included, gives the same bits.
"""

from typing import Any

import numpy as np

from refgen.kernels.random import _kernel, _log, _normal, _philox, _quantiles, _unit
from refgen.kernels.threads import in_threads

# Normals are added up in so many lanes, by blocks of four, and the lanes by halves.
LANES = 32
# Blocks of words for the attempts at one radius; all fail with a chance below 1e-80.
ATTEMPTS = 64

_OPERATIONS = 50  # per normal, roughly


@_kernel
def _log_accepted(x, c, shift, root):
    """x²/2 + d(1 − v + log v) for v = (1 + y)³, y = cx, d = 1/(9c²); root is 1 + y.

    Where y is small the terms cancel but for those of order y⁴ and higher.
    """
    y = c * x
    if abs(y) < 0.015625:
        series = -0.25 + y * (0.2 + y * (-1.0 / 6.0 + y * (1.0 / 7.0 - y * 0.125)))
        return 3.0 * shift * (y * y) * (y * y) * series
    log_root = _log(root) if root <= 1.0 else -_log(1.0 / root)
    v = root * root * root
    return 0.5 * (x * x) + shift * (1.0 - v + 3.0 * log_root)


@_kernel
def _radius(dimension, first, place, words, u, x, index, spare):
    """R, with R² of the law χ² with `dimension` degrees (Marsaglia & Tsang 2000)."""
    shift = dimension / 2.0 - 1.0 / 3.0
    c = 1.0 / np.sqrt(9.0 * shift)
    root = 1.0
    for attempt in range(ATTEMPTS):
        block = first + np.uint64(attempt)
        _philox(words, 1, block, place[0], place[1], place[2], place[3])
        u[0] = _unit(words[0])
        _quantiles(u, 1, x, index, spare[0], spare[1])
        root = 1.0 + c * x[0]
        if root > 0.0 and _log(_unit(words[1])) < _log_accepted(x[0], c, shift, root):
            break
    return np.sqrt(2.0 * shift * (root * root * root))


@_kernel
def _radii(dimension, n_draws, start, out, place):
    words, index = np.empty(4, np.uint64), np.empty(1, np.int64)
    u, x, spare = np.empty(1), np.empty(1), np.empty((2, 1))
    for i in range(len(out)):
        row = start + i
        first, freedom = np.uint64(row) * np.uint64(ATTEMPTS), dimension[row // n_draws]
        out[i] = _radius(freedom, first, place, words, u, x, index, spare)


@_kernel
def _mean(normals):
    lanes = np.zeros(LANES)
    for j in range(len(normals)):
        lanes[j // 4 % LANES] += normals[j]
    half = LANES // 2
    while half:
        for lane in range(half):
            lanes[lane] += lanes[lane + half]
        half //= 2
    return lanes[0] / len(normals)


@_kernel
def _summary(normals, signal, base, spread):
    """The smallest margin, and how many margins here and on the transform are wrong."""
    mean = _mean(normals)
    smallest, wrong, transformed = np.inf, 0.0, 0.0
    for j in range(len(normals)):
        margin = base + spread * (normals[j] - mean)
        smallest = min(smallest, margin)
        wrong += margin <= 0.0
        transformed += 2.0 * signal - margin <= 0.0
    return smallest, wrong, transformed


@_kernel
def _summaries(numbers, radius, n_draws, length, start, out, place):
    for i in range(len(radius)):
        row = start + i
        m, signal, variance = numbers[row // n_draws]
        normals = np.empty(int(m))
        block = np.uint64(row) * np.uint64(length // 4)
        _normal(normals, 0, block, place[0], place[1], place[2], place[3], place[3])
        base = signal + variance * (radius[i] * radius[i])
        spread = variance * np.sqrt(m) * radius[i]
        out[i, 0], out[i, 1], out[i, 2] = _summary(normals, signal, base, spread)


def noise_radii(dimension: Any, n_draws: int, coordinates: tuple[int, ...]) -> Any:
    """R for `n_draws` samples of each of B examples, (B, n_draws).

    R² follows χ² with as many degrees of freedom as `dimension`, (B,), says.
    """
    out = np.empty(len(dimension) * n_draws)
    place = np.array(coordinates, dtype=np.uint64)

    def part(start, stop):
        _radii(dimension, n_draws, start, out[start:stop], place)

    in_threads(len(out), 10 * _OPERATIONS, part)
    return out.reshape(len(dimension), n_draws)


def margin_summaries(
    numbers: Any, radius: Any, length: int, coordinates: tuple[int, ...]
) -> Any:
    """Smallest train margin, train errors and errors on the transformed sample.

    `numbers` has the columns m, a and v of B examples, `radius` is (B, n_draws), and
    draw i of example b takes its normals from position (b·n_draws + i)·`length`. The
    result is (B, n_draws, 3); errors are counts.
    """
    n_draws = radius.shape[1]
    flat, out = radius.ravel(), np.empty((radius.size, 3))
    place = np.array(coordinates, dtype=np.uint64)

    def part(start, stop):
        rows = flat[start:stop]
        _summaries(numbers, rows, n_draws, length, start, out[start:stop], place)

    in_threads(len(flat), length * _OPERATIONS, part)
    return out.reshape(*radius.shape, 3)
