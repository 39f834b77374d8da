"""Calls of logistic distillation."""

import numpy as np


def inputs_and_teacher(draws, d):
    """Inputs that are far from dependent, and w."""
    return draws.child("X").normal((3, d, d + 4)), draws.child("w").normal((3, d + 4))


def sizes(d):
    return np.array([1.0, 2.0, 4.0, 9.0]), d + np.array([1.0, 6.0, 3.0, 60.0])


def angle_law(draws, d):
    angles = np.pi / 2 * draws.child("angles").uniform((3, 2 * d + 1))
    weights = draws.child("weights").exponential((3, 2 * d + 1))
    return angles, weights / weights.sum(axis=-1, keepdims=True)


def bounds(draws, d):
    angles, weights = angle_law(draws, d)
    return angles, np.array([1.0, 2.0, 5.0]), weights


def rotations(draws, d):
    angles, n_points, weights = bounds(draws, d)
    return angles, n_points, np.array([2.0, 3.0, 7.0]), weights


ARGUMENTS = {
    "directed_transfer_risk": lambda s, d: (
        s.child("a").normal((4, d)),
        s.child("b").normal(4),
        d + np.array([1.0, 2.0, 7.0, 50.0]),
    ),
    "gaussian_transfer_risk": lambda s, d: sizes(d),
    "gaussian_transfer_risk_bounds": lambda s, d: sizes(d),
    "hard_label_margin": lambda s, d: (
        s.child("square").exponential(4),
        10 ** (6 * s.child("time").uniform(4) - 2),
    ),
    "logistic_limit": inputs_and_teacher,
    "mixture_transfer_risk": lambda s, d: (*sizes(d), 2 * s.uniform(4)),
    "rotation_transfer_bound": rotations,
    "teacher_angles": inputs_and_teacher,
    "transfer_risk_bounds": bounds,
}
RANGES = {
    **dict.fromkeys(
        ("directed_transfer_risk", "gaussian_transfer_risk",
         "gaussian_transfer_risk_bounds", "mixture_transfer_risk",
         "rotation_transfer_bound"),
        (0.0, 0.5),
    ),
    "hard_label_margin": (0.0, np.inf),
    "teacher_angles": (0.0, np.pi / 2),
    "transfer_risk_bounds": (0.0, 1.0),
}  # fmt: skip
MEANINGFUL = {
    ("rotation_transfer_bound", "weights", "none"): "equal probabilities",
    ("transfer_risk_bounds", "weights", "none"): "equal probabilities",
}
