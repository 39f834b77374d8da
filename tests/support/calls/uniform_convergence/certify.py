"""Calls of the certificate of a classifier."""

import numpy as np
from sklearn.linear_model import LogisticRegression

from support.calls import Call

_RNG = np.random.default_rng(0)
X = _RNG.normal(size=(60, 2))
Y = (X[:, 0] + 0.3 * _RNG.normal(size=60) > 0).astype(int)

CALLS = {"certify_risk": Call((LogisticRegression(), X, Y), {"delta": 0.1})}
ELSEWHERE = {"RiskCertificate": "a result, which users read and do not build"}
LABELS = (("certify_risk", "y"),)
MEANINGFUL = {
    ("certify_risk", "X", "sparse"): "scikit-learn's classifiers take sparse matrices",
    ("certify_risk", "X", "coo"): "scikit-learn's classifiers take sparse matrices",
    ("certify_risk", "random_state", "none"): "another split every time",
}
