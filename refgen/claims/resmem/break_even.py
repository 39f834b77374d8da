"""RM-18 and 18b: from which number of points on memorizing pays."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.claims.kinds import at_most, exceeds
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.claims.resmem._balls import Dimension, by_angles, by_dimension, share_within
from refgen.domains import Domain, integer, record
from refgen.resmem import LinearProblem

# --- RM-18


def _sphere_problem(d: int, radius: float) -> LinearProblem:
    """Σ = I and ‖θ*‖ = 1."""
    return LinearProblem(np.ones(d), np.eye(d)[0], radius)


ball_dimensions = Domain(
    "d from 1 to 12 and 16, two L",
    lambda: [_sphere_problem(d, r) for d in (*range(1, 13), 16) for r in (0.1, 0.9)],
)


@claim("RM-18", kind="existence", domain=ball_dimensions)
def break_even(rg, problem, share=1):
    """From some n on, the same for all L, ResMem beats its population base; not before.

    The risks with and without memory follow from integrals over the lens of two balls.
    """
    r, d = rg.resmem, problem.n_features
    n = r.break_even_n(d) + 0 * problem.radius
    missed = (1 - problem.radius) ** 2
    base = share * r.irreducible_risk(problem)
    before, at = (missed * by_angles(d, size) / d for size in (n - 1, n))
    return exceeds(base, at, 2 * base), exceeds(before, base, 2 * base)


break_even.twin("the risk falls below 0.98 of the base's at that n", share=0.98)


@break_even.twin_function("one point per dimension is enough: n = d")
def _(rg, problem):
    base = rg.resmem.irreducible_risk(problem)
    d, n = problem.n_features, problem.n_features + 0 * problem.radius
    risk = (1 - problem.radius) ** 2 * rg.resmem.ball_squared_distance(d, n) / d
    return exceeds(base, risk, 2 * base)


# --- RM-18b: bounds that need one integral

bounded_dimensions = record(
    Dimension,
    "balls of 2 to 20 dimensions",
    n_features=integer(2, 20),
    examples=lambda: [Dimension(np.array(d)) for d in (2, 3, 8, 20)],
)


def _within_of_another(xp: Any, d: int, r: Any) -> Any:
    """E F(r): the probability that two points of the unit ball are within r."""
    betainc, square = special_functions(r).betainc, r**2 / 4
    half = (d + 1) / 2
    near = betainc(half, xp.asarray(0.5), 1 - square)
    return r**d * near + betainc(half, xp.asarray(half), square)


def _within_of_the_sphere(xp: Any, d: int, r: Any) -> Any:
    """F(r | 1): the share of the unit ball within r of a point of its sphere."""
    cos = 1 - r**2 / 2
    return share_within(d, 1.0, r**2, cos, r * xp.sqrt(1 - r**2 / 4))


def _square(law: Any, xp: Any, d: int, n: Any) -> Any:
    """(d + 2) ∫₀² 2r (1 − F(r))ⁿ dr, (batch,)."""
    x, w = unit_nodes(xp, 64)
    panels = (0.0, 0.25, 0.5, 1.0, 2.0)
    pairs = list(pairwise(panels))
    r = xp.concatenate([a + (b - a) * x for a, b in pairs])
    mass = 2 * r * xp.concatenate([(b - a) * w for a, b in pairs])
    free = xp.maximum(1 - law(xp, d, r), 0.0)
    return (d + 2) * (free ** n[:, None] * mass).sum(axis=-1)


@claim("RM-18b", kind="inequality", domain=bounded_dimensions, cost=512)
def break_even_bounds(rg, ball, share=1, factor=1):
    """The break-even n lies between those of (d+2) ∫ 2r (1 − F)ⁿ dr for two laws F.

    Of two random points, and of a random point and one of the sphere.
    """
    xp, d = namespace(ball.n_features), ball.n_features
    n = by_dimension(rg.resmem.break_even_n, d)
    typical = by_dimension(lambda d, n: _square(_within_of_another, xp, d, n), d, n)
    at_edge = by_dimension(
        lambda d, n: _square(_within_of_the_sphere, xp, d, n), d, n - 1
    )
    return (
        at_most(typical, share * d, d, sharp=0.98),
        at_most(factor * d, at_edge, d, sharp=0.94),
    )


break_even_bounds.twin("at that n the first integral is below 0.98 d", share=0.98)
break_even_bounds.twin(
    "one point before, the second integral is above 1.06 d", factor=1.06
)
