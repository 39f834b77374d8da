"""RM-10s, 11s, 11c and 12s: displacements of drawn queries and points."""

from __future__ import annotations

from math import sqrt
from typing import Any

from refgen.arrays import namespace
from refgen.claims.draws import ball_points
from refgen.claims.registry import claim
from refgen.claims.resmem._drawn import (
    PRECISION,
    REPEATS,
    DirectedSample,
    directed,
    directed_samples,
    mean_nearest,
    of_each,
    squared_along,
    to_nearest,
)
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import integer


def _exact(sample: DirectedSample, formula: Any) -> Any:
    """`formula(d, n, k)` of every instance, (batch,)."""
    d = sample.direction.shape[-1]
    return formula(d, sample.n_points, sample.n_neighbors)


LINES = 16  # repeats on the line, where queries are integrated exactly

# --- RM-10s, 11s and 11c: the interval, the torus, and the centre of a ball

line_samples = directed_samples(
    "up to 6 points on [−√3, √3]",
    lambda: [directed([1.0], 2, 1), directed([1.0], 2, 2), directed([1.0], 5, 2)],
    n=integer(1, 6),
    k=integer(1, 6),
    d=1,
)

small_samples = directed_samples(
    "up to 5 points in one to three dimensions, and a unit vector",
    lambda: [
        directed([1.0], 2, 1),
        directed([1.0], 4, 2),
        directed([0.6, 0.8], 4, 2),
        directed([2 / 3, 2 / 3, 1 / 3], 4, 3),
    ],
    n=integer(1, 5),
    k=integer(1, 5),
    d=integer(1, 3),
)


def _windows(rg: Any, n_draws: int) -> Any:
    """Draws of E[(x − x̄ₖ)² | points] on [−√3, √3], by RM-10."""

    def measure(stream: Any, direction: Any, n: int, k: int) -> Any:
        points = rg.resmem.sample_points(stream, (n_draws, LINES, n), 1)[..., 0]
        sorted_points = namespace(points).sort(points, axis=-1)
        edge = sqrt(3)
        return rg.resmem.interval_displacement(sorted_points, k, -edge, edge).mean(-1)

    return measure


@claim("RM-10s", kind="identity", domain=line_samples, source=SIMULATED)
def simulated_interval(rg, sample, draws, ends=1.0):
    """E(x − x̄ₖ)² of uniform points and queries on [−√3, √3] is that of RM-10e."""
    n, k = sample.n_points, sample.n_neighbors
    exact = rg.resmem.expected_interval_displacement(n, k)
    # Of the brackets of RM-10e this part belongs to the two ends.
    at_ends = (k + 1) * (k + 3) / ((n - k) + (k + 1) * (k + 3))
    claimed = exact * (1 + (ends - 1) * at_ends)
    values = of_each(sample, draws, _windows(rg, draws.n))
    # |x − x̄ₖ| ≤ |x| + √3, and E(|x| + √3)² = 7.
    return sampled(values, claimed, PRECISION, bounds=(0, 7), repeats=LINES)


simulated_interval.twin("the ends count 5 % more", ends=1.05)
simulated_interval.twin("as without the ends: only inner borders count", ends=0.0)


@claim("RM-11s", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_torus(rg, sample, draws, power=1):
    """Torus, k nearest by the largest wrapped difference: E⟨v, x − x̄ₖ⟩² of RM-11."""

    def measure(stream: Any, direction: Any, n: int, k: int) -> Any:
        u = stream.uniform((draws.n, REPEATS, n + 1, len(direction)))
        delta = u[..., :1, :] - u[..., 1:, :]
        wrapped = delta - namespace(delta).rint(delta)
        nearest = mean_nearest(wrapped, abs(wrapped).max(axis=-1), k)
        return squared_along(nearest, direction)

    values = of_each(sample, draws, measure)
    exact = _exact(sample, rg.resmem.torus_displacement)
    claimed = exact * sample.n_neighbors ** (1.0 - power)
    return sampled(values, claimed, PRECISION, bounds=(0, 1 / 4), repeats=REPEATS)


simulated_torus.twin("1/k^1.05 for 1/k", power=1.05)
simulated_torus.twin("1/k² for 1/k", power=2)


@claim("RM-11c", kind="identity", domain=small_samples, source=SIMULATED)
def simulated_centre(rg, sample, draws, power=1):
    """Centre of a ball: E⟨v, x̄ₖ⟩² = ‖v‖²R²/(k(d+2)) · E (Dₖ₊₁/R)²."""

    def measure(stream: Any, direction: Any, n: int, k: int) -> Any:
        points = ball_points(stream, (draws.n, REPEATS, n, len(direction)), 1.0)
        nearest = mean_nearest(points, (points**2).sum(axis=-1), k)
        return squared_along(nearest, direction)

    values = of_each(sample, draws, measure)
    exact = _exact(sample, rg.resmem.centre_displacement)
    claimed = exact * sample.n_neighbors ** (1.0 - power)
    return sampled(values, claimed, PRECISION, bounds=(0, 1), repeats=REPEATS)


simulated_centre.twin("1/k^1.05 for 1/k", power=1.05)
simulated_centre.twin("1/k² for 1/k", power=2)


# --- RM-12s: the nearest point in a ball of covariance I

ball_samples = directed_samples(
    "up to 5 points in the ball of radius √(d + 2), and a unit vector",
    lambda: [
        directed([0.6, 0.8], 3),
        directed([0.5, 0.5, 0.5, -0.5], 4),
        directed([1.0, 0.0, 0.0], 1),
    ],
    n=integer(1, 5),
    d=integer(1, 4),
)


@claim("RM-12s", kind="identity", domain=ball_samples, source=SIMULATED)
def simulated_ball(rg, sample, draws, boundary=1.0):
    """E D² to the nearest of n drawn points of a ball is that of RM-12."""
    d, shape = sample.direction.shape[-1], (draws.n, REPEATS)

    def measure(stream: Any, direction: Any, n: int, k: int) -> Any:
        delta, _ = to_nearest(stream, shape, n, d)
        return (delta**2).sum(axis=-1).mean(axis=-1)

    values = of_each(sample, draws, measure)
    inside, _ = rg.resmem.ball_squared_distance_bounds(d, sample.n_points)
    exact = rg.resmem.ball_squared_distance(d, sample.n_points)
    claimed = inside + boundary * (exact - inside)
    bounds = (0, 4 * (d + 2))
    return sampled(values, claimed, PRECISION, bounds=bounds, repeats=REPEATS)


simulated_ball.twin("the boundary adds a tenth less", boundary=0.9)
simulated_ball.twin(
    "it is (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary", boundary=0.0
)
