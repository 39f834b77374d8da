"""Calls of curves against the scale, and of their picture."""

import numpy as np
from sklearn.linear_model import LinearRegression

import refgen.explainability as le
from refgen.random import Stream
from support.calls import Call, drawn

X = np.random.default_rng(0).normal(size=(20, 2))
MODEL = LinearRegression().fit(X, X[:, 0] ** 2)
KNOWN = [0.5, 1.0], [0.1, 0.2]
FEW = {"n_draws": 30}


def growth(draws, d):
    points = draws.child("points").normal((16, d))
    return points, 0.5 + draws.uniform(2), draws.child("draws")


CALLS = {
    "disjointedness_growth": Call(lambda: growth(Stream(0), 2), FEW),
    "FidelityDisplay": KNOWN,
    "FidelityDisplay.from_estimator": Call(
        (MODEL, X, [0.5, 1.0]), FEW, drawn(le.FidelityDisplay.from_estimator)
    ),
    "FidelityDisplay.plot": Call(
        lambda: (le.FidelityDisplay(*KNOWN),), function=drawn(le.FidelityDisplay.plot)
    ),
    "published_fidelity": ("Housing",),
}
MEANINGFUL = {
    ("FidelityDisplay", "disjointedness", "none"): "it is not drawn",
    ("FidelityDisplay", "exponent", "none"): "it is not drawn",
    ("FidelityDisplay", "published", "none"): "no published figure is drawn",
    ("FidelityDisplay", "test", "none"): "there are no other points",
    ("FidelityDisplay.from_estimator", "X_test", "none"): "there are no other points",
    ("FidelityDisplay.from_estimator", "published", "none"): "none is drawn",
}
