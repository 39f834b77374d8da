"""Calls of filters, and of designs in their eigendirections."""

import numpy as np

import refgen.distillation as rd
from support.calls import endless


def spectra(draws, d):
    """Four spectra, with zeros in some."""
    return np.maximum(draws.child("spectrum").exponential((4, d)) - 0.1, 0.0)


def times(draws):
    return draws.child("time").exponential(4)


def filters(draws, d, name="filter"):
    return np.floor(9 * draws.child(name).uniform((4, d))) / 8


def weights(draws):
    return draws.child("weight").uniform(4)


def design_spectrum(draws, d):
    return spectra(draws, d), draws.normal((4, 3, d)), draws.child("c").normal((4, d))


ARGUMENTS = {
    "DesignSpectrum": design_spectrum,
    "distilled_filter": lambda s, d: (
        filters(s, d, "teacher"),
        filters(s, d, "student"),
        weights(s),
    ),
    "gradient_descent_filter": lambda s, d: (
        spectra(s, d),
        np.arange(4.0),
        1.9 / (1e-9 + spectra(s, d).max(axis=-1)),
    ),
    "gradient_flow_filter": lambda s, d: (spectra(s, d), times(s)),
    "iterated_ridge_filter": lambda s, d: (
        spectra(s, d),
        times(s),
        0.5 + np.arange(4.0),
    ),
    "repeated_filter": lambda s, d: (
        filters(s, d),
        np.array([0.0, 1.0, 7.0, 1e9]),
        weights(s),
    ),
    "ridge_filter": lambda s, d: (spectra(s, d), times(s)),
}
X = np.array([[2.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
DESIGN = rd.DesignSpectrum.from_design(X, [1.0, -1.0, 0.5])
CALLS = {
    "DesignSpectrum.coefficients": [
        (DESIGN, np.array([0.5, 1.0])),
        (DESIGN, np.array([0.5, 1.0]), np.array([1.0, 2.0])),
    ],
    "DesignSpectrum.from_design": (X, np.array([1.0, -1.0, 0.5])),
    "DesignSpectrum.with_teacher": (DESIGN, np.array([0.5, 1.0])),
}
MEANINGFUL = {
    **endless("training to the end", ("gradient_flow_filter", "time")),
    **endless("the limit of many rounds", ("repeated_filter", "n_rounds")),
}
RANGES = {
    "gradient_descent_filter": (0.0, 2.0),
    **dict.fromkeys(
        (
            "gradient_flow_filter", "iterated_ridge_filter",
            "repeated_filter", "ridge_filter",
        ),
        (0.0, 1.0),
    ),
}  # fmt: skip
