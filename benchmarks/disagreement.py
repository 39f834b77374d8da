"""Mean pairwise disagreement and calibration error, against what users might use.

Run: ``python benchmarks/disagreement.py``. 100 runs, 10⁵ points, 10 and 100 classes.
"""

import numpy as np
from _record import medians, store
from scipy.spatial.distance import pdist
from sklearn.calibration import calibration_curve
from threadpoolctl import threadpool_limits

from refgen.disagreement import disagreement, ensemble_cace, vote_counts

N_RUNS, N_POINTS = 100, 100_000


def numpy_counts(predictions, n_classes):
    points = np.arange(predictions.shape[1])
    flat = (points * n_classes + predictions).ravel()
    counts = np.bincount(flat, minlength=predictions.shape[1] * n_classes)
    return counts.reshape(-1, n_classes)


def from_counts(predictions, n_classes):
    votes = numpy_counts(predictions, n_classes)
    m = len(predictions)
    return ((m**2 - (votes**2).sum(axis=1)) / (m * (m - 1))).mean()


def histogram_cace(predictions, labels, n_classes):
    shares = (numpy_counts(predictions, n_classes) / len(predictions)).ravel()
    right = np.eye(n_classes)[labels].ravel()
    level = np.rint(shares * len(predictions)).astype(int)
    return abs(np.bincount(level, right - shares)).sum() / len(labels)


def curve_cace(predictions, labels, n_classes):
    shares = (numpy_counts(predictions, n_classes) / len(predictions)).ravel()
    right = np.eye(n_classes)[labels].ravel()
    return calibration_curve(right, shares, n_bins=len(predictions) + 1)


def compare(n_classes):
    rng = np.random.default_rng(0)
    labels = rng.integers(n_classes, size=N_POINTS)
    noise = rng.integers(n_classes, size=(N_RUNS, N_POINTS))
    predictions = np.where(rng.random(noise.shape) < 0.7, labels, noise)
    expected = from_counts(predictions, n_classes)
    assert abs(disagreement(predictions) - expected) < 1e-12
    expected = histogram_cace(predictions, labels, n_classes)
    # The histogram sums 1e7 floats one by one: the error is 1e7 · 1.1e-16 · Σ|terms|.
    assert abs(ensemble_cace(predictions, labels) - expected) < 1e-8
    pairs = {
        "refgen": lambda: disagreement(predictions),
        "refgen vote_counts": lambda: vote_counts(predictions),
        "numpy counts": lambda: from_counts(predictions, n_classes),
        "scipy pdist hamming": lambda: pdist(predictions, "hamming").mean(),
    }
    calibration = {
        "refgen": lambda: ensemble_cace(predictions, labels),
        "numpy histogram": lambda: histogram_cace(predictions, labels, n_classes),
        "scikit-learn calibration_curve": lambda: curve_cace(
            predictions, labels, n_classes
        ),
    }
    return {"mean pairwise disagreement": pairs, "CACE from votes": calibration}


def main():
    results = {}
    with threadpool_limits(1):
        for n_classes in (10, 100):
            for job, candidates in compare(n_classes).items():
                timed = medians(candidates, repeats=3)
                own = timed["refgen"]["median_seconds"]
                for result in timed.values():
                    result["ratio_to_refgen"] = round(result["median_seconds"] / own, 2)
                results[f"{job}, {n_classes} classes"] = timed
    store("disagreement", results, threads=1)


if __name__ == "__main__":
    main()
