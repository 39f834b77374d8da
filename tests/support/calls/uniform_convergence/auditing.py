"""Calls of the audit."""

import numpy as np
from sklearn.linear_model import RidgeClassifier

from support.calls import Call

RNG = np.random.default_rng(0)
Y = np.where(RNG.random(24) < 0.5, 1, -1)
X = np.hstack([0.4 * Y[:, None], RNG.normal(size=(24, 60)) / 8])


def turned(X, y):
    return X * np.where(np.arange(X.shape[1]) < 1, 1, -1), y


_LINEAR = (RidgeClassifier(fit_intercept=False), X, Y)
CALLS = {
    "audit": [
        Call(_LINEAR, {"noise_features": list(range(1, 61)), "n_samples": 2}),
        Call(_LINEAR, {"transform": turned, "sample_size": 10}),
    ]
}
ELSEWHERE = dict.fromkeys(
    ("AuditedSample", "SampleBound", "UniformConvergenceAudit"),
    "a result, which users read and do not build",
)
LABELS = (("audit", "y"),)
MEANINGFUL = {
    ("audit", "noise_features", "none"): "no noise is known",
    ("audit", "transform", "none"): "no transformation is known",
    ("audit", "sample_size", "none"): "as large as it may be",
    ("audit", "random_state", "none"): "another cut every time",
}
