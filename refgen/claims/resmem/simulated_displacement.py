"""RM-10s, 11s, 11c, 12s and 14: displacements of drawn queries and points."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.draws import ball_points
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import (
    REPEATS,
    mean_nearest,
    squared_along,
    to_nearest,
)
from refgen.claims.resmem.ball import squared_distance, without_boundary
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import Domain


@dataclass(frozen=True, repr=False)
class DirectedSample(Instance):
    """A direction v, shape (..., d), and the numbers n and k."""

    direction: Any
    n_points: Any
    n_neighbors: Any

    @property
    def dnk(self) -> tuple[int, int, int]:
        """d, n and k of a batch of one."""
        n, k = int(self.n_points[0]), int(self.n_neighbors[0])
        return self.direction.shape[-1], n, k


def _directed(direction: list[float], n: int, k: int = 1) -> DirectedSample:
    return DirectedSample(np.array(direction), np.array(n), np.array(k))


# --- RM-10s, 11s and 11c: the interval, the torus, and the centre of a ball

line_samples = Domain(
    "a few points on [−√3, √3]",
    lambda: [_directed([1.0], 2, 1), _directed([1.0], 2, 2), _directed([1.0], 5, 2)],
)

small_samples = Domain(
    "a few points in one to three dimensions, and a unit vector",
    lambda: [
        _directed([1.0], 2, 1),
        _directed([1.0], 4, 2),
        _directed([0.6, 0.8], 4, 2),
        _directed([2 / 3, 2 / 3, 1 / 3], 4, 3),
    ],
)


def _on_a_line(sample: DirectedSample, draws: Any) -> Any:
    """⟨v, x − x̄ₖ⟩² on [−√3, √3]."""
    _, n, k = sample.dnk
    u = draws.stream.uniform((draws.n, REPEATS, n + 1, 1))
    delta = 2 * sqrt(3) * (u[..., :1, :] - u[..., 1:, :])
    return squared_along(mean_nearest(delta, abs(delta[..., 0]), k), sample.direction)


@claim("RM-10s", kind="identity", domain=line_samples, source=SIMULATED)
def simulated_interval(rg, sample, draws):
    """E(x − x̄ₖ)² of uniform points and queries on [−√3, √3] is that of RM-10e."""
    _, n, k = sample.dnk
    exact = float(rg.resmem.expected_interval_displacement(n, k))
    return sampled(_on_a_line(sample, draws), exact, 0.25, bounds=(0, 12))


@simulated_interval.twin_function(
    "it is (k+1)(k+2) / (k(n+1)(n+2)), as without the ends"
)
def _(rg, sample, draws):
    _, n, k = sample.dnk
    wrong = (k + 1) * (k + 2) / (k * (n + 1) * (n + 2))
    return sampled(_on_a_line(sample, draws), wrong, 0.25, bounds=(0, 12))


@claim("RM-11s", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_torus(rg, sample, draws, power=1):
    """Torus, k nearest by the largest wrapped difference: E⟨v, x − x̄ₖ⟩² of RM-11."""
    d, n, k = sample.dnk
    u = draws.stream.uniform((draws.n, REPEATS, n + 1, d))
    delta = u[..., :1, :] - u[..., 1:, :]
    wrapped = delta - namespace(delta).rint(delta)
    nearest = mean_nearest(wrapped, abs(wrapped).max(axis=-1), k)
    exact = float(rg.resmem.torus_displacement(d, n, k)) * k ** (1 - power)
    most = float(abs(sample.direction).sum()) / 2
    values = squared_along(nearest, sample.direction)
    return sampled(values, exact, 0.015, bounds=(0, most**2))


simulated_torus.twin("1/k² for 1/k", power=2)


@claim("RM-11c", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_centre(rg, sample, draws, power=1):
    """Centre of a ball: E⟨v, x̄ₖ⟩² = ‖v‖²R²/(k(d+2)) · E (Dₖ₊₁/R)²."""
    d, n, k = sample.dnk
    points = ball_points(draws.stream, (draws.n, REPEATS, n, d), 1.0)
    nearest = mean_nearest(points, (points**2).sum(axis=-1), k)
    exact = float(rg.resmem.centre_displacement(d, n, k)) * k ** (1 - power)
    values = squared_along(nearest, sample.direction)
    return sampled(values, exact, 0.03, bounds=(0, 1))


simulated_centre.twin("1/k² for 1/k", power=2)


# --- RM-12s and 14: the nearest point in a ball of covariance I

ball_samples = Domain(
    "a few points in the ball of radius √(d + 2), and a unit vector",
    lambda: [_directed([0.6, 0.8], 3), _directed([0.5, 0.5, 0.5, -0.5], 4)],
)


@claim("RM-12s", kind="identity", domain=ball_samples, source=SIMULATED)
def simulated_ball(rg, sample, draws, formula=squared_distance):
    """E D² to the nearest of n drawn points of a ball is that of RM-12."""
    d, n, _ = sample.dnk
    delta, _ = to_nearest(draws, d, n)
    square = (delta**2).sum(axis=-1).mean(axis=-1)[None]
    return sampled(square, float(formula(rg, d, n)), 0.5, bounds=(0, 4 * (d + 2)))


simulated_ball.twin(
    "it is (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary",
    formula=without_boundary,
)


@claim("RM-14", kind="identity", domain=ball_samples, source=SIMULATED)
def rotation_symmetry(rg, sample, draws, power=1):
    """Law of the points invariant under rotations: E⟨v, x − x̃⟩² = ‖v‖² E D²/d."""
    d, n, _ = sample.dnk
    delta, _ = to_nearest(draws, d, n)
    exact = float(rg.resmem.ball_squared_distance(d, n)) / d**power
    values = squared_along(delta, sample.direction)
    return sampled(values, exact, 0.5, bounds=(0, 4 * (d + 2)))


rotation_symmetry.twin("without 1/d", power=0)
