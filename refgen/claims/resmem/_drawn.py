"""Displacements of drawn queries from drawn points."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.draws import ball_points
from refgen.domains import Record, not_a, record, vector

# Repetitions whose mean is one draw: it varies less in the same bounds.
REPEATS = 32

PRECISION = 0.07  # of means, relative


@dataclass(frozen=True, repr=False)
class DirectedSample(Instance):
    """A direction v of length 1, shape (..., d), and the numbers n and k."""

    direction: Any
    n_points: Any
    n_neighbors: Any


def directed(direction: list[float], n: int, k: int = 1) -> DirectedSample:
    """One sample size with its direction."""
    return DirectedSample(np.array(direction), np.array(n), np.array(k))


def _directed(direction: Any, n: Any, k: Any) -> DirectedSample:
    return DirectedSample(direction, n, 1 + (k - 1) % n)


def not_a_sample(sample: Any) -> str | None:
    """Why there is no unit vector with numbers 1 ≤ k ≤ n."""
    reason = not_a(DirectedSample, sample)
    if reason:
        return reason
    norm = float(np.sqrt((np.asarray(sample.direction, float) ** 2).sum()))
    n, k = float(sample.n_points), float(sample.n_neighbors)
    if not abs(norm - 1) <= 1e-9:
        return f"direction must have length 1, got {norm:g}"
    if n % 1 or k % 1 or not 1 <= k <= n:
        return f"n and k must be whole numbers with 1 ≤ k ≤ n, got {n:g} and {k:g}"
    return None


def directed_samples(
    description: str, examples: Callable[[], Any], n: Any, d: Any, k: Any = 1
) -> Record:
    """Samples of a few points and directions, drawn both ways."""
    fields = {"d": d, "direction": vector("d", norm=1), "n": n, "k": k}
    return record(
        _directed, description, examples=examples, outside=not_a_sample, **fields
    )


def of_each(sample: DirectedSample, draws: Any, measure: Callable[..., Any]) -> Any:
    """`measure(stream, direction, n, k)` of every instance, stacked along the batch.

    Sizes shape the draws, so that instances are measured one by one.
    """
    xp = namespace(sample.direction)
    return xp.stack(
        [
            measure(
                draws.stream.child("instance", str(i)),
                sample.direction[i],
                int(sample.n_points[i]),
                int(sample.n_neighbors[i]),
            )
            for i in range(sample.direction.shape[0])
        ]
    )


def mean_nearest(displacements: Any, distances: Any, k: int) -> Any:
    """Means of the `k` displacements (..., n, d) at the smallest distances (..., n)."""
    if k == distances.shape[-1]:
        return displacements.mean(axis=-2)
    xp = namespace(distances)
    order = xp.argsort(distances, axis=-1)[..., :k]
    return xp.take_along_axis(displacements, order[..., None], axis=-2).mean(axis=-2)


def squared_along(displacement: Any, direction: Any) -> Any:
    """⟨v, Δ⟩² of Δ (draws, repeats, d), averaged over repetitions and signs: (draws,).

    Reflections of a coordinate leave the laws as they are, and the mean of ⟨v, Δ⟩²
    over all signs of the coordinates of Δ is Σ vᵢ²Δᵢ².
    """
    return ((displacement * direction) ** 2).sum(axis=-1).mean(axis=-1)


def to_nearest(stream: Any, shape: tuple[int, ...], n: int, d: int) -> tuple[Any, Any]:
    """x − x̃ (*shape, d) in the ball of covariance I, and the points (*shape, n, d)."""
    drawn = ball_points(stream, (*shape, n + 1, d), sqrt(d + 2))
    points = drawn[..., 1:, :]
    delta = drawn[..., :1, :] - points
    return mean_nearest(delta, (delta**2).sum(axis=-1), 1), points
