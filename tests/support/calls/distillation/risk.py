"""Calls of problems, their risks and their best stopping times."""

import numpy as np

import refgen.distillation as kd
from support.calls.distillation.filters import spectra


def problem(draws, d):
    """Four problems, with null directions and coefficients of 0 in some."""
    coefficients = draws.child("coefficients").normal((4, d))
    return kd.SpectralProblem(
        spectra(draws, d),
        np.where(abs(coefficients) < 0.2, 0.0, coefficients),
        0.1 + draws.child("noise").uniform(4),
        np.array([5.0, 9.0, 40.0, 1000.0]),
    )


ARGUMENTS = {
    "SpectralProblem": lambda s, d: tuple(vars(problem(s, d)).values()),
    "signal_to_noise": lambda s, d: (problem(s, d),),
}
RANGES = {
    "signal_to_noise": (0.0, np.inf),
}
