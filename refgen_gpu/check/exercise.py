"""Every kernel once over odd sizes, for compute-sanitizer; or one planted mistake."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from refgen_gpu.backend import backend

PLANTED = {
    # A write one past the end.
    "memcheck": 'extern "C" __global__ void planted(double* out, long long n) '
    "{ if (threadIdx.x <= n) out[threadIdx.x] = 1.0; }",
    # A read of another thread's shared value with no barrier after the write.
    "racecheck": 'extern "C" __global__ void planted(double* out, long long n) '
    "{ __shared__ double s[64]; s[threadIdx.x] = threadIdx.x; "
    "if (threadIdx.x < n) out[threadIdx.x] = s[63 - threadIdx.x]; }",
}


def kernels() -> None:
    """Small inputs through everything that launches a kernel."""
    draws()
    votes()
    levels()
    neighbors()
    designs()
    secular()


def draws() -> None:
    from refgen_gpu.random import Stream

    stream = Stream(0, "check", "exercise")
    for n in (1, 2, 5, 67, 1031):
        for offset in (0, 3):
            for kind in ("words", "uniform", "normal", "exponential", "signs"):
                getattr(stream, kind)(n, offset=offset)
            stream.integers(9, n, offset=offset)
            stream.dirichlet((n, 3), offset=offset)


def votes() -> None:
    from refgen_gpu.kernels import votes as own
    from refgen_gpu.random import Stream

    for n_runs, n_points, n_levels in ((1, 1, 1), (5, 67, 3), (3072, 3, 2)):
        stream = Stream(0, "check", "labels")
        labels = stream.integers(n_levels, (n_runs, n_points)) - 1
        truth = stream.child("truth").integers(n_levels, n_points) - 1
        own.count_votes(labels, -1, n_levels)
        own.sum_squared_votes(labels, -1, n_levels)
        own.count_level_masses(labels, -1, n_levels, truth)


def levels() -> None:
    from refgen_gpu.kernels import levels as own
    from refgen_gpu.random import Stream

    for shape in ((3, 1), (5, 33), (2, 5000)):
        stream = Stream(0, "check", "levels")
        rows = stream.integers(9, shape).astype("f8"), stream.child("v").normal(shape)
        own.absolute_level_sums(*rows, 0.5)
        own.cumulative_level_area(*rows)


def neighbors() -> None:
    from refgen_gpu.neighbors import nearest_neighbors
    from refgen_gpu.random import Stream

    for n, q, d, k in ((1, 1, 1, 1), (67, 5, 3, 4), (300, 33, 7, 24), (50, 3, 2, 40)):
        stream = Stream(0, "check", "points")
        points, queries = stream.normal((n, d)), stream.child("q").normal((q, d))
        nearest_neighbors(points, queries, k)
        # Ties everywhere, so that no query is certified by the filter.
        nearest_neighbors(points * 0, queries * 0, min(k, 24))


def secular() -> None:
    from refgen_gpu.linalg import secular_multiplier
    from refgen_gpu.random import Stream

    for shape in ((1, 1), (5, 3), (67, 33)):
        stream = Stream(0, "check", "secular")
        spectrum = stream.exponential(shape)
        secular_multiplier(spectrum, stream.child("m").normal(shape), 0.5)


def designs() -> None:
    from refgen_gpu.kernels.designs import nearest_in_designs
    from refgen_gpu.random import Stream

    for b, n, q, d, k in ((1, 1, 1, 1, 1), (3, 67, 5, 3, 4), (33, 40, 7, 2, 40)):
        stream = Stream(0, "check", "designs")
        points = stream.normal((b, n, d))
        queries = stream.child("q").normal((b, q, d))
        nearest_in_designs(points, queries, k)


def planted(tool: str) -> None:
    """Launch a kernel with the mistake that `tool` is there to find."""
    import cupy

    out = cupy.zeros(32)
    kernel = cupy.RawKernel(PLANTED[tool], "planted")
    kernel((1,), (64,), (out, np.int64(out.size)))


def main(target: str, tool: str) -> None:
    be: Any = backend()
    # Without the pool every array is an allocation of its own, with ends.
    be.xp.cuda.set_allocator(None)
    if target == "planted":
        planted(tool)
    else:
        kernels()
    be.xp.cuda.Device().synchronize()


if __name__ == "__main__":
    main(*sys.argv[1:])
