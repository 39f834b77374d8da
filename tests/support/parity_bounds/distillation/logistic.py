"""Logistic distillation."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def projected(arguments, want):
    """Rows are made orthonormal twice; the span is as sure as the rows' condition."""
    inputs, w = arguments
    n, p = inputs.shape[-2:]
    condition = np.linalg.cond(inputs)[:, None]
    return condition * model(8 * n * (n + p), np.linalg.norm(w, axis=-1)[:, None])


def trapezoid(arguments, want):
    """Quotients of sums of 512 terms: exp of up to 110, after a dozen operations."""
    return model(2 * 512 + 12 * 110, 0.5)


def mixture(arguments, want):
    """Poisson sums of at most 200 Beta tails, which step down from the first one.

    A step is exp of sums of logarithms up to 200, each off by up to 16 units.
    """
    return model(200 * 32 + 32 * 200, 1.0)


def angles(arguments, want):
    return model(4 * arguments[0].shape[-1] + 16, 1.0)


def powers(arguments, want):
    """n-th powers of sums of probabilities, and sums of them."""
    return model(int(arguments[1].max()) * (arguments[0].shape[-1] + 8) + 64, 1.0)


def caps(arguments, want):
    """The same with Beta tails, whose arguments are off by some roundings.

    A tail of p = 3 is steep at 0, like a root.
    """
    return powers(arguments, want) + model(400, 1.0)


CASES = {
    "directed_transfer_risk": Case(trapezoid),
    "gaussian_transfer_risk": Case(trapezoid),
    "gaussian_transfer_risk_bounds": Case(lambda a, want: model(16, 1.0)),
    "hard_label_margin": Case(lambda a, want: model(32, want)),
    "logistic_limit": Case(projected),
    "mixture_transfer_risk": Case(mixture),
    "rotation_transfer_bound": Case(caps),
    "teacher_angles": Case(angles),
    "transfer_risk_bounds": Case(powers),
}
