"""Calls of bounds by explanations."""

import numpy as np

from support.calls import Call

RNG = np.random.default_rng(0)
X, NEW = RNG.uniform(-1, 1, (2, 12, 2))
Y = X[:, 0] / 2


def model(points):
    return np.asarray(points)[:, 0] / 3


_OPTIONS = {"output_range": (-1.0, 1.0), "n_draws": 2}
CALLS = {
    "explainability_bound": [
        Call((model, X, Y, 0.5, NEW), {**_OPTIONS, "method": method})
        for method in ("leave_one_out", "split", "uniform")
    ],
    "explainability_sweep": Call((model, X, Y, [0.3, 0.5], NEW), _OPTIONS),
}
ELSEWHERE = dict.fromkeys(
    ("BoundForm", "BoundTerm", "ExplainabilityBound", "ExplainabilitySweep"),
    "a result, which users read and do not build",
)
MEANINGFUL = {
    (name, "random_state", "none"): "other draws every time"
    for name in ("explainability_bound", "explainability_sweep")
}
