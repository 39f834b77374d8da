"""What the tests of `LocalLinearExplainer` explain."""

import numpy as np

from refgen.explainability import LocalLinearExplainer

X = np.random.default_rng(0).normal(size=(6, 3))
SCALES = np.array([0.5, 1.0, 2.0])


def curved(points):
    return np.sin(points[:, 0]) + points[:, 1] * points[:, 2] + 7.0


def explained(model=curved, points=X, **options):
    return LocalLinearExplainer(model, **{"scale": SCALES, **options}).explain(points)
