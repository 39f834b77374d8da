"""RM-10s to RM-14: displacements of drawn queries and points."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled

SIMULATED = "derived here; by simulation"

# Repetitions whose mean is one draw: it varies less in the same bounds.
REPEATS = 16


@dataclass(frozen=True, repr=False)
class DirectedSample(Instance):
    """A direction v, shape (..., d), and the numbers n and k."""

    direction: Any
    n_points: Any
    n_neighbors: Any

    @property
    def sizes(self) -> tuple[int, int, int]:
        """d, n and k of a batch of one."""
        n, k = int(self.n_points[0]), int(self.n_neighbors[0])
        return self.direction.shape[-1], n, k


def directed(direction: list[float], n: int, k: int = 1) -> DirectedSample:
    """A direction with the numbers of points and neighbours."""
    return DirectedSample(np.array(direction), np.array(n), np.array(k))


small_samples = Domain(
    "small_samples",
    "a few points in one to three dimensions, and a unit vector",
    lambda: [
        directed([1.0], 2, 1),
        directed([1.0], 4, 2),
        directed([0.6, 0.8], 4, 2),
        directed([2 / 3, 2 / 3, 1 / 3], 4, 3),
    ],
)

samples_on_a_line = Domain(
    "samples_on_a_line",
    "a few points on [−√3, √3]",
    lambda: [directed([1.0], 2, 1), directed([1.0], 2, 2), directed([1.0], 5, 2)],
)


def mean_nearest(displacements: Any, distances: Any, k: int) -> Any:
    """Means of the `k` displacements (..., n, d) at the smallest distances (..., n)."""
    xp = namespace(distances)
    order = xp.argsort(distances, axis=-1)[..., :k]
    return xp.take_along_axis(displacements, order[..., None], axis=-2).mean(axis=-2)


def squared_along(displacement: Any, direction: Any) -> Any:
    """⟨v, Δ⟩² for Δ (draws, repeats, d), averaged over repetitions: (1, draws)."""
    along = (displacement * direction).sum(axis=-1)
    return (along**2).mean(axis=-1)[None]


@claim("RM-10s", kind="identity", domain=samples_on_a_line, source=SIMULATED)
def simulated_interval(rg, sample, draws):
    """E(x − x̄ₖ)² of uniform points and queries on [−√3, √3] is that of RM-10e."""
    _, n, k = sample.sizes
    exact = rg.resmem.expected_interval_displacement(n, k)
    return sampled(_line(sample, draws), float(exact), 0.25, bounds=(0, 12))


def _line(sample: DirectedSample, draws: Any) -> Any:
    _, n, k = sample.sizes
    u = draws.stream.uniform((draws.n, REPEATS, n + 1, 1))
    delta = 2 * sqrt(3) * (u[..., :1, :] - u[..., 1:, :])
    return squared_along(mean_nearest(delta, abs(delta[..., 0]), k), sample.direction)


@simulated_interval.twin("it is (k+1)(k+2) / (k(n+1)(n+2)), as without the ends")
def _(rg, sample, draws):
    _, n, k = sample.sizes
    wrong = (k + 1) * (k + 2) / (k * (n + 1) * (n + 2))
    return sampled(_line(sample, draws), wrong, 0.25, bounds=(0, 12))


def _torus(sample: DirectedSample, draws: Any) -> tuple[Any, tuple[float, float]]:
    """⟨v, x − x̄ₖ⟩² with displacements wrapped to [−½, ½], and its bounds."""
    d, n, k = sample.sizes
    u = draws.stream.uniform((draws.n, REPEATS, n + 1, d))
    delta = u[..., :1, :] - u[..., 1:, :]
    delta = delta - namespace(delta).rint(delta)
    nearest = mean_nearest(delta, abs(delta).max(axis=-1), k)
    most = float(abs(sample.direction).sum()) / 2
    return squared_along(nearest, sample.direction), (0.0, most**2)


@claim("RM-11s", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_torus(rg, sample, draws):
    """Torus, k nearest by the largest wrapped difference: E⟨v, x − x̄ₖ⟩² of RM-11."""
    exact = rg.resmem.torus_displacement(*sample.sizes)
    values, bounds = _torus(sample, draws)
    return sampled(values, float(exact), 0.015, bounds=bounds)


@simulated_torus.twin("1/k² for 1/k")
def _(rg, sample, draws):
    wrong = rg.resmem.torus_displacement(*sample.sizes) / sample.sizes[2]
    values, bounds = _torus(sample, draws)
    return sampled(values, float(wrong), 0.015, bounds=bounds)


def ball_points(stream: Any, shape: tuple[int, ...], radius: float) -> Any:
    """Uniform points of a ball in ℝᵈ, `shape` being (..., d).

    Coordinates of a point of the sphere in ℝᵈ⁺², without two: Archimedes' theorem.
    """
    normal = stream.normal((*shape[:-1], shape[-1] + 2))
    length = namespace(normal).sqrt((normal**2).sum(axis=-1, keepdims=True))
    return radius * normal[..., : shape[-1]] / length


def _centre(sample: DirectedSample, draws: Any) -> Any:
    d, n, k = sample.sizes
    points = ball_points(draws.stream, (draws.n, REPEATS, n, d), 1.0)
    nearest = mean_nearest(points, (points**2).sum(axis=-1), k)
    return squared_along(nearest, sample.direction)


@claim("RM-11c", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_centre(rg, sample, draws):
    """Centre of a ball: E⟨v, x̄ₖ⟩² = ‖v‖²R²/(k(d+2)) · E (Dₖ₊₁/R)²."""
    exact = rg.resmem.centre_displacement(*sample.sizes)
    return sampled(_centre(sample, draws), float(exact), 0.03, bounds=(0, 1))


@simulated_centre.twin("1/k² for 1/k")
def _(rg, sample, draws):
    wrong = rg.resmem.centre_displacement(*sample.sizes) / sample.sizes[2]
    return sampled(_centre(sample, draws), float(wrong), 0.03, bounds=(0, 1))


# --- the nearest point in a ball of covariance I, and its base

ball_samples = Domain(
    "small_ball_samples",
    "a few points in the ball of radius √(d + 2), and a unit vector",
    lambda: [directed([0.6, 0.8], 3), directed([0.5, 0.5, 0.5, -0.5], 4)],
)


def to_nearest(draws: Any, d: int, n: int, repeats: int = REPEATS) -> tuple[Any, Any]:
    """x − x̃, (draws, repeats, d), and the points, (draws, repeats, n, d)."""
    drawn = ball_points(draws.stream, (draws.n, repeats, n + 1, d), sqrt(d + 2))
    points = drawn[..., 1:, :]
    delta = drawn[..., :1, :] - points
    return mean_nearest(delta, (delta**2).sum(axis=-1), 1), points


@claim("RM-12s", kind="identity", domain=ball_samples, source=SIMULATED)
def simulated_ball(rg, sample, draws):
    """E D² to the nearest of n drawn points of a ball is that of RM-12."""
    d, n, _ = sample.sizes
    delta, _ = to_nearest(draws, d, n)
    square = (delta**2).sum(axis=-1).mean(axis=-1)[None]
    exact = float(rg.resmem.ball_squared_distance(d, n))
    return sampled(square, exact, 0.5, bounds=(0, 4 * (d + 2)))


@simulated_ball.twin("it is (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary")
def _(rg, sample, draws):
    d, n, _ = sample.sizes
    delta, _ = to_nearest(draws, d, n)
    square = (delta**2).sum(axis=-1).mean(axis=-1)[None]
    inner = float(rg.resmem.ball_squared_distance_bounds(d, n)[0])
    return sampled(square, inner, 0.5, bounds=(0, 4 * (d + 2)))


@claim("RM-14", kind="identity", domain=ball_samples, source=SIMULATED)
def rotation_symmetry(rg, sample, draws):
    """Law of the points invariant under rotations: E⟨v, x − x̃⟩² = ‖v‖² E D²/d."""
    d, n, _ = sample.sizes
    values = squared_along(to_nearest(draws, d, n)[0], sample.direction)
    exact = float(rg.resmem.ball_squared_distance(d, n)) / d
    return sampled(values, exact, 0.5, bounds=(0, 4 * (d + 2)))


@rotation_symmetry.twin("without 1/d")
def _(rg, sample, draws):
    d, n, _ = sample.sizes
    values = squared_along(to_nearest(draws, d, n)[0], sample.direction)
    wrong = float(rg.resmem.ball_squared_distance(d, n))
    return sampled(values, wrong, 0.5, bounds=(0, 4 * (d + 2)))
