"""What the card does at most: a copy and matrix products."""

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

from .contest import alone
from .timing import copy_rate, fitting, limited, rated, timed, timed_copy


def copies(n=2**29):
    n = fitting(n, 16)
    what = f"copy, {n:g} float64, read and written"
    return {"entries": [alone(what, rated(timed_copy(n), 16 * n, "B/s"))]}


def products(n=8192, inner=64, rows=65536):
    """Square ones, and thin ones as in the neighbour search, which mostly write."""
    xp = backend().xp
    entries = []
    for dtype in (np.float64, np.float32):
        name = np.dtype(dtype).name
        a = Stream(0, "benchmark").normal((n, n), dtype=dtype)
        square = timed(lambda a=a: xp.matmul(a, a))
        entries.append(
            alone(f"product {name}, {n} x {n} x {n}", rated(square, 2 * n**3, "FLOP/s"))
        )
        x = Stream(1, "benchmark").normal((rows, inner), dtype=dtype)
        thin = timed(lambda q=x[:n], x=x: xp.matmul(q, x.T))
        size = min(n, rows) * rows
        least = limited(thin, a.itemsize * size / copy_rate())
        entries.append(
            alone(
                f"product {name}, {n} x {inner} x {rows}",
                rated(thin, 2 * inner * size, "FLOP/s"),
                **{"write at copy rate": least},
            )
        )
    return {"entries": entries}
