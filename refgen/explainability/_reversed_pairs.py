"""Fits of the reversed pair: checked arguments, and some sources at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, in_one_place
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._local_ridge import LocalRidge, local_ridge
from refgen.explainability._log_kernels import log_kernels, log_total
from refgen.explainability.neighborhoods import GaussianNeighborhoods

# Numbers that an array of an entry per source and point has at once: 16 MB.
_ENTRIES = 2**21

_SINGULAR = (
    "penalty is too small for a unique fit at some source, as few points are near it; "
    "give a larger penalty or scale"
)


def fits(
    sample: Any, points: Any, values: Any, sources: Any, penalty: Any
) -> tuple[Any, ...]:
    """g at its source, its slope, and its mean squared error at the points."""
    fit, weights = _fitted(sample, points, values, sources, penalty)
    return (
        fit.intercepts + (fit.coefficients * sources).sum(axis=-1),
        fit.coefficients,
        (weights * fit.residuals**2).sum(axis=-1),
    )


def errors_of_fits(
    sample: Any, points: Any, values: Any, sources: Any, penalty: Any
) -> tuple[Any, ...]:
    """Mean squared errors of training and left out, and what the fit minimizes."""
    fit, weights = _fitted(sample, points, values, sources, penalty)
    if bool((fit.leverages >= 1).any()):
        raise ValueError(_SINGULAR)
    left_out = fit.residuals / (1 - fit.leverages)
    train = (weights * fit.residuals**2).sum(axis=-1)
    norm = fit.intercepts**2 + (fit.coefficients**2).sum(axis=-1)
    return train, (weights * left_out**2).sum(axis=-1), train + penalty * norm


def in_parts(
    function: Callable[..., tuple], sample: Any, *arguments: Any
) -> list[tuple]:
    """`function` of some sources at a time, as memory for all may be too little."""
    points, values, sources, penalty = _checked(sample, *arguments)
    shape = np.broadcast_shapes(
        sample.scale.shape, values.shape[:-1], sources.shape[:-2]
    )
    n = sources.shape[-2]
    step = max(1, _ENTRIES // (math.prod(shape) * sample.n_points))
    return [
        function(
            sample,
            points,
            values,
            sources[..., start : start + step, :],
            penalty[..., start : start + step],
        )
        for start in range(0, n, step)
    ]


def _checked(sample: Any, values: Any, sources: Any, penalty: Any) -> list[Any]:
    check_instance("sample", sample, GaussianNeighborhoods)
    values, sources, penalty, points = in_one_place(
        values=check_scale("values", as_floats("values", values, 1), 1),
        sources=check_scale("sources", as_floats("sources", sources, 2), 2),
        penalty=as_not_negative("penalty", penalty),
        points=sample.points,
    )
    if values.shape[-1] != sample.n_points:
        raise ValueError(
            f"values has shape {values.shape} for n_points={sample.n_points}; give one "
            "for each point"
        )
    if sources.shape[-1] != sample.n_features:
        raise ValueError(
            f"sources must have shape (..., n_sources, {sample.n_features}) for points "
            f"of shape {points.shape}, got {sources.shape}"
        )
    shape = batch_shape(penalty=penalty.shape, sources=sources.shape[:-1])
    batch_shape(sample=sample.scale.shape, values=values.shape[:-1], sources=shape[:-1])
    penalty = namespace(sources).broadcast_to(penalty, shape)
    return [points, values, sources, penalty]


def _fitted(
    sample: Any, points: Any, values: Any, sources: Any, penalty: Any
) -> tuple[LocalRidge, Any]:
    """Fits, and weights that sum to 1."""
    xp = namespace(points)
    logs = log_kernels(points, sources, sample.scale)
    logs = logs - log_total(logs)[..., None]
    try:
        return local_ridge(points, values, logs, penalty), xp.exp(logs)
    except np.linalg.LinAlgError as error:
        raise ValueError(_SINGULAR) from error
