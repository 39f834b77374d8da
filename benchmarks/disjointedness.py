"""The disjointedness factor of 10⁴ points in ten dimensions, and intervals for it.

Run: ``python benchmarks/disjointedness.py``. The peers have the same draws, as many at
a time as fit into 32 MiB for each of their arrays.
"""

import time
import tracemalloc

import numpy as np
from _record import medians, store
from numba import config
from scipy.special import logsumexp

from refgen.explainability import (
    GaussianNeighborhoods,
    disjointedness,
    disjointedness_ratios,
    line_disjointedness,
    system_complexity,
)
from refgen.explainability._mixture import draw_neighbors
from refgen.random import Stream

N_POINTS, N_FEATURES, N_DRAWS = 10_000, 10, 10_000
SCALE = 1.2
AT_ONCE = 2**22
STREAM = Stream(0, "disjointedness")

# Points, scale and draws of each simulation of the intervals.
SETTINGS = ((5, 0.3, 200), (5, 0.3, 20_000), (40, 0.2, 1000), (40, 2.0, 1000))
N_REPEATS, DELTA = 4000, 0.05


def exponents(queries, sample):
    """−‖q − x‖²/(2s²) by one matrix product."""
    points = sample.points
    squares = (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)
    return (queries @ points.T * 2 - squares) / (2 * float(sample.scale) ** 2)


def by_logsumexp(logs, m):
    first, second = logsumexp(logs, axis=1), logsumexp(2 * logs, axis=1)
    return np.exp((np.log(m) + second) / 2 - first)


def by_numpy(logs, m):
    terms = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.sqrt(m * (terms * terms).sum(axis=1)) / terms.sum(axis=1)


def in_chunks(ratios, sample):
    """The mean over the same draws, some queries at a time."""
    m, total = sample.n_points, 0.0
    step = max(1, AT_ONCE // m)
    for start in range(0, N_DRAWS, step):
        stop = min(start + step, N_DRAWS)
        queries, _ = draw_neighbors(sample, N_DRAWS, STREAM, start, stop)
        total += ratios(exponents(queries, sample), m).sum()
    return total / N_DRAWS


def peak_bytes(call):
    tracemalloc.start()
    call()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def cpu_seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def speed():
    points = STREAM.child("points").normal((N_POINTS, N_FEATURES))
    sample = GaussianNeighborhoods(points, SCALE)
    candidates = {
        "refgen": lambda: disjointedness_ratios(sample, N_DRAWS, STREAM).mean(),
        "numpy product, exp and sums": lambda: in_chunks(by_numpy, sample),
        "numpy product and scipy logsumexp": lambda: in_chunks(by_logsumexp, sample),
    }
    found = [float(call()) for call in candidates.values()]
    assert max(found) - min(found) < 1e-10
    timed = medians(candidates, repeats=3)
    for name, call in candidates.items():
        timed[name]["cpu_seconds"] = min(cpu_seconds(call) for _ in range(3))
        timed[name]["peak_bytes"] = peak_bytes(call)
    ours = timed["refgen"]
    for row in timed.values():
        row["cpu_ratio_to_refgen"] = row["cpu_seconds"] / ours["cpu_seconds"]
        row["seconds_ratio_to_refgen"] = row["median_seconds"] / ours["median_seconds"]
    estimate = disjointedness(sample, N_DRAWS, STREAM)
    timed["estimate"] = {
        name: float(getattr(estimate, name)) for name in estimate._fields
    }
    return timed


def held(found, truth):
    """How often each interval has the truth, and how long it is."""
    off, error = abs(found.value - truth), found.standard_error
    inside = (found.low <= truth) & (truth <= found.high)
    return {
        "truth": float(truth),
        "certified interval holds": float(inside.mean()),
        "certified half-width": float((found.high - found.low).mean() / 2),
        "1.96 standard errors hold": float((off <= 1.96 * error).mean()),
        "1.96 standard errors": float(1.96 * error.mean()),
        "deviation of the mean": float(found.value.std()),
        "bias, in standard errors of this simulation": float(
            (found.value.mean() - truth) / found.value.std() * len(off) ** 0.5
        ),
    }


def coverage(m, scale, n_draws):
    points = STREAM.child("line", str(m)).normal((m, 1))
    one = GaussianNeighborhoods(points, scale)
    repeats = max(1, AT_ONCE // n_draws)
    rho, complexity = [], []
    for replicate in range(-(-N_REPEATS // repeats)):
        n = min(repeats, N_REPEATS)
        many = GaussianNeighborhoods(np.broadcast_to(points, (n, m, 1)), scale)
        stream = STREAM.at(replicate)
        rho.append(disjointedness(many, n_draws, stream, DELTA))
        complexity.append(
            system_complexity(many, 1.0, n_draws, stream, error_probability=DELTA)
        )
    norms = np.sqrt(1 + points[:, 0] ** 2)
    return {
        "disjointedness": held(joined(rho), line_disjointedness(one)),
        "complexity": held(
            joined(complexity), line_disjointedness(one, norms) / m**0.5
        ),
    }


def joined(estimates):
    return type(estimates[0])(*map(np.concatenate, zip(*estimates, strict=True)))


def main():
    name = f"m = {N_POINTS}, d = {N_FEATURES}, s = {SCALE}, {N_DRAWS} draws"
    results = {name: speed()}
    for m, scale, n_draws in SETTINGS:
        setting = f"d = 1, m = {m}, s = {scale}, {n_draws} draws, delta = {DELTA}"
        results[setting] = coverage(m, scale, n_draws)
    store("disjointedness", results, threads=config.NUMBA_NUM_THREADS)


if __name__ == "__main__":
    main()
