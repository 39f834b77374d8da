"""Calls of the estimators that distil any model into any other."""

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier, GradientBoostingRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

import refgen.distillation as kd
from support.calls import Call, fitting, trained

X = np.stack([np.arange(12.0) % 5, np.arange(12.0) % 3], axis=1) / 2
Y, KINDS = X @ [1.0, -2.0] + np.arange(12) % 2, np.arange(12) % 2
# Trees, whose bits do not depend on the layout of X as matrix products do. Teachers
# take no missing values.
BOOSTED = GradientBoostingRegressor(n_estimators=2, max_depth=1, random_state=0)
TEACHER = GradientBoostingClassifier(n_estimators=2, max_depth=1, random_state=0)
NUMBERS = DecisionTreeRegressor(max_depth=2, random_state=0)
CLASSES = DecisionTreeClassifier(max_depth=2, random_state=0)


def regressor():
    return kd.DistilledRegressor(BOOSTED, NUMBERS, label_weight=0.5)


def classifier(student=CLASSES):
    return kd.DistilledClassifier(TEACHER, student, label_weight=0.5)


def fitted_regressor():
    return (regressor().fit(X, Y), X)


def fitted_classifier():
    return (classifier().fit(X, KINDS), X)


def of_numbers():
    return (classifier(NUMBERS).fit(X, KINDS), X)


SETTINGS = {"label_weight": 0.5, "teacher_outputs": "train", "cv": 3, "prefit": False}

CALLS = {
    "DistilledClassifier": Call(
        (TEACHER, CLASSES),
        {**SETTINGS, "temperature": 2.0},
        trained(kd.DistilledClassifier, X, KINDS, lambda m: m.predict_proba(X)),
    ),
    "DistilledClassifier.fit": Call(
        (X, KINDS), function=fitting(classifier(), lambda m: m.predict_proba(X))
    ),
    "DistilledClassifier.predict": fitted_classifier,
    "DistilledClassifier.predict_proba": [
        Call(fitted_classifier),
        Call(of_numbers),
    ],
    "DistilledClassifier.decision_function": of_numbers,
    "DistilledRegressor": Call(
        (BOOSTED, NUMBERS),
        SETTINGS,
        trained(kd.DistilledRegressor, X, Y, lambda m: m.predict(X)),
    ),
    "DistilledRegressor.fit": Call(
        (X, Y), function=fitting(regressor(), lambda m: m.predict(X))
    ),
    "DistilledRegressor.predict": fitted_regressor,
}
LABELS = (("DistilledClassifier.fit", "y"),)
MEANINGFUL = {
    ("*", "X", "sparse"): "scikit-learn's estimators take sparse matrices",
    ("*", "X", "coo"): "scikit-learn's estimators take sparse matrices",
    ("*", "teacher", "none"): "a default teacher",
    ("*", "student", "none"): "the teacher once more",
    ("*", "cv", "none"): "scikit-learn's default of five folds",
    ("*", "cv", "generator"): "an iterator of splits, unless the first is none",
}
RANGES = {"DistilledClassifier.predict_proba": (0.0, 1.0)}
