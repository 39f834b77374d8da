"""Displacements of drawn queries from drawn points."""

from __future__ import annotations

from math import sqrt
from typing import Any

from refgen.arrays import namespace
from refgen.claims.draws import ball_points

# Repetitions whose mean is one draw: it varies less in the same bounds.
REPEATS = 16


def mean_nearest(displacements: Any, distances: Any, k: int) -> Any:
    """Means of the `k` displacements (..., n, d) at the smallest distances (..., n)."""
    xp = namespace(distances)
    order = xp.argsort(distances, axis=-1)[..., :k]
    return xp.take_along_axis(displacements, order[..., None], axis=-2).mean(axis=-2)


def squared_along(displacement: Any, direction: Any) -> Any:
    """⟨v, Δ⟩² for Δ (draws, repeats, d), averaged over repetitions: (1, draws)."""
    along = (displacement * direction).sum(axis=-1)
    return (along**2).mean(axis=-1)[None]


def to_nearest(draws: Any, d: int, n: int, repeats: int = REPEATS) -> tuple[Any, Any]:
    """x − x̃ (draws, repeats, d) in the ball of covariance I, and the points.

    The points have shape (draws, repeats, n, d).
    """
    drawn = ball_points(draws.stream, (draws.n, repeats, n + 1, d), sqrt(d + 2))
    points = drawn[..., 1:, :]
    delta = drawn[..., :1, :] - points
    return mean_nearest(delta, (delta**2).sum(axis=-1), 1), points
