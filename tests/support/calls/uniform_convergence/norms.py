"""Calls of bounds by norms of weights."""

import numpy as np
from sklearn.neural_network import MLPClassifier

import refgen.uniform_convergence as ru
from support.calls import Call, drawn

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
NETWORK = [RNG.normal(size=(3, 4)), RNG.normal(size=(4, 1))]
Y = np.where(np.maximum(X @ NETWORK[0], 0) @ NETWORK[1] > 0, 1, -1)[:, 0]


def shares(draws, d):
    return draws.child("ratios").exponential((4, d)) / (1 + d)


def kernel(draws, d):
    """Well conditioned: products of gradients, and a parameter for each point."""
    gradients = draws.child("gradients").normal((4, 1 + d, 2))
    return gradients @ gradients.swapaxes(-1, -2) + np.eye(1 + d)


def targets(draws, d):
    return draws.child("targets").normal((4, 1 + d))


def start(draws, d):
    shapes = {"v": (4, 3), "w": (4, 3, 2), "u": (4, 2, d), "x": (4, 3, d)}
    found = [draws.child(name).normal(shape) for name, shape in shapes.items()]
    return (*found, draws.child("radius").exponential(4))


ARGUMENTS = {
    "append_biases": lambda s, d: (
        s.child("weights").normal((4, d, 2)),
        s.child("biases").normal((4, 2)),
        False,
    ),
    "near_initialization_bound": start,
    "noisy_squared_distance": lambda s, d: (
        kernel(s, d),
        targets(s, d),
        s.child("noise").exponential(4),
    ),
    "norm_bound_floor": lambda s, d: (1 + np.arange(4.0), 1 + np.arange(4.0) * d, d),
    "origin_ball_bound": start,
    "perturbation_bound": lambda s, d: (
        0.1 + s.child("norms").exponential((4, d)),
        shares(s, d),
        s.child("input").exponential(4),
    ),
    "perturbation_constant": lambda s, d: (1 + np.arange(4.0) * d,),
    "prequential_distance": lambda s, d: (kernel(s, d), targets(s, d)),
    "two_thirds_norm": lambda s, d: (shares(s, d),),
    "width_factor": lambda s, d: (1 + np.arange(4.0 * d).reshape(4, d),),
}
OPTIONS = {"initial": [0 * w for w in NETWORK], "share": 0.5}
MODEL = MLPClassifier(3, tol=10, n_iter_no_change=20, learning_rate_init=0.1)
GROWING = {"sizes": [5, 6], "share": 0.3}
CURVES = [10, 20], {"test error": [0.5, 0.25], "Bartlett 2017": [2.0, 4.0]}


def growth():
    return ru.norm_bound_growth(MODEL, X, Y, **GROWING), "distance"


CALLS = {
    "BoundGrowth.slope": growth,
    "BoundGrowthDisplay": CURVES,
    "BoundGrowthDisplay.from_estimator": Call(
        (MODEL, X, Y), GROWING, drawn(ru.BoundGrowthDisplay.from_estimator)
    ),
    "BoundGrowthDisplay.plot": Call(
        lambda: (ru.BoundGrowthDisplay(*CURVES),),
        function=drawn(ru.BoundGrowthDisplay.plot),
    ),
    "growth_slope": ([10.0, 20.0, 40.0], [1.0, 2.0, 3.0]),
    "norm_bound_growth": Call((MODEL, X, Y), GROWING),
    "norm_bounds": Call((NETWORK, X, Y), OPTIONS),
    "published_growth": ("notebook",),
}
ELSEWHERE = dict.fromkeys(
    ("BoundGrowth", "GrowthSlope", "LayerNorms", "NormBound", "NormBoundFloor",
     "NormBounds", "PrequentialDistance"),
    "a result, which users read and do not build",
)  # fmt: skip
MEANINGFUL = {
    ("BoundGrowthDisplay", "published", "none"): "no published figure is drawn",
    ("norm_bound_growth", "margin", "none"): "the margin that most points have",
    ("norm_bound_growth", "random_state", "none"): "draws that are new every time",
    ("norm_bounds", "initial", "none"): "distances are measured from 0",
    ("norm_bounds", "margin", "none"): "the margin that most points have",
}
RANGES = {
    **dict.fromkeys(
        ("near_initialization_bound", "noisy_squared_distance", "norm_bound_floor",
         "origin_ball_bound"),
        (0.0, np.inf),
    ),
    "perturbation_bound": (0.0, np.inf),
    "perturbation_constant": (1.0, np.e - 1),
    "two_thirds_norm": (0.0, np.inf),
    "width_factor": (1.0, np.inf),
}  # fmt: skip
INFINITE = {"growth_slope": "two points leave no interval"}
