"""What is known of draws, of LIME's kernel, and of few features."""

from support.mirrors import Case
from support.parity import model


def relative(arguments, want):
    """Sums and products of numbers that are not negative have no cancellation."""
    return model(64, want)


CASES = {
    "kernel_efficiency": Case(relative),
    "kernel_scale": Case(relative),
    "quadratic_slope_variance": Case(relative),
    "sparse_fidelity": Case(relative),
}
ELSEWHERE = {
    "LocalExplanationDisplay": "tests/explainability/test_explainer.py",
    "LocalLinearExplainer": "tests/explainability/test_explainer.py",
}
