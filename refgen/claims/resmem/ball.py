"""RM-12, 12b, 13 and 18: the nearest point in a ball, a recalled rate, break-even."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.resmem import LinearProblem

DERIVED = "derived here"
YANG = "Yang et al. 2023 (arXiv 2302.01576), recalled"

# More than the quadrature has nodes in the claims: each is a positive term.
NODES = 2**16


# --- RM-12: the distance at finite n


@dataclass(frozen=True, repr=False)
class BallSample(Instance):
    """Centre 0 of a ball in ℝᵈ, shape (..., d), and a number of points in it."""

    centre: Any
    n_points: Any

    @property
    def n_features(self) -> int:
        return self.centre.shape[-1]


def _ball(d: int, n: int) -> BallSample:
    return BallSample(np.zeros(d), np.array(float(n)))


def _sampled_ball(rg: Any, stream: Any, size: int) -> BallSample:
    (d,) = block_sizes(stream, (1, 6))
    u = stream.uniform(size)
    xp = namespace(u)
    # A million at most: the rule is the same for all of a dimension and a size.
    return BallSample.trusted(
        centre=xp.zeros((size, d)), n_points=xp.floor(10 ** (6 * u))
    )


ball_samples = Domain(
    "ball_samples",
    "n up to 10⁶ points in up to 6 dimensions",
    lambda: [_ball(1, 2), _ball(2, 1), _ball(3, 100), _ball(5, 10**4), _ball(16, 20)],
    lambda: st.builds(_ball, st.integers(1, 6), st.integers(1, 100)),
    _sampled_ball,
)


@claim("RM-12", kind="identity", domain=ball_samples, source=DERIVED, cost=128)
def ball_quadrature(rg, sample):
    """E D² by quadrature is 6(n+7)/((n+1)(n+2)(n+3)) for d = 1, and 2d for n = 1."""
    n, d = sample.n_points, sample.n_features
    line = 6 / (n + 1) * ((n + 7) / (n + 2)) / (n + 3)
    pair = 2.0 * d
    square = rg.resmem.ball_squared_distance
    return (
        measured(square(1, n), line, line, NODES),
        measured(square(d, n / n), pair, pair, NODES),
    )


@ball_quadrature.twin(
    "E D² = (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary"
)
def _(rg, sample):
    inner, _ = rg.resmem.ball_squared_distance_bounds(1, sample.n_points)
    line = rg.resmem.expected_interval_displacement(sample.n_points)
    return measured(inner, line, line, NODES)


@claim("RM-12b", kind="inequality", domain=ball_samples, source=DERIVED, cost=128)
def ball_bounds(rg, sample):
    """E D² is at least its value without boundary, and O(n^(−3/d)) above it."""
    d, n = sample.n_features, sample.n_points
    square = rg.resmem.ball_squared_distance(d, n)
    low, high = rg.resmem.ball_squared_distance_bounds(d, n)
    return measured(low, square, square, NODES), measured(square, high, high, NODES)


@ball_bounds.twin("the boundary brings points no farther apart")
def _(rg, sample):
    d, n = sample.n_features, sample.n_points
    low, _ = rg.resmem.ball_squared_distance_bounds(d, n)
    return measured(rg.resmem.ball_squared_distance(d, n), low, low, NODES)


# --- RM-13: the recalled rate as an upper bound

CONSTANT = 2.597

recalled_grid = Domain(
    "recalled_grid",
    "d in {1, 2, 3, 5}, n in {2, 8, 64, 512}, L in {.1, .5, .9}",
    lambda: [
        LinearProblem(np.ones(d), np.eye(d)[0], radius)
        for d in (1, 2, 3, 5)
        for radius in (0.1, 0.5, 0.9)
    ],
)


def _risk_and_parts(rg: Any, problem: LinearProblem, sizes: Any) -> tuple[Any, ...]:
    """ResMem's risk with the population's base, and both terms of the rate; by n."""
    xp, d = namespace(problem.radius), problem.n_features
    n, radius = xp.asarray(sizes), problem.radius[:, None]
    risk = (1 - radius) ** 2 * rg.resmem.ball_squared_distance(d, n) / d
    bound = rg.resmem.recalled_risk_bound(d, n, radius)
    first = d**2 * radius**2 * n ** (-2 / 3)
    return risk, bound, first


GRID_SIZES = (2.0, 8.0, 64.0, 512.0)


@claim("RM-13", kind="inequality", domain=recalled_grid, source=YANG)
def recalled_rate(rg, problem):
    """Risk ≤ 2.597 (d²L²n^(−2/3) + d²(1−L)² (log(n^(1/d))/n)^(1/d)) on a grid.

    Recalled. The base is the population's, which for d = 1 is every sample's.
    """
    risk, bound, _ = _risk_and_parts(rg, problem, GRID_SIZES)
    return measured(risk, CONSTANT * bound, risk, NODES)


@recalled_rate.twin("the first term alone bounds the risk")
def _(rg, problem):
    risk, _, first = _risk_and_parts(rg, problem, GRID_SIZES)
    return measured(risk, CONSTANT * first, risk, NODES)


@recalled_rate.twin("so does the rate with exponent 3/d, up to n = 10¹⁴")
def _(rg, problem):
    sizes, d = (*GRID_SIZES, 1e8, 1e14), problem.n_features
    risk, bound, first = _risk_and_parts(rg, problem, sizes)
    factor = (d * (1 - problem.radius[:, None])) ** 2
    steeper = first + factor * ((bound - first) / factor) ** 3
    return measured(risk, CONSTANT * steeper, risk, NODES)


@recalled_rate.twin("the constant 1 suffices")
def _(rg, problem):
    risk, bound, _ = _risk_and_parts(rg, problem, GRID_SIZES)
    return measured(risk, bound, risk, NODES)


# --- RM-18: from which n on memorizing pays

ball_dimensions = Domain(
    "ball_dimensions",
    "d from 1 to 12 and 16, two L",
    lambda: [
        LinearProblem(np.ones(d), np.eye(d)[0], radius)
        for d in (*range(1, 13), 16)
        for radius in (0.1, 0.9)
    ],
)


def _population_risk(rg: Any, problem: LinearProblem, n: int) -> Any:
    """ResMem's with k = 1: (1 − L)² E D²/d."""
    d = problem.n_features
    square = float(rg.resmem.ball_squared_distance(d, n))
    return (1 - problem.radius) ** 2 * (square / d)


@claim("RM-18", kind="existence", domain=ball_dimensions, source=DERIVED)
def break_even(rg, problem):
    """Some n, the same for all L, from which on ResMem beats its population base.

    At n = 1 it never does: its risk is twice the base's. For d = 1 it does from n = 2.
    """
    base, d = (1 - problem.radius) ** 2, problem.n_features
    n = int(rg.resmem.break_even_n(d))
    before, at = (_population_risk(rg, problem, m) for m in (n - 1, n))
    twice = _population_risk(rg, problem, 1)
    return (
        measured(base, at, 2 * base, NODES),
        measured(before, base, 2 * base, NODES),
        measured(twice, 2 * base, 2 * base, NODES, kind="identity"),
    )


@break_even.twin("ResMem beats its base for every n")
def _(rg, problem):
    base = (1 - problem.radius) ** 2
    return measured(base, _population_risk(rg, problem, 1), 2 * base, NODES)


@break_even.twin("one point per dimension is enough: n = d")
def _(rg, problem):
    base = (1 - problem.radius) ** 2
    at = _population_risk(rg, problem, problem.n_features)
    return measured(base, at, 2 * base, NODES)
