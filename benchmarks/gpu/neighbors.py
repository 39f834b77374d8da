"""Exact nearest neighbours, against the time that their products take at least."""

import refgen_gpu
from refgen_gpu.backend import backend
from refgen_gpu.random import Stream

from .contest import alone
from .timing import copy_rate, fitting, limited, target, timed

TARGET = 2.0


def data(n, n_queries, d):
    """Points and queries: normal, on the device, float64."""
    points = Stream(0, "benchmark", "points").normal((n, d))
    return points, Stream(0, "benchmark", "queries").normal((n_queries, d))


def search(points, queries, k):
    """Our call, which returns distances and indices."""
    return lambda: refgen_gpu.neighbors.nearest_neighbors(points, queries, k)


def name(n, n_queries, d, k):
    return f"{k}-nn {n:g} x {n_queries:g} x {d}"


def neighbors(n=10**6, n_queries=10**5, d=64, k=10, tile=2**15):
    """Against the time of the matrix product plus one write and one read of its result.

    The product's own time includes one write of its result already, so that "product
    + write + read" counts it twice; "product + read" counts it once. The time of a
    search among 64 points is what does not depend on the sizes.
    """
    points, queries = data(n, n_queries, d)
    product = product_seconds(points, queries, tile)
    moved = 8 * n * n_queries / copy_rate()
    backend().release_memory()
    timing = timed(search(points, queries, k), repeats=3)
    tiny = timed(search(points[:64], queries[:1], min(k, n)))
    limits = {
        "product + write + read": limited(timing, product + 2 * moved),
        "product + read": limited(timing, product + moved),
        "search among 64 points": limited(timing, tiny["seconds"]),
    }
    ratio = 1 / limits["product + write + read"]["ratio"]
    timing |= {"times_the_floor": ratio} | target(ratio, TARGET, at_most=True)
    return {"entries": [alone(name(n, n_queries, d, k), timing, **limits)]}


def product_seconds(points, queries, tile):
    """Of all products, from one of as many queries as our search takes at once."""
    rows = fitting(len(queries), 8 * min(tile, len(points)), 0.4)
    part, wide = queries[:rows], points[:tile]
    xp = backend().xp
    once = timed(lambda: xp.matmul(part, wide.T), repeats=3)["seconds"]
    return once * len(points) * len(queries) / (len(part) * len(wide))


def small_neighbors():
    return neighbors(n=10**5, n_queries=10**4)
