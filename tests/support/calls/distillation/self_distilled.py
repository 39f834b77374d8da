"""Calls of the estimators by filters of eigendirections."""

import numpy as np

import refgen.distillation as kd
from support.calls import Call, fitting, trained

X = np.stack([np.arange(12.0) % 5, np.arange(12.0) % 3], axis=1) / 2
Y = X @ [1.0, -2.0] + np.arange(12) % 2

KERNEL = {
    "kernel": "rbf",
    "gamma": 0.5,
    "degree": 3,
    "coef0": 1.0,
    "kernel_params": None,
    "fit_intercept": True,
}


def predicted(model):
    """To digits that do not depend on the layout of X, as those of products do."""
    return model.predict(X).round(9)


def ridge():
    return kd.SelfDistilledRidge([0.5, 2.0], n_rounds=3)


def flow():
    return kd.SpectralFilterRegressor(time=[0.5, 2.0])


def of(model):
    return lambda: (model().fit(X, Y), X)


def asked(name):
    """A method of a fitted model, to digits that do not depend on layouts."""

    def ask(self, X):
        return getattr(self, name)(X).round(9)

    ask.of = lambda kind: ask
    return ask


CALLS = {
    "SelfDistilledRidge": Call(
        ([0.5, 2.0],),
        {"n_rounds": 3, "mixing": "optimal", **KERNEL},
        trained(kd.SelfDistilledRidge, X, Y, predicted),
    ),
    "SelfDistilledRidge.fit": Call((X, Y), function=fitting(ridge(), predicted)),
    "SelfDistilledRidge.predict": Call(of(ridge), function=asked("predict")),
    "SpectralFilterRegressor": Call(
        ("gradient_descent",),
        {"time": "auto", "n_steps": [1, 2], "step_size": 0.5, "alpha": 1.0, **KERNEL},
        trained(kd.SpectralFilterRegressor, X, Y, predicted),
    ),
    "SpectralFilterRegressor.fit": Call((X, Y), function=fitting(flow(), predicted)),
    "SpectralFilterRegressor.predict": Call(of(flow), function=asked("predict")),
    "SpectralFilterRegressor.predict_path": Call(
        of(flow), function=asked("predict_path")
    ),
}
MEANINGFUL = {
    ("*", "kernel", "none"): "the features as they are",
    ("*", "kernel_params", "none"): "no parameters of a kernel",
    ("*", "gamma", "none"): "scikit-learn's default of one over the features",
    ("*", "coef0", "none"): "scikit-learn's default",
    ("*", "degree", "none"): "scikit-learn's default",
    ("*", "degree", "fractional"): "scikit-learn takes any exponent",
    ("*", "degree", "huge"): "scikit-learn takes any exponent",
    ("*", "mixing", "number"): "the weight of the teacher's outputs",
    ("*", "time", "number"): "a single time",
    ("*", "n_steps", "huge"): "a closed form takes any number of steps",
    ("*", "n_steps", "too large together"): "the same number twice",
}
