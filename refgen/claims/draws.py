"""Draws that Monte-Carlo claims of several theories share."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def choices(weights: Any, stream: Any, shape: tuple[int, ...]) -> Any:
    """Indices (batch, *shape), drawn with probabilities `weights` (batch, n).

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.random import Stream
    >>> choices(np.array([[0.0, 1.0]]), Stream(0), (3,)).tolist()
    [[1, 1, 1]]
    """
    uniform = stream.uniform((weights.shape[0], *shape))
    edges = namespace(weights).cumsum(weights, axis=-1)
    chosen = 0
    for i in range(weights.shape[-1] - 1):
        chosen = chosen + (uniform >= edges[:, i].reshape(-1, *(1 for _ in shape)))
    return chosen + namespace(weights).zeros(uniform.shape, int)


def counts(chosen: Any, n: int) -> Any:
    """How often each of `n` indices was chosen along the last axis, (..., n).

    Examples
    --------
    >>> import numpy as np
    >>> counts(np.array([2, 0, 2]), 3).tolist()
    [1, 0, 2]
    """
    xp = namespace(chosen)
    return xp.stack([(chosen == i).sum(axis=-1) for i in range(n)], axis=-1)


def ball_points(stream: Any, shape: tuple[int, ...], radius: float) -> Any:
    """Uniform points of a ball in ℝᵈ, `shape` being (..., d).

    Coordinates of a point of the sphere in ℝᵈ⁺², without two: Archimedes' theorem.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> bool(((ball_points(Stream(0), (100, 3), 2.0) ** 2).sum(axis=-1) < 4).all())
    True
    """
    normal = stream.normal((*shape[:-1], shape[-1] + 2))
    length = namespace(normal).sqrt((normal**2).sum(axis=-1, keepdims=True))
    return radius * normal[..., : shape[-1]] / length
