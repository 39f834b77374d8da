"""Sums over levels of equal keys."""

from refgen_gpu.kernels import levels as own
from refgen_gpu.random import Stream

from .contest import alone
from .timing import fitting, rated, timed


def levels(rows=2**17, n=64, long_rows=64, long_n=2**17):
    entries = []
    for wanted, length in ((rows, n), (long_rows, long_n)):
        shape = (fitting(wanted, 64 * length), length)
        keys = Stream(0, "benchmark").uniform(shape)
        values = Stream(1, "benchmark").normal(shape)
        for what, compute in (
            ("absolute level sums", own.absolute_level_sums),
            ("level areas", own.cumulative_level_area),
        ):
            timing = timed(lambda f=compute, k=keys, v=values: f(k, v))
            timing = rated(timing, 16 * keys.size, "B/s")
            entries.append(alone(f"{what}, {shape[0]} x {shape[1]}", timing))
    return {"entries": entries}
