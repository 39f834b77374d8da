"""Calls of the explainer and its display."""

import numpy as np

import refgen.explainability as re
from refgen.arrays import namespace
from support.calls import Call, drawn

X = np.random.default_rng(0).normal(size=(5, 3))


def curved(points):
    if hasattr(points, "iloc"):
        points = np.asarray(points)
    xp = namespace(points)
    if points.shape[1] != X.shape[1]:
        raise ValueError(f"X has {points.shape[1]} features, and the model takes 3")
    return xp.sin(points[:, 0]) + points[:, 1] * points[:, 2]


def numbers(self, X):
    """What is explained without names, which only frames have."""
    return self.explain(X)[:-1]


def of_kind(kind):
    """The same for the device, whose explainer asks the model in another way."""
    return lambda self, X: numbers(kind(curved, **OPTIONS), X)


numbers.of = of_kind


OPTIONS = {"scale": 0.5, "n_samples": 20}


def explainer():
    return re.LocalLinearExplainer(curved, **OPTIONS)


def explained():
    return explainer().explain(X)


CALLS = {
    "LocalExplanationDisplay": lambda: (explained(), 1),
    "LocalExplanationDisplay.from_estimator": Call(
        (curved, X), OPTIONS, drawn(re.LocalExplanationDisplay.from_estimator)
    ),
    "LocalExplanationDisplay.plot": Call(
        lambda: (re.LocalExplanationDisplay(explained()),),
        function=drawn(re.LocalExplanationDisplay.plot),
    ),
    "LocalLinearExplainer": Call((curved,), OPTIONS),
    "LocalLinearExplainer.explain": Call(lambda: (explainer(), X), function=numbers),
}
MEANINGFUL = {
    ("LocalLinearExplainer", "random_state", "none"): "other draws every time",
    ("LocalLinearExplainer", "n_features", "none"): "all features are kept",
    ("LocalLinearExplainer", "output", "none"): "a rule chooses",
    ("LocalLinearExplainer", "penalty", "none"): "as the fidelity needs",
    ("LocalLinearExplainer", "reference", "none"): "the rows that are explained",
    ("LocalExplanationDisplay", "row", "none"): "all rows are drawn",
}
