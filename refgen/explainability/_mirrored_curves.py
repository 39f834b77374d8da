"""Mirrored fidelity by Monte Carlo, for many scales with the same draws."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.explainability.mirrored import mirrored_errors, mirrored_fit
from refgen.explainability.neighborhoods import GaussianNeighborhoods
from refgen.random import Stream

# Numbers that an array of an entry per source and point has at once: 16 MB.
_ENTRIES = 2**21


def errors_at_sources(
    points: Any, values: Any, scale: float, penalty: float, n_draws: int, stream: Stream
) -> tuple[Any, Any]:
    """Errors of training and left out, of each of n_draws sources from the mixture.

    The sources are near the points in turn, in a random order.
    """
    m, d = points.shape
    order = np.asarray(stream.child("order").permutation(m))
    sample = GaussianNeighborhoods(points, scale)
    train, left_out = np.empty(n_draws), np.empty(n_draws)
    for part in _parts(n_draws, m):
        normals = _normals(stream, part, d)
        near = points[order[np.arange(part.start, part.stop) % m]]
        found = mirrored_errors(sample, values, near + scale * normals, penalty)
        train[part], left_out[part] = found.train, found.left_out
    return train, left_out


def errors_at_targets(
    sample: GaussianNeighborhoods,
    values: Any,
    penalty: float,
    targets: tuple[Any, Any],
    n_draws: int,
    stream: Stream,
) -> Any:
    """Mean squared errors at each target, of explanations built near it.

    `targets` are points and values; there are at least n_draws sources in all, as many
    for each target.
    """
    points, wanted = targets
    n, d = points.shape
    each = -(-n_draws // n)
    squares = np.empty(n * each)
    for part in _parts(n * each, sample.n_points):
        owners = np.arange(part.start, part.stop) // each
        apart = float(sample.scale) * _normals(stream.child("test"), part, d)
        fit = mirrored_fit(sample, values, points[owners] + apart, penalty)
        said = fit.value - (fit.slope * apart).sum(axis=1)
        squares[part] = (said - wanted[owners]) ** 2
    return squares.reshape(n, each).mean(axis=1)


def _normals(stream: Stream, part: slice, d: int) -> Any:
    shape = part.stop - part.start, d
    return stream.child("normals").normal(shape, offset=part.start * d)


def _parts(n: int, m: int) -> Iterator[slice]:
    step = max(1, _ENTRIES // m)
    for start in range(0, n, step):
        yield slice(start, min(start + step, n))
