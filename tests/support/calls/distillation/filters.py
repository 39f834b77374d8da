"""Calls of filters."""

import numpy as np


def spectra(draws, d):
    """Four spectra, with zeros in some."""
    return np.maximum(draws.child("spectrum").exponential((4, d)) - 0.1, 0.0)


def times(draws):
    return draws.child("time").exponential(4)


ARGUMENTS = {
    "gradient_descent_filter": lambda s, d: (
        spectra(s, d),
        np.arange(4.0),
        1.9 / (1e-9 + spectra(s, d).max(axis=-1)),
    ),
    "gradient_flow_filter": lambda s, d: (spectra(s, d), times(s)),
    "ridge_filter": lambda s, d: (spectra(s, d), times(s)),
}
MEANINGFUL = {
    ("gradient_flow_filter", "time", "infinity"): "training to the end",
}
RANGES = {
    "gradient_descent_filter": (0.0, 2.0),
    "gradient_flow_filter": (0.0, 1.0),
    "ridge_filter": (0.0, 1.0),
}
