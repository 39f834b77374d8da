"""Calls of the verdict about data."""

import numpy as np

from support.calls import Call

_RNG = np.random.default_rng(0)
X = _RNG.normal(size=(30, 3))
Y = X @ [1.0, 0.5, 0.0] + 0.3 * _RNG.normal(size=30)

CALLS = {"distillation_pays": Call((X, Y), {"noise": 0.3})}
ELSEWHERE = {"DistillationVerdict": "a result, which users read and do not build"}
MEANINGFUL = {
    ("distillation_pays", "noise", "none"): "the noise is estimated",
    ("distillation_pays", "random_state", "none"): "draws that are new every time",
}
