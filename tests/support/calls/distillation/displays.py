"""Calls of displays."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB

import refgen.distillation as rd
from support.calls import Call, drawn, endless

X = np.array([[0.0, 1.0], [1.0, 0.5], [1.5, 2.0], [2.0, 0.25], [3.0, 1.0], [2.5, 0.75]])
KINDS = np.array([0, 0, 1, 1, 1, 0])
TEACHER = GaussianNB().fit(X, KINDS)
STUDENT = LogisticRegression().fit(X, KINDS)
PROBA = TEACHER.predict_proba(X), STUDENT.predict_proba(X)
PATH = np.array([[0.0, 0.0, 0.0], [0.25, 0.5, -0.5], [0.75, 0.5, -1.0]])


def confidence():
    slope = rd.confidence_slope(*PROBA)
    return (*rd.confidence_logits(*PROBA), slope, KINDS == 0)


CALLS = {
    "ConfidenceDisplay": confidence,
    "ConfidenceDisplay.from_estimator": Call(
        (TEACHER, STUDENT, X, KINDS),
        function=drawn(rd.ConfidenceDisplay.from_estimator),
    ),
    "ConfidenceDisplay.from_predictions": Call(
        PROBA, {"y": KINDS}, drawn(rd.ConfidenceDisplay.from_predictions)
    ),
    "ConfidenceDisplay.plot": Call(
        lambda: (rd.ConfidenceDisplay(*confidence()),),
        function=drawn(rd.ConfidenceDisplay.plot),
    ),
    "EigenspaceDisplay": (
        *([2.0, 1.0, 0.5], PATH[-1], PATH[-1] / 2, PATH, PATH / 2),
        *([0.0, 0.0, 0.125], [0.75, 0.5], 0, [1, 2]),
    ),
    "EigenspaceDisplay.from_design": Call(
        (X, X[:, 0]),
        {"teacher_time": 2.0, "student_time": 1.0},
        drawn(rd.EigenspaceDisplay.from_design),
    ),
    "EigenspaceDisplay.from_estimator": Call(
        (TEACHER, STUDENT, X), function=drawn(rd.EigenspaceDisplay.from_estimator)
    ),
    "EigenspaceDisplay.from_predictions": Call(
        (X[:, 0], X[:, 1], X), function=drawn(rd.EigenspaceDisplay.from_predictions)
    ),
    "EigenspaceDisplay.plot": Call(
        lambda: (rd.EigenspaceDisplay([2.0, 1.0, 0.5], PATH[-1], PATH[-1]),),
        function=drawn(rd.EigenspaceDisplay.plot),
    ),
}
MEANINGFUL = {
    ("ConfidenceDisplay", "correct", "none"): "it is not known who is right",
    ("ConfidenceDisplay.from_estimator", "y", "none"): "it is not known who is right",
    ("ConfidenceDisplay.from_predictions", "y", "none"): "it is not known who is right",
    ("EigenspaceDisplay", "bottom", "none"): "two directions below",
    ("EigenspaceDisplay", "linear", "none"): "it is not known what is linear",
    ("EigenspaceDisplay", "rounding", "none"): "no rounding is drawn",
    **endless(
        "training to the end",
        ("EigenspaceDisplay.from_design", "teacher_time"),
        ("EigenspaceDisplay.from_design", "student_time"),
    ),
}
LABELS = (("ConfidenceDisplay.from_estimator", "y"),)
