"""Local explanations against LIME and KernelSHAP, at equal model evaluations.

Run: ``OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/explanations.py``
where the packages lime and shap are, too; the times are CPU times, of one thread.
Breast cancer, 30 features, 1000 evaluations for each row, a network and a forest. The
limit is what nobody can save: to make the neighbours and to ask the model. It is given
twice, as all of refgen's rows have their draws in common. Then: whether LIME and refgen
say the same where LIME's kernel is taken into account (LE-62), how often intervals of
coefficients hold, and how much memory many rows take.
"""

import os
import time
import tracemalloc

import numpy as np
import shap
from _record import medians, store
from lime.lime_tabular import LimeTabularExplainer
from sklearn.datasets import load_breast_cancer, load_diabetes
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor

from refgen.explainability import (
    LocalLinearExplainer,
    kernel_efficiency,
    kernel_scale,
)
from refgen.random import Stream

N_SAMPLES, N_ROWS, N_SLOW_ROWS = 1000, 200, 4
N_BACKGROUND = 10  # KernelSHAP asks for each of its samples with all of them
N_AGREE = 20_000


def data():
    X, y = load_breast_cancer(return_X_y=True)
    return (X - X.mean(axis=0)) / X.std(axis=0), y


def models(X, y):
    # Penalized: else its probabilities are 0 or 1, but for rare neighbours.
    network = MLPClassifier((64,), alpha=5.0, max_iter=300, random_state=0)
    forest = RandomForestClassifier(100, random_state=0)
    return {"network": network.fit(X, y), "forest": forest.fit(X, y)}


def lime_explainer(X, **options):
    return LimeTabularExplainer(X, random_state=0, **options)


def by_lime(explainer, model, rows):
    for row in rows:
        explainer.explain_instance(
            row, model.predict_proba, num_features=30, num_samples=N_SAMPLES
        )


def by_shap(model, background, rows, n_coalitions):
    """With 1/10 as many coalitions as evaluations: each takes the whole background."""
    explainer = shap.KernelExplainer(
        lambda points: model.predict_proba(points)[:, 1], background
    )
    explainer.shap_values(rows, nsamples=n_coalitions, silent=True)


def by_ridge(model, rows):
    rng = np.random.default_rng(0)
    for row in rows:
        units = rng.standard_normal((N_SAMPLES, rows.shape[1]))
        answers = model.predict_proba(row + units)[:, 1]
        Ridge(alpha=1.0).fit(units, answers)


def limit(model, rows, common):
    """Neighbours in chunks of 16 MB, as the explainer has them; what the model says."""
    d, stream = rows.shape[1], Stream(0, "benchmark")
    at_once, per_row = 2**21 // (N_SAMPLES * d), N_SAMPLES * d
    units = stream.normal((N_SAMPLES, d))
    for start in range(0, len(rows), at_once):
        part = rows[start : start + at_once, None, :]
        if not common:
            shape = len(part), N_SAMPLES, d
            units = stream.normal(shape, offset=start * per_row)
        model.predict_proba((part + units).reshape(-1, d))


def speed(name, model, X):
    rows, few = X[:N_ROWS], X[:N_SLOW_ROWS]
    continuous = {"discretize_continuous": False, "sample_around_instance": True}
    quick = {
        "refgen": lambda: LocalLinearExplainer(
            model, scale=1.0, n_samples=N_SAMPLES
        ).explain(rows),
        "limit, draws in common": lambda: limit(model, rows, True),
        "limit, draws for each row": lambda: limit(model, rows, False),
    }
    slow = {
        "LIME": lambda: by_lime(lime_explainer(X), model, few),
        "LIME, continuous": lambda: by_lime(
            lime_explainer(X, **continuous), model, few
        ),
        "KernelSHAP": lambda: by_shap(
            model, X[:N_BACKGROUND], few, N_SAMPLES // N_BACKGROUND
        ),
        "KernelSHAP, 10 times the evaluations": lambda: by_shap(
            model, X[:N_BACKGROUND], few, N_SAMPLES
        ),
        "loop with Ridge": lambda: by_ridge(model, few),
    }
    if name == "network":
        quick["refgen, exact"] = lambda: LocalLinearExplainer(
            model, scale=1.0, exact=True
        ).explain(rows)
    timed = medians({**quick, **slow}, clock=time.process_time)
    for what, result in timed.items():
        n = N_ROWS if what in quick else N_SLOW_ROWS
        result["milliseconds_per_row"] = 1e3 * result.pop("median_seconds") / n
        del result["first_call_seconds"]
    own = timed["refgen"]["milliseconds_per_row"]
    for result in timed.values():
        result["times_refgen"] = round(result["milliseconds_per_row"] / own, 2)
    return timed


def agreement(model, X):
    """Differences from LIME on the same neighbourhoods, in standard errors."""
    rows, d = X[:6], X.shape[1]
    width = 0.75 * d**0.5
    explainer = lime_explainer(
        X,
        discretize_continuous=False,
        sample_around_instance=True,
        feature_selection="none",
        kernel_width=width,
    )
    theirs = np.zeros(rows.shape)
    for i, row in enumerate(rows):
        said = explainer.explain_instance(
            row, model.predict_proba, num_features=d, num_samples=N_AGREE
        )
        for j, weight in said.local_exp[1]:
            theirs[i, j] = weight
    scale = float(kernel_scale(1.0, width))
    ours = LocalLinearExplainer(model, scale=scale, n_samples=N_AGREE).explain(rows)
    share = float(kernel_efficiency(width, d))
    error = ours.standard_errors * (1 + 1 / share) ** 0.5
    apart = (ours.coefficients - theirs) / error
    both = np.corrcoef(ours.coefficients.ravel(), theirs.ravel())[0, 1]
    return {
        "rms_difference_in_standard_errors": round(float((apart**2).mean() ** 0.5), 3),
        "largest": round(float(abs(apart).max()), 2),
        "coefficients": int(apart.size),
        "correlation": round(float(both), 5),
    }


def covered(explainer, points, truth, n_seeds):
    inside = []
    for seed in range(n_seeds):
        explainer.random_state = seed
        low, high = explainer.explain(points).interval(0.95)
        inside.append((low <= truth) & (truth <= high))
    return round(float(np.mean(inside)), 4)


def coverage():
    """The share of 95 % intervals that hold the exact coefficient."""
    X, y = load_diabetes(return_X_y=True)
    X = X / X.std(axis=0)
    network = MLPRegressor(hidden_layer_sizes=32, max_iter=400, random_state=0)
    network.fit(X, y / 100)
    exact = LocalLinearExplainer(network, scale=0.5, exact=True).explain(X[:20])
    found = {}
    for n in (30, 100, 300, 1000):
        explainer = LocalLinearExplainer(network, scale=0.5, n_samples=n)
        found[f"network, d = 10, n = {n}"] = covered(
            explainer, X[:20], exact.coefficients, 200
        )
        square = LocalLinearExplainer(lambda x: x[:, 0] ** 2, scale=1.0, n_samples=n)
        found[f"x², d = 1, n = {n}"] = covered(square, np.zeros((1, 1)), 0.0, 2000)
    return found


def memory(X):
    """The peak of what NumPy allocates for 5000 rows, of 1.2 GB of neighbours."""
    rows = np.tile(X, (9, 1))[:5000]
    explainer = LocalLinearExplainer(
        lambda points: points[:, 0], scale=1.0, n_samples=N_SAMPLES
    )
    tracemalloc.start()
    explainer.explain(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return {"rows": len(rows), "peak_megabytes": round(peak / 1e6, 1)}


def main():
    X, y = data()
    results = {"load_before": os.getloadavg()}
    for name, model in models(X, y).items():
        results[name] = {"time": speed(name, model, X), "LIME": agreement(model, X)}
    results["coverage of 95 % intervals"] = coverage()
    results["memory"] = memory(X)
    results["load_after"] = os.getloadavg()
    store("explanations", results, threads=int(os.environ.get("OMP_NUM_THREADS", 2)))


if __name__ == "__main__":
    main()
