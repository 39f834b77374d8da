"""Calls of quantiles and brackets."""

import numpy as np

from support.calls.uniform_convergence.losses import example

METHODS = ("coupling", "negation", "coupling", "negation", "isoperimetric")


def chances(draws):
    return 0.01 + 0.98 * draws.child("chance").uniform(4)


def small(draws, name):
    return 0.01 + 0.2 * draws.child(name).uniform(4)


def counts(d):
    return 2 + np.arange(4.0) * d


def noise(draws, d):
    """Of four samples of d points in d + 2 dimensions, and of a third one."""
    shape = (4, d, d + 2)
    length = 1 + draws.child("length").exponential(4)
    return draws.child("noise").normal(shape), length, draws.child("new").normal(shape)


ARGUMENTS = {
    "coupled_noise": noise,
    "coupling_level": lambda s, d: (
        example(s, d),
        chances(s),
        chances(s.child("product")),
        2 + s.child("excess").exponential(4),
        np.arange(4.0),
    ),
    "dimension_for_gap": lambda s, d: (counts(d), chances(s), small(s, "epsilon")),
    "generalization_gap": lambda s, d: (example(s, d), chances(s)),
    "isoperimetric_level": lambda s, d: (
        example(s, d),
        chances(s),
        0.1 + 2 * s.child("zeta").uniform(4),
    ),
    "log_max_deviation_sf": lambda s, d: (counts(d), 6 * s.child("u").normal(4)),
    "log_probability_not_all_wrong": lambda s, d: (example(s, d),),
    "max_deviation_sf": lambda s, d: (counts(d), 2 * s.child("u").normal(4)),
    "probability_all_wrong": lambda s, d: (example(s, d), s.child("least").normal(4)),
    "smallest_uniform_gap": lambda s, d: (
        s.child("gaps").uniform((4, d, d)),
        chances(s),
    ),
    "sufficient_dimension": lambda s, d: (
        counts(d),
        small(s, "delta"),
        small(s, "epsilon"),
    ),
    "test_error_quantile": lambda s, d: (example(s, d), chances(s)),
    "transfer_bound": lambda s, d: (
        chances(s),
        s.child("error").uniform(4),
        chances(s),
        s.child("missed").uniform(4),
    ),
    "uniform_convergence_bracket": lambda s, d: (
        example(s, d),
        chances(s),
        METHODS[d % 5],
    ),
}
RANGES = {
    "coupling_level": (0.0, 1.0),
    "dimension_for_gap": (2.0, 2.0**50),
    "generalization_gap": (-1.0, 0.5),
    "isoperimetric_level": (0.0, 2.0),
    "log_max_deviation_sf": (-np.inf, 0.0),
    "log_probability_not_all_wrong": (-np.inf, 0.0),
    "max_deviation_sf": (0.0, 1.0),
    "probability_all_wrong": (0.0, 1.0),
    "smallest_uniform_gap": (0.0, np.inf),
    "sufficient_dimension": (0.0, np.inf),
    "test_error_quantile": (0.0, 0.5),
    "transfer_bound": (0.0, 1.0),
    "uniform_convergence_bracket": (0.0, 1.0),
}
