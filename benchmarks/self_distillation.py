"""Self-distilled ridge regression against scikit-learn's ridge regression of the kind.

Run: ``python benchmarks/self_distillation.py``. 2,000 rows, 200 features, one thread.
Leave-one-out choices of ξ, or of ξ and a penalty, against `RidgeCV`, which chooses the
penalty alone; the path of 100 penalties against as many fits of `Ridge`.
"""

import time

import numpy as np
from _record import medians, store
from sklearn.linear_model import Ridge, RidgeCV
from threadpoolctl import threadpool_limits

from refgen.distillation import SelfDistilledRidge, SpectralFilterRegressor

N, D = 2_000, 200
ALPHAS = (0.1, 1.0, 10.0)
PATH = np.geomspace(0.1, 1e4, 100)
N_LEFT_OUT = 20  # rows that the loop leaves out, of all


def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N, D)) * np.geomspace(1, 0.05, D)
    return X, X @ rng.normal(size=D) + 3 * rng.normal(size=N)


def refits(X, y, mixing, alpha, rows):
    """Residuals of teacher and student at rows that both are trained without."""
    found = []
    for i in rows:
        kept = np.arange(len(y)) != i
        model = Ridge(alpha).fit(X[kept], y[kept])
        taught = (1 - mixing) * y[kept] + mixing * model.predict(X[kept])
        model = Ridge(alpha).fit(X[kept], taught)
        found.append(y[i] - model.predict(X[[i]])[0])
    return np.array(found)


def path_by_loop(X, y):
    return [Ridge(alpha).fit(X, y).predict(X) for alpha in PATH]


def path_at_once(X, y):
    return SpectralFilterRegressor("ridge", alpha=PATH).fit(X, y).predict_path(X)


def check(X, y):
    """All candidates compute the same."""
    few = slice(0, 40)
    model = SelfDistilledRidge(1.0).fit(X[few], y[few])
    errors = refits(X[few], y[few], model.mixing_, 1.0, range(40))
    assert abs((errors**2).mean() / model.loo_scores_[0] - 1) < 1e-9
    ours, theirs = SelfDistilledRidge(ALPHAS, n_rounds=1).fit(X, y), RidgeCV().fit(X, y)
    assert ours.alpha_ == theirs.alpha_
    assert abs(ours.coef_ - theirs.coef_).max() < 1e-10
    assert abs(path_at_once(X, y) - path_by_loop(X, y)).max() < 1e-9


def cpu_seconds(call):
    start = time.process_time()
    call()
    return time.process_time() - start


def compare(candidates, baseline, repeats):
    timed = medians(candidates, repeats)
    cpu = {
        name: min(cpu_seconds(call) for _ in range(repeats))
        for name, call in candidates.items()
    }
    for name, row in timed.items():
        row["ratio"] = row["median_seconds"] / timed[baseline]["median_seconds"]
        row["cpu_ratio"] = cpu[name] / cpu[baseline]
    return timed


def main():
    X, y = data()
    with threadpool_limits(1):
        check(X, y)
        chosen = compare(
            {
                "RidgeCV, 3 penalties": lambda: RidgeCV(ALPHAS).fit(X, y),
                "SelfDistilledRidge, 1 penalty, optimal ξ": (
                    lambda: SelfDistilledRidge(1.0).fit(X, y)
                ),
                "SelfDistilledRidge, 3 penalties, optimal ξ": (
                    lambda: SelfDistilledRidge(ALPHAS).fit(X, y)
                ),
            },
            "RidgeCV, 3 penalties",
            repeats=25,
        )
        path = compare(
            {
                "Ridge, 100 fits": lambda: path_by_loop(X, y),
                "SpectralFilterRegressor, with 100 leave-one-out errors": (
                    lambda: path_at_once(X, y)
                ),
            },
            "Ridge, 100 fits",
            repeats=3,
        )
        start = time.perf_counter()
        refits(X, y, 0.5, 1.0, range(N_LEFT_OUT))
        loop = (time.perf_counter() - start) / N_LEFT_OUT * N
    single = chosen["SelfDistilledRidge, 1 penalty, optimal ξ"]["median_seconds"]
    results = {
        f"n={N}, d={D}: choosing": chosen,
        f"n={N}, d={D}: path": path,
        "leave-one-out by refits, extrapolated": {
            "seconds": loop,
            "ratio_to_1_penalty": loop / single,
        },
    }
    store("self_distillation", results, threads=1)


if __name__ == "__main__":
    main()
