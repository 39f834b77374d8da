"""Fits of the reversed pair, and training errors."""

import numpy as np

from support.mirrors import Case
from support.parity import model


def size(values):
    return (values**2).max(axis=-1)


def conditions(arguments):
    """(1 + Σ‖x̃‖²/λ), of the normal equations; also bounds 1/(1 − ℓ)."""
    sample, _, _, penalty = arguments
    norms = 1 + (sample.points**2).sum(axis=-1).max(axis=-1)
    return 1 + norms[..., None] / penalty


def distances(arguments):
    """Of sources from points in scales, half squared: exponents have errors of them."""
    sample, _, sources, _ = arguments
    apart = sources[..., :, None, :] - sample.points[..., None, :, :]
    squares = (apart**2).sum(axis=-1).max(axis=-1)
    return 1 + squares / sample.scale[..., None] ** 2


def fit(arguments, want):
    values, sources = arguments[1:3]
    each = np.sqrt(size(values))[..., None] * conditions(arguments) ** 2
    each = each * distances(arguments)
    far = 1 + np.sqrt((sources**2).sum(axis=-1))
    return {
        "result.0": model(64, each * far),
        "result.1": model(64, each[..., None]),
        "result.2": model(64, each * np.sqrt(size(values))[..., None]),
    }


def errors(arguments, want):
    each = size(arguments[1])[..., None] * conditions(arguments) ** 3
    return model(64, each * distances(arguments))


def line(arguments, want):
    """Weights have the errors of exponents of up to (8.5 + extent)²/2."""
    sample, values = arguments
    extent = np.ptp(sample.points[..., 0], axis=-1) / sample.scale
    return model(64, size(values) * (9 + extent) ** 2)


def intervals(arguments, want):
    return model(256, size(arguments[1]))


def drawn(arguments, want):
    normals, values = arguments
    design = np.concatenate([np.ones((*values.shape, 1)), normals], axis=-1)
    half = values.shape[-1] // 2
    parts = design[..., :half, :], design[..., half:, :]
    worst = np.max([np.linalg.cond(part) for part in parts], axis=0)
    longest = 1 + (normals**2).sum(axis=-1).max(axis=-1)
    return model(256, size(values) * worst**4 * longest**2)


CASES = {
    "drawn_fidelity": Case(drawn),
    "line_mirrored_fidelity": Case(line),
    "mirrored_errors": Case(errors),
    "mirrored_fit": Case(fit),
    "penalty_for_norm_bound": Case(),
    "uniform_mirrored_fidelity": Case(intervals),
}
