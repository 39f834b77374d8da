"""Calls of bounds by norms of weights."""

import numpy as np

from support.calls import Call

RNG = np.random.default_rng(0)
X = RNG.normal(size=(6, 3))
NETWORK = [RNG.normal(size=(3, 4)), RNG.normal(size=(4, 1))]
Y = np.where(np.maximum(X @ NETWORK[0], 0) @ NETWORK[1] > 0, 1, -1)[:, 0]


def shares(draws, d):
    return draws.child("ratios").exponential((4, d)) / (1 + d)


ARGUMENTS = {
    "perturbation_bound": lambda s, d: (
        0.1 + s.child("norms").exponential((4, d)),
        shares(s, d),
        s.child("input").exponential(4),
    ),
    "perturbation_constant": lambda s, d: (1 + np.arange(4.0) * d,),
    "two_thirds_norm": lambda s, d: (shares(s, d),),
    "width_factor": lambda s, d: (1 + np.arange(4.0 * d).reshape(4, d),),
}
OPTIONS = {"initial": [0 * w for w in NETWORK], "share": 0.5}
CALLS = {"norm_bounds": Call((NETWORK, X, Y), OPTIONS)}
ELSEWHERE = dict.fromkeys(
    ("LayerNorms", "NormBound", "NormBounds"),
    "a result, which users read and do not build",
)
MEANINGFUL = {
    ("norm_bounds", "initial", "none"): "distances are measured from 0",
    ("norm_bounds", "margin", "none"): "the margin that most points have",
}
RANGES = {
    "perturbation_bound": (0.0, np.inf),
    "perturbation_constant": (1.0, np.e - 1),
    "two_thirds_norm": (0.0, np.inf),
    "width_factor": (1.0, np.inf),
}
