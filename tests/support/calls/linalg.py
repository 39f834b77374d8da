"""Calls of refgen.linalg."""

import numpy as np

EYE, ONES = np.eye(2), np.ones((2, 1))

CALLS = {
    "ball_constrained_least_squares": (EYE[None], ONES.T, np.array([0.5])),
    "orthonormal_rows": (EYE,),
    "project_out": (EYE[:1], np.ones(2)),
    "secular_multiplier": (np.ones(2), np.ones(2), np.array([0.5])),
    "solve_positive": (EYE, ONES),
}
