"""Paths of teachers and students against the eigendecompositions that they need.

Run: ``python benchmarks/distillation.py``. A thousand problems of 32 features, 100
stopping times or penalties, a teacher and its student at each: filters and risks of
both, from one batched eigendecomposition of XᵀX/n. The limit is the eigendecompositions
alone; "with designs" forms XᵀX and Xᵀy, too. A user would write a loop over
scikit-learn's `Ridge` or `KernelRidge` with a fit per setting, which is timed on a few
problems and multiplied. One thread (``OPENBLAS_NUM_THREADS=1``): to small matrices a
second one is of no use.
"""

import os
import time

import numpy as np
from _record import medians, store
from numpy.testing import assert_allclose
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge

from refgen.distillation import (
    DesignSpectrum,
    SpectralProblem,
    gradient_flow_filter,
    ridge_filter,
    spectral_risk,
)

THREADS, PROBLEMS, POINTS, FEATURES, SETTINGS = 1, 1000, 64, 32, 100
LOOPED, BLOCK = 3, 100
NOISE = 0.5


def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(PROBLEMS, POINTS, FEATURES))
    target = rng.normal(size=(PROBLEMS, FEATURES)) / np.sqrt(FEATURES)
    noise = NOISE * rng.normal(size=(PROBLEMS, POINTS))
    return X, (X @ target[..., None])[..., 0] + noise, target


def path(spectrum, coefficients, share, settings):
    """Filters of teacher and student at every setting, and their risks.

    The student trains as its teacher did: filters multiply.
    """
    teacher = share(spectrum, settings[:, None])
    student = teacher * teacher
    problem = SpectralProblem(spectrum, coefficients, NOISE, POINTS)
    return teacher, student, [spectral_risk(problem, f) for f in (teacher, student)]


def risks(spectrum, coefficients, share, settings):
    """Risks of teacher and student, by blocks of problems that fit into the caches."""
    blocks = [slice(i, i + BLOCK) for i in range(0, PROBLEMS, BLOCK)]
    found = [path(spectrum[b], coefficients[b], share, settings)[2] for b in blocks]
    return np.concatenate(found, axis=-1)


def from_gram(gram, target, share, settings):
    spectrum, vectors = np.linalg.eigh(gram)
    coefficients = (target[:, None] @ vectors)[:, 0]
    return risks(spectrum, coefficients, share, settings)


def from_designs(X, y, target, share, settings):
    design = DesignSpectrum.from_design(X, y)
    coefficients = (target[:, None] @ design.vectors)[:, 0]
    return risks(design.spectrum, coefficients, share, settings)


def loop(model, X, y, penalties):
    """Outputs of teacher and student for every penalty, a fit each."""
    found = []
    for alpha in POINTS * penalties:
        teacher = model(alpha).fit(X, y).predict(X)
        found.append((teacher, model(alpha).fit(X, teacher).predict(X)))
    return np.array(found)


LOOPS = {
    "Ridge": lambda alpha: Ridge(alpha, fit_intercept=False),
    "KernelRidge": lambda alpha: KernelRidge(alpha=alpha, kernel="linear"),
}


def check(X, y, penalties):
    """The loop's outputs are those of the filters."""
    design = DesignSpectrum.from_design(X, y)
    filters = path(design.spectrum, design.limits, ridge_filter, penalties)[:2]
    for i in range(LOOPED):
        outputs = loop(LOOPS["Ridge"], X[i], y[i], penalties)
        for j, share in enumerate(filters):
            ours = (share[:, i] * design.limits[i]) @ design.vectors[i].T @ X[i].T
            assert_allclose(ours, outputs[:, j], atol=1e-9)


def seconds_of_loop(name, X, y, penalties):
    start = time.perf_counter()
    for i in range(LOOPED):
        loop(LOOPS[name], X[i], y[i], penalties)
    return (time.perf_counter() - start) / LOOPED * PROBLEMS


def main():
    results = {"load_before": os.getloadavg()}
    X, y, target = data()
    gram = X.swapaxes(-1, -2) @ X / POINTS
    # Times for one filter, penalties for the other.
    settings = np.geomspace(0.01, 100, SETTINGS)
    check(X, y, settings)
    timed = medians(
        {
            "eigendecompositions": lambda: np.linalg.eigh(gram),
            "gradient flow": lambda: from_gram(
                gram, target, gradient_flow_filter, settings
            ),
            "ridge": lambda: from_gram(gram, target, ridge_filter, settings),
            "gradient flow with designs": lambda: from_designs(
                X, y, target, gradient_flow_filter, settings
            ),
        },
        repeats=9,
    )
    for name in LOOPS:
        found = seconds_of_loop(name, X, y, settings)
        timed[f"loop over {name}, extrapolated"] = {"median_seconds": found}
    limit = timed["eigendecompositions"]["median_seconds"]
    for result in timed.values():
        result["ratio_to_limit"] = round(result["median_seconds"] / limit, 3)
    results[f"{PROBLEMS} problems, {FEATURES} features, {SETTINGS} settings"] = timed
    results["load_after"] = os.getloadavg()
    store("distillation", results, threads=THREADS)


if __name__ == "__main__":
    main()
