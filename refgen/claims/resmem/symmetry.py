"""RM-14: displacements under laws that rotations leave as they are."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import (
    PRECISION,
    REPEATS,
    directed,
    directed_samples,
    of_each,
)
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import integer

rotation_samples = directed_samples(
    "up to 5 points in the ball of radius √(d + 2), d from 2 to 4, and a unit vector",
    lambda: [
        directed([0.6, 0.8], 3, 1),
        directed([0.5, 0.5, 0.5, -0.5], 4, 3),
        directed([1.0, 0.0], 2, 2),
    ],
    n=integer(1, 5),
    k=integer(1, 5),
    d=integer(2, 4),
)

RADIUS = 0.5  # L, which leaves θ* − θ∞ = (1 − L) θ*
BANDWIDTH = 0.7


def _neighborhood(rg: Any, shape: tuple[int, ...]) -> Any:
    """Draws of T₂ for one neighbour and θ* = v, over (1 − L)² E D²/d."""

    def measure(stream: Any, v: Any, n: int, k: int) -> Any:
        r, d = rg.resmem, len(v)
        points = r.sample_points(stream.child("points"), (*shape, n), d)
        query = r.sample_points(stream.child("query"), (*shape, 1), d)
        nearest = query - r.displacements(points, query, 1)
        _, change = r.decomposition_terms(v, v, RADIUS * v, query, nearest)
        return change.mean(axis=-1)

    return measure


def _difference(rg: Any, shape: tuple[int, ...], power: float) -> Any:
    """Draws of d⟨v, Δ⟩² − ‖Δ‖² for k soft neighbours of a query on a sphere."""

    def measure(stream: Any, v: Any, n: int, k: int) -> Any:
        r, d = rg.resmem, len(v)
        points = r.sample_points(stream.child("soft points"), (*shape, n), d)
        normal = stream.child("soft query").normal((*shape, 1, d))
        query = normal / namespace(v).sqrt((normal**2).sum(axis=-1, keepdims=True))
        delta = r.displacements(points, query, k, "exponential", BANDWIDTH)[..., 0, :]
        along = (delta * v).sum(axis=-1) ** 2
        return (float(d) ** power * along - (delta**2).sum(axis=-1)).mean(axis=-1)

    return measure


@claim("RM-14", kind="identity", domain=rotation_samples, source=SIMULATED)
def rotation_symmetry(rg, sample, draws, power=1.0):
    """Law invariant under rotations: E⟨v, Δ⟩² = ‖v‖² E‖Δ‖²/d, Δ = x − Σ wⱼxⱼ.

    For any number of neighbours, and weights that depend on distances. For one
    neighbour E‖Δ‖² = E D², and the mean of T₂ is (1 − L)² E D²/d.
    """
    d, shape = sample.direction.shape[-1], (draws.n, REPEATS)
    square = rg.resmem.ball_squared_distance(d, sample.n_points)
    stage = (1 - RADIUS) ** 2 * square / float(d) ** power
    most = 4 * (1 - RADIUS) ** 2 * (d + 2)  # both ends are in the ball
    change = of_each(sample, draws, _neighborhood(rg, shape))
    apart = of_each(sample, draws, _difference(rg, shape, power))
    farthest = (1 + math.sqrt(d + 2)) ** 2  # from the unit sphere to a point
    bounds = (-farthest, (d**power - 1) * farthest)
    return (
        sampled(change, stage, PRECISION, bounds=(0, most), repeats=REPEATS),
        # Relative to d = E‖x‖².
        sampled(apart, 0.0, PRECISION, bounds=bounds, repeats=REPEATS, scale=d),
    )


rotation_symmetry.twin("1/d^1.05 for 1/d", power=1.05)
rotation_symmetry.twin("without 1/d", power=0.0)
