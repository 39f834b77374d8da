"""Matching teachers to students, and many rounds.

Each function is exp, log, expm1 and log1p of numbers to their own digits, so that few
roundings, relative to the result, are made. An exponent multiplies its rounding.
"""

import numpy as np

from support.mirrors import Case
from support.parity import ROUNDINGS_OF_LOG, model

FEW = 20 * ROUNDINGS_OF_LOG


def relative(arguments, want):
    """A few roundings of the result, which are all of positive terms."""
    parts = want if isinstance(want, tuple) else (want,)
    size = max(np.max(p[np.isfinite(p)], initial=0.0) for p in parts)
    return model(FEW, size)


def entries(arguments, want):
    return model(FEW, np.where(np.isfinite(want), want, 0.0))


def exponents(arguments, want):
    """e^−x with exponents up to 40 that are rounded."""
    return model(40 * FEW, 1.0)


def times(arguments, want):
    """log(1 + y)/λ for y = e^x: an exponent moves y by its rounding."""
    spectrum, first, second, _ = arguments
    exponent = 1 + spectrum * (first + second)[:, None]
    return model(FEW, exponent * (want + second[:, None]))


def learned_times(arguments, want):
    """−log(1 − w)/λ: exponents, and a logarithm near 1."""
    spectrum, first, second, weight = arguments
    exponent = 1 + spectrum * (first + second)[:, None] + 1 / (1 - weight[:, None])
    return model(FEW, exponent * (want + 1e-300))


def penalties(arguments, want):
    """e^x − 1 with x = log(1 + λ/ρ): relative roundings, by x where it is large."""
    logs = np.log1p(arguments[0] / np.minimum(*arguments[1:3])[:, None])
    order = 1 + 1 / arguments[3][:, None]
    return model(FEW, np.where(np.isfinite(want), want, 0) * (1 + logs) * order)


def rounds(arguments, want):
    logs = np.log1p(arguments[1][:, None] / np.maximum(arguments[0], 1e-300))
    size = np.where(np.isfinite(want), want, 0.0)
    return model(FEW, size * (1 + arguments[2][:, None] * logs))


def attenuations(arguments, want):
    """−log(1 − e^−x), twice: roundings of x where it is small are those of the rest."""
    return model(FEW, want + 1)


CASES = {
    "equal_rounds_time": Case(entries),
    "equivalent_penalty": Case(penalties),
    "equivalent_time": Case(learned_times, endless=("teacher_time", "student_time")),
    "exaggeration": Case(exponents, endless=("teacher_time", "student_time")),
    "exaggeration_bounds": Case(exponents, endless=("teacher_time", "student_time")),
    "flow_attenuation": Case(attenuations),
    "gradient_descent_rates": Case(entries),
    "gumbel_profile": Case(exponents),
    "lost_time": Case(times, endless=("teacher_time",)),
    "repeated_flow_filter": Case(exponents, endless=("time", "n_rounds")),
    "repeated_penalty": Case(rounds, endless=("n_rounds",)),
    "ridge_attenuation": Case(attenuations),
    "scheduled_flow_filter": Case(exponents),
    "stopping_times": Case(entries),
    "threshold_bounds": Case(exponents),
    "threshold_time": Case(entries),
}
