"""Complexities, deviations and bounds on risks."""

from support.mirrors import Case
from support.parity import model


def sums(arguments, want):
    """Sums, products and roots of numbers that are not negative."""
    return model(8 * arguments[0][0].size + 32, want)


def few(arguments, want):
    """Few operations; a logarithm may lose 2⁷ of its digits next to δ = 1."""
    if isinstance(want, tuple):
        return {f"result.{i}": model(128, part) for i, part in enumerate(want)}
    return model(128, want)


CASES = {
    "deviation_bound": Case(few),
    "label_scaled_points": Case(),
    "left_out_deviation": Case(few),
    "linear_complexity": Case(sums),
    "neighbor_complexity": Case(sums),
    "ridge_stability": Case(few),
    "risk_bound": Case(few),
    "uniform_risk_bounds": Case(few),
}
ELSEWHERE = {
    "explainability_bound": "tests/explainability/test_explainability_bound.py",
    "explainability_sweep": "tests/explainability/test_explainability_bound.py",
}
