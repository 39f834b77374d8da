"""Nanoseconds of core time per random number, against NumPy's generators.

Run: ``python benchmarks/streams.py``. 10⁷ numbers; ours on 1 and on 2 threads, NumPy's
on one, as it uses no more. Target: a normal draw at least as fast as PCG64's, per core.
Core seconds, unlike wall seconds, can be compared on a busy machine.
"""

import statistics
import time
from functools import partial

import numpy as np
from _record import medians, store

from refgen.kernels.random import fill

N = 10_000_000
THREADS = (1, 2)
GENERATORS = (np.random.PCG64, np.random.SFC64, np.random.Philox)
# Ours, and what NumPy calls it.
KINDS = {
    "normal": "standard_normal",
    "uniform": "random",
    "exponential": "standard_exponential",
}
COORDINATES = (0, 0, 5, 6)


def candidates(kind):
    calls = {}
    for n_threads in THREADS:
        own = partial(fill, kind, N, 0, COORDINATES, n_threads=n_threads)
        calls[f"refgen, {n_threads} thread(s)"] = own
    for bits in GENERATORS:
        method = getattr(np.random.Generator(bits(0)), KINDS[kind])
        calls[f"numpy {bits.__name__}"] = partial(method, N)
    return calls


def core_seconds(call):
    """Processor time of all threads."""
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(kind):
    # Compiling, or loading from the cache, is timed separately.
    compiling = core_seconds(partial(fill, kind, 8, 0, COORDINATES))
    calls = candidates(kind)
    timed = medians(calls)
    # Candidates alternate here too.
    rounds = [{name: core_seconds(calls[name]) for name in calls} for _ in range(9)]
    cores = {name: statistics.median(r[name] for r in rounds) for name in calls}
    for name, result in timed.items():
        result["core_nanoseconds_per_draw"] = round(cores[name] / N * 1e9, 2)
        ratio = cores[name] / cores["numpy PCG64"]
        result["core_seconds_over_PCG64"] = round(ratio, 2)
    return {"compile_or_load_core_seconds": compiling, **timed}


def main():
    results = {kind: compare(kind) for kind in KINDS}
    store("streams", results, threads=list(THREADS))


if __name__ == "__main__":
    main()
