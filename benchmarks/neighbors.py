"""Exact nearest neighbours against the searches that users might use.

Run: ``python benchmarks/neighbors.py [rule|peers|hard]``. Gaussian points ("hard":
clusters and ties), 10 neighbours, two threads for every search, 10⁴ queries; fewer
queries if points have 8·10⁵ entries or more.
The index of a peer is built outside the clock, except for trees; our search is always
timed as a whole. faiss works in single precision and is not exact.
CPU seconds of all threads are stored beside wall seconds: on a busy machine they are
the better comparison. The load of the machine is stored with the results.
"""

import os
import statistics
import sys
import time

import numpy as np
from _record import medians, store
from scipy.spatial import cKDTree
from sklearn.neighbors import NearestNeighbors

from refgen import neighbors
from refgen.kernels import filter as products
from refgen.kernels import tree
from refgen.neighbors import nearest_neighbors

THREADS = 2
SIZES = [(n, d) for n in (10**4, 10**5) for d in (8, 64, 256, 768)]
# With more features, trees take minutes.
MOST_FEATURES_FOR_PEER_TREES = 8


def data(n, n_queries, d):
    rng = np.random.default_rng(0)
    return rng.normal(size=(n, d)), rng.normal(size=(n_queries, d))


def single(search, points, queries, k):
    """One of our searches, even if the rule would choose another one."""
    squares = np.full((len(queries), k), np.inf)
    indices = np.zeros((len(queries), k), np.int64)
    undone = search(points, queries, squares, indices)
    neighbors._insert_rows(points, queries, undone, squares, indices)
    return np.sqrt(squares), indices


def peers(points, queries, k):
    brute = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=THREADS)
    brute.fit(points)
    found = {
        "refgen": lambda: nearest_neighbors(points, queries, k),
        "scikit-learn brute": lambda: brute.kneighbors(queries),
    }
    if points.shape[1] <= MOST_FEATURES_FOR_PEER_TREES:
        kd = NearestNeighbors(n_neighbors=k, algorithm="kd_tree", n_jobs=THREADS)
        found |= {
            "scikit-learn kd_tree": lambda: kd.fit(points).kneighbors(queries),
            "SciPy cKDTree": lambda: cKDTree(points).query(queries, k, workers=THREADS),
        }
    return found | faiss_flat(points, queries, k)


def faiss_flat(points, queries, k):
    try:
        import faiss
    except ImportError:
        return {}
    faiss.omp_set_num_threads(THREADS)
    index = faiss.IndexFlatL2(points.shape[1])
    index.add(points.astype(np.float32))
    asked = queries.astype(np.float32)
    return {"faiss IndexFlatL2 (float32)": lambda: index.search(asked, k)}


def compare(n, n_queries, d, k=10):
    points, queries = data(n, n_queries, d)
    candidates = peers(points, queries, k)
    check(candidates)
    search = neighbors._fastest(points, queries, k)
    return {"search": search.__module__.split(".")[-1], **with_ratios(candidates)}


def with_ratios(candidates):
    timed = medians_of_both(candidates)
    theirs = timed["scikit-learn brute"]
    for result in timed.values():
        for clock in ("median_seconds", "median_cpu_seconds"):
            ratio = clock.replace("median_seconds", "ratio_to_brute")
            ratio = ratio.replace("median_cpu_seconds", "cpu_ratio_to_brute")
            result[ratio] = round(result[clock] / theirs[clock], 3)
    return timed


def medians_of_both(candidates, repeats=3):
    """Median wall and CPU seconds."""
    cpu = {name: [] for name in candidates}

    def clocked(name):
        start = time.process_time()
        candidates[name]()
        cpu[name].append(time.process_time() - start)

    calls = {name: lambda name=name: clocked(name) for name in candidates}
    timed = medians(calls, repeats=repeats)
    for name, result in timed.items():
        result["median_cpu_seconds"] = statistics.median(cpu[name][1:])
    return timed


def check(candidates):
    """The same neighbours, except for points that scikit-learn's rounding swaps."""
    ours, theirs = (candidates[name]()[1] for name in list(candidates)[:2])
    assert (ours == theirs).mean() > 0.999


def tight_clusters(n, d):
    """Every query needs double precision: single precision cannot resolve clusters."""
    rng = np.random.default_rng(0)
    places = np.repeat(rng.normal(size=(20, d)), n // 20, axis=0)
    return places + 1e-5 * rng.normal(size=(n, d))


def all_equal(n, d):
    """All points tie: every query goes to the plain search in the end."""
    return np.full((n, d), 0.5)


def hard(n=10**4, n_queries=1000, d=64, k=10):
    found = {}
    for make in (tight_clusters, all_equal):
        points = make(n, d)
        queries = points[:: n // n_queries] + 1e-5
        brute = NearestNeighbors(n_neighbors=k, algorithm="brute", n_jobs=THREADS)
        brute.fit(points)
        candidates = {
            "refgen": lambda a=points, b=queries: nearest_neighbors(a, b, k),
            "refgen plain": lambda a=points, b=queries: single(
                neighbors._leave_all, a, b, k
            ),
            "scikit-learn brute": lambda a=brute, b=queries: a.kneighbors(b),
        }
        found[make.__name__] = with_ratios(candidates)
    return {f"n={n}, d={d}, k={k}, q={n_queries}": found}


def rule():
    """Our three searches on both sides of the sizes at which the rule changes."""
    sizes = [(n, d, 1000) for n in (1000, 10**4, 10**5) for d in (2, 4, 6, 8, 10)]
    sizes += [(n, d, q) for n in (1000, 4000) for d in (16, 64) for q in (50, 1000)]
    sizes += [(2000, 2, 1000), (10**5, 2, 100), (300, 256, 1000)]
    return {f"n={n}, d={d}, q={q}": choices(n, q, d) for n, d, q in sizes}


def choices(n, n_queries, d, k=10):
    points, queries = data(n, n_queries, d)
    searches = {"plain": neighbors._leave_all, "filter": products.search}
    if d <= 10:
        searches["tree"] = tree.search
    timed = medians(
        {
            name: lambda search=search: single(search, points, queries, k)
            for name, search in searches.items()
        },
        repeats=5,
    )
    chosen = neighbors._fastest(points, queries, k)
    seconds = {name: result["median_seconds"] for name, result in timed.items()}
    return {
        "chosen": next(name for name, s in searches.items() if s is chosen),
        "ratio_to_fastest": {
            name: round(s / min(seconds.values()), 2) for name, s in seconds.items()
        },
        "plain_seconds": seconds["plain"],
    }


def main():
    wanted = sys.argv[1:] or ["rule", "peers", "hard"]
    load = os.getloadavg()
    if "rule" in wanted:
        store("neighbors_rule", {"load_before": load, **rule()}, threads=THREADS)
    if "hard" in wanted:
        results = {"load_before": load, **hard()}
        store("neighbors_hard", results, threads=THREADS)
    if "peers" in wanted:
        results = {"load_before": load}
        for n, d in SIZES:
            n_queries = 10**4 if n * d < 800_000 else 2000 if n * d <= 10**7 else 500
            key = f"n={n}, d={d}, k=10, q={n_queries}"
            results[key] = compare(n, n_queries, d)
            results["load_after"] = os.getloadavg()
            store("neighbors", results, threads=THREADS)


if __name__ == "__main__":
    main()
