"""Speed of refgen_gpu; refuses to measure anything but a GPU.

Run: ``python -m refgen_gpu.check --only speed``, or all of the check, which stores
what it measured as evidence. Targets: a finite-law scan 50 times as fast as on two
cores, 2e10 normals a second, and nearest neighbours within twice the time of their
matrix product plus one write and one read of the distances.
"""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

import refgen as rg
import refgen_gpu
from refgen.random import Stream as HostStream
from refgen_gpu.backend import NoDeviceError, backend
from refgen_gpu.random import Stream

REPEATS = 5
TARGET_SCAN = 50
TARGET_NORMALS = 2e10
TARGET_NEIGHBORS = 2.0
SCAN_CLAIMS = ("GDE-2", "GDE-5", "GDE-6")


def seconds(call, repeats=REPEATS):
    """Median seconds of `call` on the device, after a call that is not measured."""
    call()
    return statistics.median(_once(call) for _ in range(repeats))


def _once(call):
    be = backend()
    if not be.is_gpu:  # for the tests of the benchmarks' own logic
        start = time.perf_counter()
        call()
        return time.perf_counter() - start
    cuda = be.xp.cuda
    begin, end = cuda.Event(), cuda.Event()
    cuda.Device().synchronize()
    begin.record()
    call()
    end.record()
    end.synchronize()
    return cuda.get_elapsed_time(begin, end) / 1e3


def fitting(n, bytes_each, share=0.5):
    """`n`, or as many as fit into a share of the free memory."""
    be = backend()
    be.release_memory()
    return max(1, min(n, int(share * be.free_memory()) // bytes_each))


def normals(n=2**28):
    n = fitting(n, 8)
    stream = Stream(0, "benchmark")
    rates = {"n": n}
    for kind in ("normal", "uniform", "words"):
        draw = getattr(stream, kind)
        rates[f"{kind}_per_second"] = n / seconds(lambda draw=draw: draw(n))
    return rates | target(rates["normal_per_second"], TARGET_NORMALS)


def target(value, wanted, at_most=False):
    reached = value <= wanted if at_most else value >= wanted
    return {"target": wanted, "reached": bool(reached)}


def copies(n=2**29):
    """Bytes per second of a copy on the device; bytes read and written both count."""
    n = fitting(n, 16)
    source = Stream(0, "benchmark").uniform(n)
    out = backend().xp.empty_like(source)

    def copy():
        out[...] = source

    return {"n": n, "bytes_per_second": 16 * n / seconds(copy)}


def products(n=8192, inner=64, rows=65536):
    found = {"n": n, "inner": inner, "rows": rows}
    xp = backend().xp
    for dtype in (np.float64, np.float32):
        name = np.dtype(dtype).name
        a = Stream(0, "benchmark").normal((n, n), dtype=dtype)
        square = seconds(lambda a=a: xp.matmul(a, a))
        found[f"{name}_flops"] = 2 * n**3 / square
        x = Stream(1, "benchmark").normal((rows, inner), dtype=dtype)
        q = x[:n]
        thin = seconds(lambda x=x, q=q: xp.matmul(q, x.T))
        found[f"{name}_flops_inner_{inner}"] = 2 * len(q) * rows * inner / thin
    return found


def neighbors(n=10**6, n_queries=10**5, d=64, k=10, tile=2**15):
    """Against the time of the matrix product plus one write and one read of its result.

    The product's own time includes one write of its result already, so that
    `ratio_to_floor` counts it twice; `ratio_to_product_and_read` counts it once.
    """
    rows = fitting(n_queries, 8 * min(tile, n), 0.4)
    points = Stream(0, "benchmark", "points").normal((n, d))
    queries = Stream(0, "benchmark", "queries").normal((n_queries, d))
    xp = backend().xp
    part, wide = queries[:rows], points[:tile]
    once = seconds(lambda: xp.matmul(part, wide.T), 3)
    product = once * n * n_queries / (len(part) * len(wide))
    rate = copies()["bytes_per_second"]
    moved = 8 * n * n_queries / rate
    backend().release_memory()
    search = refgen_gpu.neighbors.nearest_neighbors
    total = seconds(lambda: search(points, queries, k), 3)
    ratio = total / (product + 2 * moved)
    return {
        "n": n,
        "n_queries": n_queries,
        "d": d,
        "k": k,
        "seconds": total,
        "product_seconds": product,
        "write_and_read_seconds": 2 * moved,
        "ratio_to_floor": ratio,
        "ratio_to_product_and_read": total / (product + moved),
    } | target(ratio, TARGET_NEIGHBORS, at_most=True)


def small_neighbors():
    return neighbors(n=10**5, n_queries=10**4)


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


def wall(call, repeats=REPEATS):
    """Median wall seconds; `call` ends when its results are on the host."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def host_rates(claim, blocks=100, size=512):
    """Instances per second of one thread, and of two that share the blocks."""
    from threadpoolctl import threadpool_limits

    stream = HostStream(0, "benchmark")

    def part(first):
        scan(rg, stream, claim, range(first, blocks, 2), size)

    # Blocks are too small for refgen to start threads of its own.
    with threadpool_limits(1), ThreadPoolExecutor(2) as pool:
        one = wall(lambda: scan(rg, stream, claim, range(blocks), size), 3)
        two = wall(lambda: list(pool.map(part, range(2))), 3)
    return blocks * size / one, blocks * size / two


def scans(blocks=16, size=None, host_blocks=100):
    """Rates against the better of two threads and twice one thread."""
    from refgen.claims import get

    size = fitting(refgen_gpu.arrays.BATCH, 72 * 8 * 16) if size is None else size
    stream = Stream(0, "benchmark")
    found = {"block": size}
    for id in SCAN_CLAIMS:
        claim = get(id)
        one, two = host_rates(claim, host_blocks)
        took = wall(lambda c=claim: scan(refgen_gpu, stream, c, range(blocks), size))
        rate = blocks * size / took
        ratio = rate / max(2 * one, two)
        found[id] = {
            "instances_per_second": rate,
            "host_one_thread": one,
            "host_two_threads": two,
            "ratio_to_two_cores": ratio,
        } | target(ratio, TARGET_SCAN)
    return found


def votes(n_runs=100, n_points=10**6, n_levels=10):
    from refgen_gpu.kernels import votes as own

    n_points = fitting(n_points, 16 * n_runs + 24 * n_levels)
    labels = Stream(0, "benchmark").integers(n_levels, (n_runs, n_points))
    truth = Stream(1, "benchmark").integers(n_levels, n_points)
    found = {"n_runs": n_runs, "n_points": n_points, "n_levels": n_levels}
    calls = {
        "count": lambda: own.count_votes(labels, 0, n_levels),
        "squares": lambda: own.sum_squared_votes(labels, 0, n_levels),
        "masses": lambda: own.count_level_masses(labels, 0, n_levels, truth),
    }
    for name, call in calls.items():
        found[f"{name}_bytes_per_second"] = 8 * labels.size / seconds(call)
    return found


def levels(rows=2**17, n=64, long_rows=64, long_n=2**17):
    from refgen_gpu.kernels import levels as own

    found = {}
    for shape in ((rows, n), (long_rows, long_n)):
        shape = (fitting(shape[0], 64 * shape[1]), shape[1])
        keys = Stream(0, "benchmark").uniform(shape)
        values = Stream(1, "benchmark").normal(shape)
        took = seconds(lambda a=keys, b=values: own.absolute_level_sums(a, b))
        area = seconds(lambda a=keys, b=values: own.cumulative_level_area(a, b))
        found[f"{shape[0]} x {shape[1]}"] = {
            "sums_bytes_per_second": 16 * keys.size / took,
            "area_bytes_per_second": 16 * keys.size / area,
        }
    return found


BENCHMARKS = {
    "copies": copies,
    "products": products,
    "normals": normals,
    "neighbors, small": small_neighbors,
    "neighbors": neighbors,
    "scans": scans,
    "votes": votes,
    "levels": levels,
}


def measure(name):
    """The figures of a benchmark, with the device on which they were measured."""
    be = backend()
    if not be.is_gpu:
        raise NoDeviceError(f"nothing is measured on {be.device}")
    be.release_memory()
    return {"device": be.device, **BENCHMARKS[name]()}
