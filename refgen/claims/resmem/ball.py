"""RM-12, 12p, 12b and 13: the nearest point in a ball, and a recalled rate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._balls import (
    BallSize,
    Dimension,
    by_angles,
    by_dimension,
    nearer_of_two,
)
from refgen.claims.sources import YANG
from refgen.domains import integer, real, record
from refgen.special import gamma_ratio

# --- RM-12: the distance at finite n


def _size(d: int, n: int) -> BallSize:
    # Rounding must not take n below itself.
    return BallSize(np.array(d), np.array(math.log10(n + 0.5)))


ball_sizes = record(
    BallSize,
    "up to 500 points in up to 12 dimensions",
    n_features=integer(1, 12),
    magnitude=real(0, 2.699),
    examples=lambda: [
        _size(d, n) for d, n in ((1, 2), (2, 1), (3, 100), (5, 400), (2, 2), (12, 7))
    ],
)


def squared_distance(rg: Any, d: int, n: Any) -> Any:
    """E D², by quadrature."""
    return rg.resmem.ball_squared_distance(d, n)


def without_boundary(rg: Any, d: int, n: Any) -> Any:
    """What E D² would be if no boundary were near."""
    return rg.resmem.ball_distance_limit(d) * gamma_ratio(n + 1, 2 / d)


@claim("RM-12", kind="identity", domain=ball_sizes, cost=512)
def ball_quadrature(rg, size, square=squared_distance, share=1):
    """E D² is an integral of the lens of two balls, 6(n+7)/((n+1)(n+2)(n+3)) on a line.

    Both sides integrate; they share no rule, no substitution and no formula of caps.
    """
    d, n = size.n_features, size.n_points
    found = share * by_dimension(lambda d, n: square(rg, d, n), d, n)
    exact, line = by_dimension(by_angles, d, n), _on_a_line(n)
    return equal(found, exact, exact), equal(share * square(rg, 1, n), line, line)


def _on_a_line(n: Any) -> Any:
    return 6 / (n + 1) * ((n + 7) / (n + 2)) / (n + 3)


ball_quadrature.twin(
    "E D² = (d + 2) Γ(1 + 2/d) n!/Γ(n + 1 + 2/d), as without boundary",
    square=without_boundary,
)
ball_quadrature.twin("E D² is a hundredth larger", share=1 / 1.01)


# --- RM-12p: one point, and two

many_dimensions = record(
    Dimension,
    "balls of 1 to 24 dimensions",
    n_features=integer(1, 24),
    examples=lambda: [Dimension(np.array(d)) for d in (1, 2, 3, 24)],
)


@claim("RM-12p", kind="identity", domain=many_dimensions, cost=512)
def nearer_point(rg, ball, share=1, second=2):
    """E D² is 2d for one point; for two it is found along the line through them.

    With two it is 9/10 for d = 1, 7/3 for d = 2 and 173/44 for d = 3.
    """
    xp, d = namespace(ball.n_features), ball.n_features

    def nearest_of(n: int) -> Any:
        square, n = rg.resmem.ball_squared_distance, xp.asarray(n)
        return share * by_dimension(lambda d: square(d, n), d)

    pair = by_dimension(lambda d: nearer_of_two(xp, d), d)
    return equal(nearest_of(1), 2.0 * d, 2.0 * d), equal(nearest_of(second), pair, pair)


nearer_point.twin("E D² is a hundredth larger", share=1 / 1.01)
nearer_point.twin("the nearer of two is as far as the nearest of three", second=3)


# --- RM-12b: the boundary

bounded_sizes = record(
    BallSize,
    "up to 10⁹ points in up to 12 dimensions",
    n_features=integer(1, 12),
    magnitude=real(0, 9),
    examples=lambda: [
        _size(d, n) for d, n in ((1, 2), (1, 30), (2, 1), (3, 100), (5, 10**8), (12, 1))
    ],
)


@claim("RM-12b", kind="inequality", domain=bounded_sizes, cost=512)
def ball_bounds(rg, size, least=1, most=1):
    """What the boundary adds to E D², from below and above; on a line both are exact.

    At least 2(d+2) c Γ(3/d) G less an O(n^(−4/d)), at most that plus an O(n^(−4/d)),
    and at most 4(d+2) Γ(3/d) G, with G = n!/Γ(n + 1 + 3/d); E D² ≤ 2d.
    """
    d, n = size.n_features, size.n_points
    xp, line = namespace(n), _on_a_line(n)

    def bounds(d: Any, n: Any) -> list[Any]:
        """Both bounds, with another share of what they say about the boundary."""
        bound, inside = rg.resmem.ball_squared_distance_bounds, _inside(rg, d, n)
        found = [
            by_dimension(lambda d, n, i=i: bound(d, n)[i], d, n) - inside
            for i in (0, 1)
        ]
        return [inside + least * found[0], inside + most * found[1]]

    square = by_dimension(rg.resmem.ball_squared_distance, d, n)
    low, high = bounds(d, n)
    alone = bounds(d, xp.ones(d.shape))[1]
    return (
        ascending(_inside(rg, d, n), low, square, high, scale=square, sharp=True),
        [equal(bound, line, line) for bound in bounds(d // d, n)],
        equal(alone, 2.0 * d, 2.0 * d),
    )


def _inside(rg: Any, d: Any, n: Any) -> Any:
    return by_dimension(lambda d, n: without_boundary(rg, d, n), d, n)


ball_bounds.twin("the boundary adds 39/40 of the upper bound at most", most=39 / 40)
ball_bounds.twin("the boundary adds 41/40 of the lower bound", least=41 / 40)
ball_bounds.twin("the boundary brings points no farther apart", most=0)


# --- RM-13: the recalled rate as an upper bound

# The best constants for the population's base: on a line, and in more dimensions.
CONSTANT = 9 / (5 * math.log(2))
ABOVE_A_LINE = 7 / (12 * math.sqrt(math.log(2)))


@dataclass(frozen=True, repr=False)
class BaseInBall(Instance):
    """d from 2 on, the decimal logarithm of n, and L, shapes (...)."""

    n_features: Any
    magnitude: Any
    radius: Any

    @property
    def n_points(self) -> Any:
        return namespace(self.magnitude).floor(10.0**self.magnitude)


recalled_sizes = record(
    BaseInBall,
    "2 to 10⁶ points, 1 to 8 dimensions, L from 0.0001 to 0.97",
    n_features=integer(2, 8),
    magnitude=real(math.log10(2.5), 6),
    radius=real(1e-4, 0.97, log=True),
    examples=lambda: [
        BaseInBall(np.array(d), np.array(math.log10(n + 0.5)), np.array(radius))
        for d, n, radius in ((2, 2, 1e-4), (3, 8, 0.1), (5, 512, 0.5), (8, 64, 0.9))
    ],
)


# A norm L whose square is no more than a rounding.
_LITTLE = 1e-9


def _recalled(rg: Any, d: int, n: Any, radius: Any) -> Any:
    return rg.resmem.recalled_risk_bound(d, n, radius)


def _first_term(rg: Any, d: int, n: Any, radius: Any) -> Any:
    """What is left of the rate without (1 − L)² times its value at L = 0."""
    little = 0 * radius + _LITTLE
    second = rg.resmem.recalled_risk_bound(d, n, little) / (1 - _LITTLE) ** 2
    return rg.resmem.recalled_risk_bound(d, n, radius) - (1 - radius) ** 2 * second


@claim(
    "RM-13",
    kind="inequality",
    domain=recalled_sizes,
    source=YANG.at("recalled"),
    cost=64,
)
def recalled_rate(
    rg, sample, on_a_line=CONSTANT, elsewhere=ABOVE_A_LINE, rate=_recalled
):
    """Risk ≤ C (d²L²n^(−2/3) + d²(1−L)² (log(n^(1/d))/n)^(1/d)), C = 2.596851 at d = 1.

    From two dimensions on C = 0.700655 is enough. Both are the best possible. The rate
    is recalled. The base is the population's, which for d = 1 is every sample's.
    """
    parts = []
    for constant, d in (
        (on_a_line, sample.n_features // sample.n_features),
        (elsewhere, sample.n_features),
    ):
        rows = (d, sample.n_points, sample.radius)
        risk = by_dimension(lambda d, n, L: _resmem_risk(rg, d, n, L), *rows)
        bound = by_dimension(lambda d, n, L: rate(rg, d, n, L), *rows)
        parts.append(at_most(risk, constant * bound, risk, sharp=True))
    return *parts, _first_term_is_stated(rg, sample)


def _first_term_is_stated(rg: Any, sample: BaseInBall) -> Any:
    """The part of the rate that no risk needs is d²L²n^(−2/3)."""
    rows = sample.n_features, sample.n_points, sample.radius
    first = by_dimension(lambda d, n, L: _first_term(rg, d, n, L), *rows)
    bound = by_dimension(lambda d, n, L: _recalled(rg, d, n, L), *rows)
    d, n, radius = rows
    return equal(first, (d * radius) ** 2 / n ** (2 / 3), bound)


def _resmem_risk(rg: Any, d: int, n: Any, radius: Any) -> Any:
    """(1 − L)² E D²/d, with k = 1 and the population's base."""
    return (1 - radius) ** 2 * rg.resmem.ball_squared_distance(d, n) / d


recalled_rate.twin("2.59 suffices on a line", on_a_line=2.59)
recalled_rate.twin("0.7 suffices from two dimensions on", elsewhere=0.7)
recalled_rate.twin("the first term alone bounds the risk", rate=_first_term)
