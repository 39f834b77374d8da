"""One clock for refgen_gpu and its peers: wall time between two synchronizations.

Events of one library do not see the streams of another one, and results that nobody
waits for are no results. Short calls are repeated within one measurement, so that
neither the wait nor the first launch counts.
"""

import functools
import statistics
import time

from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

REPEATS = 5
# Seconds: of one measurement at least, of all measurements of a call about.
SHORTEST = 0.01
BUDGET = 3.0
MOST_CALLS = 100


def timed(call, inspect=None, repeats=REPEATS, budget=BUDGET):
    """Median seconds of `call`, the extremes, and what `inspect` finds in its result.

    The first call, which compiles and allocates, is reported apart. A call so slow that
    one takes the budget is measured once.
    """
    result, first = _first(call)
    found = {} if inspect is None else inspect(result)
    del result
    seconds = [_elapsed(call)]
    calls = max(1, min(MOST_CALLS, int(SHORTEST / max(seconds[0], 1e-9))))
    if calls > 1:
        seconds = [_elapsed(call, calls)]
    while len(seconds) < repeats and calls * sum(seconds) < budget:
        seconds.append(_elapsed(call, calls))
    return {
        "seconds": statistics.median(seconds),
        "fastest": min(seconds),
        "slowest": max(seconds),
        "measurements": len(seconds),
        "calls_each": calls,
        "first_call_seconds": first,
    } | found


def _first(call):
    synchronize()
    start = time.perf_counter()
    result = call()
    synchronize()
    return result, time.perf_counter() - start


def _elapsed(call, calls=1):
    """Seconds per call."""
    synchronize()
    start = time.perf_counter()
    for _ in range(calls):
        call()
    synchronize()
    return (time.perf_counter() - start) / calls


def synchronize():
    """Wait for all streams of all libraries, which share the device's context."""
    be = backend()
    if be.is_gpu:  # the stand-in, for tests of this code, has nothing to wait for
        be.xp.cuda.Device().synchronize()


def rated(timing, amount, unit):
    """A timing with the amount per second."""
    return timing | {"rate": amount / timing["seconds"], "unit": unit}


def limited(timing, seconds):
    """A bound or another time to compare with: `timing` is of what is compared."""
    return {"seconds": seconds, "ratio": seconds / timing["seconds"]}


def target(value, wanted, at_most=False):
    """Whether the house's target is reached."""
    reached = value <= wanted if at_most else value >= wanted
    return {"target": wanted, "reached": bool(reached)}


def fitting(n, bytes_each, share=0.5):
    """`n`, or as many as fit into a share of the free memory."""
    be = backend()
    be.release_memory()
    return max(1, min(n, int(share * be.free_memory()) // bytes_each))


def timed_copy(n):
    """A copy of `n` float64 on the device, of which 16 bytes each are moved."""
    source = Stream(0, "benchmark").uniform(n)
    out = backend().xp.empty_like(source)

    def copy():
        out[...] = source

    return timed(copy)


@functools.cache
def copy_rate(n=2**28):
    """Bytes per second of a copy on the device; bytes read and written both count."""
    n = fitting(n, 32)
    return 16 * n / timed_copy(n)["seconds"]
