"""Calls about matching teachers to students, and about many rounds."""

import numpy as np

from support.calls import endless
from support.calls.distillation.filters import filters, spectra, times, weights


def positive(draws, d):
    return 0.01 + draws.child("spectrum").exponential((4, d))


def two_times(draws):
    return times(draws), draws.child("student").exponential(4)


def two_directions(draws):
    weak = 0.01 + draws.child("weak").exponential(4)
    return weak + draws.child("more").exponential(4), weak


def ratios(draws):
    return 0.01 + 0.99 * draws.child("ratio").uniform(4)


ROUNDS = np.array([0.0, 1.0, 7.0, 1e9])
ARGUMENTS = {
    "equal_rounds_time": lambda s, d: (
        0.1 + times(s),
        0.01 + s.child("times").exponential((4, d)),
    ),
    "equivalent_penalty": lambda s, d: (
        spectra(s, d),
        *two_times(s),
        0.5 + np.arange(4.0) / 2,
    ),
    "equivalent_time": lambda s, d: (spectra(s, d), *two_times(s), weights(s)),
    "exaggeration": lambda s, d: (*two_directions(s), *two_times(s)),
    "exaggeration_bounds": lambda s, d: (*two_directions(s), *two_times(s)),
    "flow_attenuation": lambda s, d: (times(s), ratios(s)),
    "gradient_descent_rates": lambda s, d: (
        spectra(s, d),
        0.9 / (1e-9 + spectra(s, d).max(axis=-1)),
    ),
    "gumbel_profile": lambda s, d: (s.normal((4, d)),),
    "lost_time": lambda s, d: (spectra(s, d), *two_times(s), weights(s)),
    "repeated_flow_filter": lambda s, d: (spectra(s, d), times(s), ROUNDS),
    "repeated_penalty": lambda s, d: (
        spectra(s, d),
        times(s),
        np.array([0.0, 1.0, 2.0, 5.0]),
    ),
    "ridge_attenuation": lambda s, d: (times(s), ratios(s)),
    "scheduled_flow_filter": lambda s, d: (
        spectra(s, d),
        s.child("times").exponential((4, 3)),
    ),
    "stopping_times": lambda s, d: (positive(s, d), filters(s, d)),
    "threshold_bounds": lambda s, d: (0.1 + times(s), 1 + 10.0 ** np.arange(4.0)),
    "threshold_time": lambda s, d: (0.1 + times(s), 10.0 ** np.arange(4.0)),
}
MEANINGFUL = {
    **endless(
        "training to the end",
        *(
            (name, parameter)
            for name in ("equivalent_time", "exaggeration", "exaggeration_bounds")
            for parameter in ("teacher_time", "student_time")
        ),
        ("lost_time", "teacher_time"),
        ("repeated_flow_filter", "time"),
    ),
    **endless(
        "the limit of many rounds",
        ("repeated_flow_filter", "n_rounds"),
        ("repeated_penalty", "n_rounds"),
    ),
}
INFINITE = {
    "equivalent_penalty": "nothing is left of a direction",
    "equivalent_time": "training to the end",
    "repeated_penalty": "nothing is left of a direction",
    "stopping_times": "a share of 1 is learned in infinite time",
}
RANGES = {
    **dict.fromkeys(
        (
            "equal_rounds_time", "equivalent_penalty", "equivalent_time",
            "flow_attenuation", "gradient_descent_rates", "lost_time",
            "repeated_penalty", "ridge_attenuation", "stopping_times",
            "threshold_time",
        ),
        (0.0, np.inf),
    ),
    **dict.fromkeys(
        (
            "exaggeration", "exaggeration_bounds", "gumbel_profile",
            "repeated_flow_filter", "scheduled_flow_filter", "threshold_bounds",
        ),
        (0.0, 1.0),
    ),
}  # fmt: skip
