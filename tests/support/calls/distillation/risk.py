"""Calls of problems, their risks and their best stopping times."""

import numpy as np

import refgen.distillation as kd
from support.calls import endless
from support.calls.distillation.filters import spectra, times


def problem(draws, d):
    """Four problems, with null directions and coefficients of 0 in some."""
    coefficients = draws.child("coefficients").normal((4, d))
    return kd.SpectralProblem(
        spectra(draws, d),
        np.where(abs(coefficients) < 0.2, 0.0, coefficients),
        0.1 + draws.child("noise").uniform(4),
        np.array([5.0, 9.0, 40.0, 1000.0]),
    )


def shares(draws, d):
    """Filters of a teacher and of a student."""
    return draws.child("teacher").uniform((4, d)), draws.child("own").uniform((4, d))


def trained(draws, d):
    return problem(draws, d), times(draws), times(draws.child("student"))


def two_directions(draws):
    """Four problems, of which the first needs no second round."""
    beta = 0.3 + draws.child("coefficients").uniform((4, 2))
    spectrum = np.array([[1.0, 1.0], [2.0, 1.0], [0.5, 1.0], [1.0, 0.3]])
    return kd.SpectralProblem(spectrum, beta / spectrum[:, ::-1], 0.5, 9)


def anywhere(draws, d):
    """A test covariance, and a student on inputs of its own."""
    root = draws.child("root").normal((4, d, d))
    own = draws.child("own").normal((4, d, d)) / d
    covariance = root @ root.swapaxes(-1, -2)
    return problem(draws, d), shares(draws, d)[0], covariance, own


ARGUMENTS = {
    "SpectralProblem": lambda s, d: tuple(vars(problem(s, d)).values()),
    "direction_stopping_times": lambda s, d: (problem(s, d),),
    "filter_matrix": lambda s, d: (s.normal((4, d, d)), shares(s, d)[0]),
    "flow_risk_change": trained,
    "out_of_sample_risk": anywhere,
    "optimal_label_weight": lambda s, d: (problem(s, d), shares(s, d)[0]),
    "optimal_pair": lambda s, d: (problem(s, d),),
    "optimal_stopping": lambda s, d: (problem(s, d),),
    "oracle_rounds": lambda s, d: (two_directions(s),),
    "optimal_student": lambda s, d: trained(s, d)[:2],
    "risk_change": lambda s, d: (problem(s, d), *shares(s, d)),
    "self_distillation_can_pay": lambda s, d: (problem(s, d),),
    "signal_to_noise": lambda s, d: (problem(s, d),),
    "spectral_risk": lambda s, d: (problem(s, d), shares(s, d)[0]),
    "tolerated_correlation": lambda s, d: shares(s, 2),
    "wiener_filter": lambda s, d: (problem(s, d),),
}
MEANINGFUL = {
    ("out_of_sample_risk", "student_matrix", "none"): "the teacher's risk",
    **endless(
        "training to the end",
        ("flow_risk_change", "teacher_time"),
        ("flow_risk_change", "student_time"),
        ("optimal_student", "teacher_time"),
    ),
}
RANGES = {
    **dict.fromkeys(
        (
            "direction_stopping_times", "out_of_sample_risk", "optimal_pair",
            "optimal_stopping", "optimal_student", "oracle_rounds", "signal_to_noise",
            "spectral_risk",
        ),
        (0.0, np.inf),
    ),
    **dict.fromkeys(("tolerated_correlation", "wiener_filter"), (0.0, 1.0)),
}  # fmt: skip
INFINITE = {
    **dict.fromkeys(
        ("optimal_pair", "optimal_stopping", "optimal_student"),
        "training to the end, or no student, may be best",
    ),
    "oracle_rounds": "no number of rounds may be enough",
}
