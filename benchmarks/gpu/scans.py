"""Scans of claims about finite laws, against the same on two cores of the host."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import refgen as rg
import refgen_gpu
from refgen.random import Stream as HostStream
from refgen_gpu.random import Stream

from .contest import alone
from .timing import fitting, limited, rated, target, timed

TARGET = 50
CLAIMS = ("GDE-2", "GDE-5", "GDE-6")


def laws(package, stream, size):
    """Laws of 8 points and 4 classes with all probabilities drawn."""
    return package.disagreement.FiniteLaw.trusted(
        weights=stream.child("weights").dirichlet((size, 8)),
        label_probabilities=stream.child("labels").dirichlet((size, 8, 4)),
        vote_shares=stream.child("votes").dirichlet((size, 8, 4)),
    )


def scan(package, stream, claim, blocks, size):
    for block in blocks:
        batch = laws(package, stream.at(block), size)
        violated = claim.decide(package, batch, size).violated
        assert not package.arrays.to_host(violated).any()


def wall(call, repeats=3):
    """Median wall seconds; `call` ends when its results are on the host."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def host_seconds(claim, blocks=100, size=512):
    """Seconds per instance of one thread, and of two that share the blocks."""
    from threadpoolctl import threadpool_limits

    stream = HostStream(0, "benchmark")

    def part(first):
        scan(rg, stream, claim, range(first, blocks, 2), size)

    # Blocks are too small for refgen to start threads of its own.
    with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
        one = wall(lambda: scan(rg, stream, claim, range(blocks), size))
        two = wall(lambda: list(pool.map(part, range(2))))
    return one / (blocks * size), two / (blocks * size)


def scans(blocks=16, size=None, host_blocks=100):
    """Against the better of two threads and twice one thread."""
    from refgen.claims import get

    size = fitting(refgen_gpu.arrays.BATCH, 72 * 8 * 16) if size is None else size
    n = blocks * size
    stream = Stream(0, "benchmark")
    entries = []
    for id in CLAIMS:
        claim = get(id)
        one, two = host_seconds(claim, host_blocks)
        timing = timed(lambda c=claim: scan(refgen_gpu, stream, c, range(blocks), size))
        limits = {
            "refgen, one thread": limited(timing, one * n),
            "refgen, two cores": limited(timing, min(one / 2, two) * n),
        }
        timing |= target(limits["refgen, two cores"]["ratio"], TARGET)
        what = f"scan {id}, {n:g} instances"
        entries.append(alone(what, rated(timing, n, "/s"), **limits))
    return {"entries": entries}
