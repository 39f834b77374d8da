"""ResMem end to end against a base plus scikit-learn's neighbours on its residuals.

Run: ``python benchmarks/resmem.py``. The mean of the residuals at 10 neighbours, fit
and predict together, two threads for every candidate; the base is ridge regression.
"""

import os

import numpy as np
from _record import medians, store
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor

from refgen.resmem.estimators import ResMemRegressor

THREADS, K = 2, 10
SIZES = [
    (10**4, 2, 10**4),
    (10**4, 8, 10**4),
    (10**4, 64, 10**4),
    (10**4, 768, 2000),
    (10**5, 64, 2000),
]


def data(n, d, n_queries):
    rng = np.random.default_rng(0)
    X, asked = rng.normal(size=(n, d)), rng.normal(size=(n_queries, d))
    y = X @ rng.normal(size=d) / np.sqrt(d) + np.sin(3 * X[:, 0])
    return X, y, asked


def resmem(X, y, asked):
    model = ResMemRegressor(Ridge(), n_neighbors=K, weights="uniform")
    return model.fit(X, y).predict(asked)


def by_hand(X, y, asked, algorithm):
    base = Ridge().fit(X, y)
    memory = KNeighborsRegressor(K, algorithm=algorithm, n_jobs=THREADS)
    memory.fit(X, y - base.predict(X))
    return base.predict(asked) + memory.predict(asked)


def compare(n, d, n_queries):
    X, y, asked = data(n, d, n_queries)
    ours, theirs = resmem(X, y, asked), by_hand(X, y, asked, "brute")
    # Sums of 10 residuals, where rounding has not swapped two neighbours.
    assert np.mean(abs(ours - theirs) < 1e-11) > 0.99
    candidates = {
        "refgen": lambda: resmem(X, y, asked),
        "base and brute": lambda: by_hand(X, y, asked, "brute"),
        "base alone": lambda: Ridge().fit(X, y).predict(asked),
    }
    if d <= 8:
        candidates["base and kd_tree"] = lambda: by_hand(X, y, asked, "kd_tree")
    timed = medians(candidates, repeats=3)
    brute = timed["base and brute"]["median_seconds"]
    for result in timed.values():
        result["ratio_to_base_and_brute"] = round(result["median_seconds"] / brute, 3)
    return timed


def main():
    results = {"load_before": os.getloadavg()}
    for n, d, n_queries in SIZES:
        results[f"n={n}, d={d}, k={K}, q={n_queries}"] = compare(n, d, n_queries)
    results["load_after"] = os.getloadavg()
    store("resmem", results, threads=THREADS)


if __name__ == "__main__":
    main()
