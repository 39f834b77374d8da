"""Margins of samples of the linear example: point by point, and by their joint law.

Run: ``python benchmarks/uniform_convergence.py``. 1000 samples in 10⁵ noise dimensions;
NumPy draws the points in its own way, as a user would. How fast normals are drawn,
``benchmarks/streams.py`` compares.
"""

import time

import numpy as np
from _record import medians, store
from numba import config

from refgen.random import Stream
from refgen.uniform_convergence import (
    LinearExample,
    LinearSample,
    draw_margin_summaries,
    draw_margins,
)

N_SAMPLES, DIMENSION = 1000, 100_000
N_BY_LAW = 1000  # draws at once, where no points are drawn
N_SAMPLES_LARGE = 10_000  # of summaries, which store no margins

EXAMPLE = LinearExample.published(N_SAMPLES, DIMENSION)
STREAM = Stream(0, "benchmark")


def numpy_points():
    """Margins on the sample and on its transform."""
    noise = np.random.default_rng(0).standard_normal((N_SAMPLES, DIMENSION))
    noise *= np.sqrt(EXAMPLE.variance)
    own = noise @ noise.sum(axis=0)
    return EXAMPLE.signal + own, EXAMPLE.signal - own


def points():
    sample = LinearSample.draw(EXAMPLE, 1, STREAM)
    return sample.margins(), sample.transformed().margins(sample.weights)


def margins():
    return draw_margins(EXAMPLE, N_BY_LAW, STREAM)


def summaries():
    return draw_margin_summaries(EXAMPLE, N_BY_LAW, STREAM)


def large_summaries():
    example = LinearExample.published(N_SAMPLES_LARGE, DIMENSION)
    return draw_margin_summaries(example, N_BY_LAW, STREAM)


def per_draw(timed, draws, normals):
    seconds = timed["median_seconds"] / draws
    return {
        **timed,
        "draws": draws,
        "seconds_per_draw": seconds,
        "nanoseconds_per_normal": round(seconds / normals * 1e9, 2),
    }


def main():
    by_points = medians({"numpy": numpy_points, "LinearSample": points}, repeats=3)
    by_law = medians({"draw_margins": margins, "draw_margin_summaries": summaries})
    large = medians({"large": large_summaries}, repeats=3)["large"]
    results = {
        name: per_draw(timed, 1, N_SAMPLES * DIMENSION)
        for name, timed in by_points.items()
    }
    for name, timed in by_law.items():
        results[name] = per_draw(timed, N_BY_LAW, N_SAMPLES)
    name = f"draw_margin_summaries, {N_SAMPLES_LARGE} samples"
    results[name] = per_draw(large, N_BY_LAW, N_SAMPLES_LARGE)
    direct = results["numpy"]["seconds_per_draw"]
    for result in results.values():
        result["times_faster_than_numpy"] = round(
            direct / result["seconds_per_draw"], 1
        )
    store("uniform_convergence", results, threads=[config.NUMBA_NUM_THREADS])


if __name__ == "__main__":
    start = time.perf_counter()
    main()
    print(f"{time.perf_counter() - start:.0f} s")
