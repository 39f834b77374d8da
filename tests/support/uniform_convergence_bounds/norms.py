"""Bounds by norms of weights."""

from support.mirrors import Case
from support.parity import model


def relative(arguments, want):
    """Sums and products of numbers that are not negative have no cancellation."""
    return model(8 * arguments[0].shape[-1] + 16, want)


def quotient(arguments, want):
    """L ln(1 + 1/L) is at most 1, and so is the error's growth."""
    return model(16, want)


CASES = {
    "perturbation_bound": Case(relative),
    "perturbation_constant": Case(quotient),
    "two_thirds_norm": Case(relative),
    "width_factor": Case(relative),
}
ELSEWHERE = {"norm_bounds": "tests/uniform_convergence/test_norm_bounds.py"}
