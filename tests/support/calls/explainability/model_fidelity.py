"""Calls of the tools for the fidelity of models."""

import numpy as np

from support.calls import Call

X = np.random.default_rng(0).normal(size=(6, 2))


def curved(points):
    points = np.asarray(points)
    return points[:, 0] ** 2 + points[:, 1]


FEW = {"n_draws": 20}
CALLS = {
    "best_scale": Call((curved, X, [0.5, 2.0]), FEW),
    "leave_one_out_mnf": Call((curved, X, [0.5, 2.0]), FEW),
    "mirrored_neighborhood_fidelity": [
        Call((curved, X, 0.5), {"X_test": X + 1, **FEW}),
        Call((curved(X), X, [0.5, 2.0]), FEW),
    ],
    "neighborhood_fidelity": [
        Call((curved, X, 0.5), {"n_samples": 20}),
        Call(
            (curved, X, 0.5),
            {"coefficients": X, "intercepts": X[:, 0], "n_samples": 20},
        ),
    ],
}
_OWN = ("best_scale", "leave_one_out_mnf", "mirrored_neighborhood_fidelity")
MEANINGFUL = {
    **{(n, "offset", "none"): "the mean of the model's numbers" for n in _OWN},
    **{(n, "output", "none"): "a rule chooses" for n in CALLS},
    **{(n, "random_state", "none"): "other draws every time" for n in CALLS},
    ("best_scale", "scales", "none"): "typical ones are tried",
    ("mirrored_neighborhood_fidelity", "X_test", "none"): "nothing is tested",
    ("neighborhood_fidelity", "coefficients", "none"): "those of the best ones",
    ("neighborhood_fidelity", "intercepts", "none"): "those of the best ones",
}
