"""Bounds by norms of weights."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def relative(arguments, want):
    """Sums and products of numbers that are not negative have no cancellation."""
    return model(8 * arguments[0].shape[-1] + 16, want)


def quotient(arguments, want):
    """Few operations; L ln(1 + 1/L) is at most 1, and so is the error's growth."""
    if isinstance(want, tuple):
        return {f"result.{i}": model(16, part) for i, part in enumerate(want)}
    return model(16, want)


def conditioned(arguments, want):
    """Solutions of triangular systems, to the condition number of K, at most tr K."""
    kernel, n = arguments[0], arguments[0].shape[-1]
    trace = np.einsum("...ii->...", kernel)[:, None]
    size = trace * (1 + abs(arguments[1])).max(axis=-1, keepdims=True) ** 2
    if len(arguments) == 3:
        size = size * (1 + n * arguments[2][:, None] ** 2)
    off = model(16 * n * n, size)
    return dict.fromkeys(("result", "result.0", "result.1", "result.2"), off)


def network(arguments, want):
    """Norms of products, and a spectral norm to the rounding of the Frobenius norm."""
    v, w, u, x, r = arguments
    sizes = [np.sqrt((a**2).reshape(len(a), -1).sum(axis=1)) for a in (v, w, u, x)]
    return model(256, (1 + r) * np.prod([size + r for size in sizes], axis=0))


CASES = {
    "append_biases": Case(),
    "near_initialization_bound": Case(network),
    "noisy_squared_distance": Case(conditioned),
    "norm_bound_floor": Case(quotient),
    "origin_ball_bound": Case(network),
    "perturbation_bound": Case(relative),
    "perturbation_constant": Case(quotient),
    "prequential_distance": Case(conditioned),
    "two_thirds_norm": Case(relative),
    "width_factor": Case(relative),
}
ELSEWHERE = {
    "BoundGrowthDisplay": "tests/uniform_convergence/test_bound_growth.py",
    "norm_bound_growth": "tests/uniform_convergence/test_bound_growth.py",
    "norm_bounds": "tests/uniform_convergence/test_norm_bounds.py",
}
