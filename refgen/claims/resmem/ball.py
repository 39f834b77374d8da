"""RM-12, 12b, 13 and 18: the nearest point in a ball, a recalled rate, break-even."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal, exceeds
from refgen.claims.registry import claim
from refgen.claims.sources import YANG
from refgen.domains import Domain, integer, real, record
from refgen.resmem import LinearProblem

# More than the quadrature of E D² has nodes: each is a positive term.
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


def _ball_sample(centre: Any, n_points: Any) -> BallSample:
    return BallSample(centre, namespace(n_points).floor(n_points))


def _ball(d: int, n: int) -> BallSample:
    return BallSample(np.zeros(d), np.array(float(n)))


ball_samples = record(
    _ball_sample,
    "n up to 10⁶ points in up to 6 dimensions",
    d=integer(1, 6),
    centre=real(0, 0, shape=("d",)),
    n_points=real(1, 1e6, log=True),
    examples=lambda: [
        _ball(d, n) for d, n in ((1, 2), (2, 1), (3, 100), (5, 10**4), (16, 20))
    ],
)


def squared_distance(rg: Any, d: int, n: Any) -> Any:
    """E D², by quadrature."""
    return rg.resmem.ball_squared_distance(d, n)


def without_boundary(rg: Any, d: int, n: Any) -> Any:
    """What E D² would be if no boundary were near."""
    return rg.resmem.ball_squared_distance_bounds(d, n)[0]


@claim("RM-12", kind="identity", domain=ball_samples, cost=128)
def ball_quadrature(rg, sample, square=squared_distance):
    """E D² by quadrature is 6(n+7)/((n+1)(n+2)(n+3)) for d = 1, and 2d for n = 1."""
    n, d = sample.n_points, sample.n_features
    line = 6 / (n + 1) * ((n + 7) / (n + 2)) / (n + 3)
    return (
        equal(square(rg, 1, n), line, line, roundings=NODES),
        equal(square(rg, d, n / n), 2 * d, 2 * d, roundings=NODES),
    )


ball_quadrature.twin(
    "E D² = (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary",
    square=without_boundary,
)


@claim("RM-12b", kind="inequality", domain=ball_samples, cost=128)
def ball_bounds(rg, sample):
    """E D² is at least its value without boundary, and O(n^(−3/d)) above it."""
    d, n = sample.n_features, sample.n_points
    square = rg.resmem.ball_squared_distance(d, n)
    low, high = rg.resmem.ball_squared_distance_bounds(d, n)
    return ascending(low, square, high, scale=square, roundings=NODES)


@ball_bounds.twin_function("the boundary brings points no farther apart")
def _(rg, sample):
    d, n = sample.n_features, sample.n_points
    low = without_boundary(rg, d, n)
    return at_most(squared_distance(rg, d, n), low, low, roundings=NODES)


# --- RM-13: the recalled rate as an upper bound

CONSTANT = 2.597


def _sphere_problem(d: int, radius: float) -> LinearProblem:
    """Σ = I and ‖θ*‖ = 1."""
    return LinearProblem(np.ones(d), np.eye(d)[0], radius)


recalled_grid = Domain(
    "d in {1, 2, 3, 5}, n in {2, 8, 64, 512}, L in {.1, .5, .9}",
    lambda: [_sphere_problem(d, r) for d in (1, 2, 3, 5) for r in (0.1, 0.5, 0.9)],
)
GRID_SIZES = (2.0, 8.0, 64.0, 512.0)


def _resmem_risk(rg: Any, problem: LinearProblem, sizes: Any) -> Any:
    """(1 − L)² E D²/d, with k = 1 and the population's base, (batch, sizes)."""
    d, missed = problem.n_features, (1 - problem.radius[:, None]) ** 2
    n = namespace(missed).asarray(sizes, float)
    return missed * rg.resmem.ball_squared_distance(d, n) / d


def _recalled(rg: Any, d: int, n: Any, radius: Any) -> Any:
    return rg.resmem.recalled_risk_bound(d, n, radius)


def _first_term(rg: Any, d: int, n: Any, radius: Any) -> Any:
    return d**2 * radius**2 * n ** (-2 / 3)


def _steeper(rg: Any, d: int, n: Any, radius: Any) -> Any:
    """The second term with the exponent 3/d."""
    second = (namespace(n).log(n) / d / n) ** (3 / d)
    return _first_term(rg, d, n, radius) + d**2 * (1 - radius) ** 2 * second


@claim("RM-13", kind="inequality", domain=recalled_grid, source=YANG.at("recalled"))
def recalled_rate(rg, problem, constant=CONSTANT, rate=_recalled, sizes=GRID_SIZES):
    """Risk ≤ 2.597 (d²L²n^(−2/3) + d²(1−L)² (log(n^(1/d))/n)^(1/d)) on a grid.

    Recalled. The base is the population's, which for d = 1 is every sample's.
    """
    risk = _resmem_risk(rg, problem, sizes)
    n, radius = namespace(risk).asarray(sizes), problem.radius[:, None]
    bound = constant * rate(rg, problem.n_features, n, radius)
    return at_most(risk, bound, risk, roundings=NODES)


recalled_rate.twin("the first term alone bounds the risk", rate=_first_term)
recalled_rate.twin(
    "so does the rate with exponent 3/d, up to n = 10¹⁴",
    rate=_steeper,
    sizes=(*GRID_SIZES, 1e8, 1e14),
)
recalled_rate.twin("the constant 1 suffices", constant=1)


# --- RM-18: from which n on memorizing pays

ball_dimensions = Domain(
    "d from 1 to 12 and 16, two L",
    lambda: [_sphere_problem(d, r) for d in (*range(1, 13), 16) for r in (0.1, 0.9)],
)


@claim("RM-18", kind="existence", domain=ball_dimensions)
def break_even(rg, problem):
    """Some n, the same for all L, from which on ResMem beats its population base.

    At n = 1 it never does: its risk is twice the base's. For d = 1 it does from n = 2.
    """
    n = rg.resmem.break_even_n(problem.n_features)
    first, before, at = _resmem_risk(rg, problem, (1, n - 1, n)).T
    base = (1 - problem.radius) ** 2
    return (
        exceeds(base, at, 2 * base, roundings=NODES),
        exceeds(before, base, 2 * base, roundings=NODES),
        equal(first, 2 * base, 2 * base, roundings=NODES),
    )


def _beats_base(rg: Any, problem: LinearProblem, n: int) -> Any:
    base = (1 - problem.radius) ** 2
    risk = _resmem_risk(rg, problem, (n,))[:, 0]
    return exceeds(base, risk, 2 * base, roundings=NODES)


@break_even.twin_function("ResMem beats its base for every n")
def _(rg, problem):
    return _beats_base(rg, problem, 1)


@break_even.twin_function("one point per dimension is enough: n = d")
def _(rg, problem):
    return _beats_base(rg, problem, problem.n_features)
