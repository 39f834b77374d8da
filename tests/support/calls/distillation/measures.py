"""Calls of what compares a student with its teacher."""

import numpy as np


def probabilities(draws, d, n_points=5):
    """Of a teacher and its student, with zeros, ones and ties in some."""
    found = draws.child("p").dirichlet((2, n_points, d + 1))
    found[:, 0] = np.eye(d + 1)[0]
    found[0, 1] = 1 / (d + 1)
    return found[0], found[1]


def batches(draws, d):
    first, second = probabilities(draws, d), probabilities(draws.child("more"), d)
    return tuple(np.stack(pair) for pair in zip(first, second, strict=True))


def predicted(draws, d):
    return tuple(draws.child("labels").integers(d + 1, (2, 7)))


RESULT = "a result, which users read and do not build"

ARGUMENTS = {
    "agreement": batches,
    "churn": predicted,
    "confidence_logits": batches,
    "confidence_slope": lambda s, d: probabilities(s, d, 9),
    "flip_divergence": lambda s, d: batches(s, d)[:1],
    "predictive_kl": batches,
}
CHANCES = np.array([[0.75, 0.25], [0.5, 0.5], [0.25, 0.75], [0.125, 0.875]])

CALLS = {
    "eigenspace_report": (
        np.array([1.0, 2.0, 4.0, 3.0]),
        np.array([1.0, 1.5, 3.0, 3.5]),
        np.array([[3.0, 0.0], [1.0, 1.0], [0.0, 2.0], [2.0, 1.0]]),
    ),
    "student_teacher_deviation": (CHANCES, CHANCES[::-1], np.array([0, 1, 1, 1])),
}
ELSEWHERE = {
    "ConfidenceSlope": RESULT,
    "AuditedBound": RESULT,
    "EigenspaceReport": RESULT,
    "StudentTeacherDeviation": RESULT,
}
LABELS = (
    ("churn", "teacher_labels"),
    ("churn", "student_labels"),
    ("student_teacher_deviation", "labels"),
    ("student_teacher_deviation", "classes"),
)
RANGES = {
    "agreement": (0.0, 1.0),
    "churn": (0.0, 1.0),
    "flip_divergence": (0.0, np.log(2)),
    "predictive_kl": (0.0, np.inf),
}
MEANINGFUL = {
    ("student_teacher_deviation", "labels", "none"): "nothing is known of the truth",
    ("flip_divergence", "teacher_proba", "2 axes less"): "chances of a second class",
}
INFINITE = {
    "student_teacher_deviation": "a class that the student takes for impossible",
    "eigenspace_report": "NaN stands for ratios to a teacher without a coefficient",
    "predictive_kl": "a class that the student takes for impossible",
}
