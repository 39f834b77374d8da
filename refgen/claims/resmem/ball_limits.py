"""RM-12l and RM-13r: the nearest point in a ball, for many points."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import measured
from refgen.claims.registry import claim
from refgen.claims.resmem.ball import DERIVED, NODES
from refgen.claims.resmem.domains import isotropic_problems
from refgen.resmem import LinearProblem

LARGE = (1e5, 1e8, 1e11, 1e14)


def _large(problem: LinearProblem) -> Any:
    """Sizes as an array where the problem is."""
    return namespace(problem.radius).asarray(LARGE)


def _rows(problem: LinearProblem, values: Any) -> Any:
    """One row of `values` for every problem of the batch."""
    xp = namespace(problem.radius)
    return xp.zeros(problem.radius.shape)[:, None] + values


def _boundary(d: int, n: Any) -> Any:
    """n^(2/d) times what the boundary adds to E D² at most (RM-12b).

    16(d + 2) Γ(3/d) n! / Γ(n + 1 + 3/d), and the quotient of Γ is at most n^(−3/d).
    Written here, so that a looser bound in the package does not loosen the claim.
    """
    return 16 * (d + 2) * math.gamma(3 / d) * n ** (-1 / d)


def _missing(n: Any, power: float) -> Any:
    """1 − nᵃ Γ(n + 1)/Γ(n + 1 + a) is at least 0 and at most this."""
    return power * max(power, 1) / n


def _scaled(rg: Any, problem: LinearProblem) -> tuple[Any, Any]:
    """n^(2/d) E D² in one row per problem, and its proven distance from the limit."""
    d, n = problem.n_features, _large(problem)
    limit = (d + 2) * math.gamma(1 + 2 / d)
    envelope = limit * _missing(n, 2 / d) + _boundary(d, n)
    grown = n ** (2 / d)
    scaled = grown * rg.resmem.ball_squared_distance(d, n)
    return _rows(problem, scaled), _rows(problem, envelope)


@claim("RM-12l", kind="limit", domain=isotropic_problems, source=DERIVED, cost=128)
def ball_limits(rg, problem):
    """n^(2/d) E D² → (d+2)Γ(1+2/d); risk → (1−L)² Γ(k+1+2/d)/(k Γ(k+1)).

    The risk is measured for k = 1 in the ball, for k = 3 on the line and for a query at
    the centre of the ball; its base is the population's.
    """
    r, d, n = rg.resmem, problem.n_features, _large(problem)
    scaled, envelope = _scaled(rg, problem)
    missed = ((1 - problem.radius) ** 2)[:, None]
    limits = [
        missed * float(r.displacement_limit(*dk)) for dk in ((d, 1), (1, 3), (d, 3))
    ]
    line = n**2 * r.expected_interval_displacement(n, 3)
    centre = n ** (2 / d) * r.centre_displacement(d, n, 3, math.sqrt(d + 2))
    # (n + k² + 3k + 3)/n is 1 + 21/n, and n³/((n+1)(n+2)(n+3)) above 1 − 6/n.
    return (
        measured(scaled, r.ball_distance_limit(d), scaled, NODES, envelope),
        measured(missed * scaled / d, limits[0], scaled, NODES, missed * envelope / d),
        measured(missed * line, limits[1], limits[1], 99, limits[1] * 27 / n),
        measured(
            missed * centre, limits[2], limits[2], 999, limits[2] * _missing(n, 2 / d)
        ),
    )


@ball_limits.twin("n^(2/d) E D² → (d + 2) Γ(1 + 1/d)²: the square of the mean of D")
def _(rg, problem):
    d = problem.n_features
    scaled, envelope = _scaled(rg, problem)
    return measured(scaled, (d + 2) * math.gamma(1 + 1 / d) ** 2, 1, NODES, envelope)


@ball_limits.twin("the risk's limit carries 1 − L, not its square")
def _(rg, problem):
    d, missed = problem.n_features, (1 - problem.radius)[:, None]
    scaled, envelope = _scaled(rg, problem)
    wrong = missed * float(rg.resmem.displacement_limit(d))
    return measured(missed**2 * scaled / d, wrong, 1, NODES, missed**2 * envelope / d)


def _slopes(rg: Any, problem: LinearProblem) -> tuple[Any, Any]:
    """Log-log slopes of E D² between sizes, and their proven distance from −2/d."""
    xp, d, n = namespace(problem.radius), problem.n_features, _large(problem)
    limit = (d + 2) * math.gamma(1 + 2 / d)
    # log(n^(2/d) E D²/limit): −log(1 − x) is below 2x for x up to ½.
    apart = xp.log(1 + 2 * _boundary(d, n) / limit) + 2 * _missing(n, 2 / d)
    steps = xp.diff(xp.log(n))
    slopes = xp.diff(xp.log(rg.resmem.ball_squared_distance(d, n))) / steps
    return _rows(problem, slopes), _rows(problem, (apart[1:] + apart[:-1]) / steps)


@claim("RM-13r", kind="rate", domain=isotropic_problems, source=DERIVED, cost=128)
def true_exponent(rg, problem):
    """With the population's base, ResMem's risk decays like n^(−2/d)."""
    slopes, envelope = _slopes(rg, problem)
    return measured(slopes, -2 / problem.n_features, 1, NODES, envelope)


@true_exponent.twin("like n^(−1/d): the exponent of the recalled rate is sharp")
def _(rg, problem):
    slopes, envelope = _slopes(rg, problem)
    return measured(slopes, -1 / problem.n_features, 1, NODES, envelope)
