"""Functions with closed forms, and fits around points."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def by_law(arguments, want):
    """A sine of w·μ + β, and of exponentials of s²‖w‖² and τ²‖w‖².

    What is left of a small u is as accurate as u.
    """
    function, mean, *_ = arguments
    terms = (abs(function.weights) * abs(mean)).sum(axis=-1) + abs(function.offset)
    size = 1 + terms + (function.weights**2).sum(axis=-1)
    return {
        f"result.{i}": model(64 * function.n_features, size) * _left(arguments)
        for i in range(2)
    }


def _left(arguments):
    """The largest fidelity that phases and spreads leave: ½(1 − e^(−u))² or so."""
    function, _, _, scale = arguments
    u = scale**2 * (function.weights**2).sum(axis=-1)
    return np.minimum(u * u, 1.0)


def mirrored(arguments, want):
    function, points, mean, *_ = arguments
    size = 1 + (abs(function.weights) * (abs(points) + abs(mean))).sum(axis=-1)
    size = size + abs(function.offset) + (function.weights**2).sum(axis=-1)
    far = 1 + abs(points).sum(axis=-1) + abs(mean).sum(axis=-1)
    off = model(64 * function.n_features, size * far * (1 + size))
    return {"result.0": off, "result.1": off[:, None], "result.2": off}


def on_grid(arguments, want):
    """Sums over a grid of values of up to 1, at points of such a size."""
    function, points, scale, n_nodes = arguments
    terms = (abs(function.weights) * (abs(points) + 6 * scale[:, None])).sum(axis=-1)
    size = 1 + terms + abs(function.offset)
    off = model(4 * n_nodes**function.n_features, size)
    slope = (off / np.minimum(scale, 1.0))[:, None]
    return {"result.0": off, "result.1": slope, "result.2": off}


def bent(arguments, want):
    function, points, scale, n_nodes = arguments
    terms = (abs(function.weights) * (abs(points) + 6 * scale[:, None])).sum(axis=-1)
    square = (function.weights**2).sum(axis=-1)
    size = scale**4 * square**2 * (1 + terms + abs(function.offset))
    return {f"result.{i}": model(8 * n_nodes**2, size) for i in range(5)}


def quadratic(arguments, want):
    """Solutions of triangular systems, of a size that conditions multiply."""
    hessian, spread, scale = arguments
    d = hessian.shape[-1]
    square = (hessian**2).sum(axis=(-1, -2)) * np.linalg.norm(scale, axis=(-1, -2)) ** 2
    conditions = np.linalg.cond(spread) * np.linalg.cond(scale)
    return {
        "result.0": model(32 * d * d, square),
        "result.1": model(64 * d * d, square * conditions),
    }


def pairs_of_kinks(arguments, want):
    kinks, changes, scale = arguments
    apart = 1 + (abs(kinks).sum(axis=-1) / scale) ** 2
    return model(
        64 + kinks.shape[-1], scale**3 * abs(changes).sum(axis=-1) ** 2 * apart
    )


CASES = {
    "Absolute": Case(),
    "Bump": Case(),
    "Exponential": Case(),
    "Linear": Case(),
    "Quadratic": Case(),
    "ReLURidge": Case(),
    "Sine": Case(),
    "Step": Case(),
    "anisotropic_fidelity": Case(quadratic),
    "fidelity_from_hessian": Case(bent),
    "gaussian_fidelity": Case(by_law),
    "gaussian_mirrored_fit": Case(mirrored),
    "local_fit_by_quadrature": Case(on_grid),
    "piecewise_linear_fidelity": Case(pairs_of_kinks),
    "transfer": Case(lambda arguments, want: model(64, want)),
}
