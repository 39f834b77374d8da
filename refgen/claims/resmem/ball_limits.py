"""RM-12l and RM-13r: the nearest point in a ball, for many points."""

from __future__ import annotations

from functools import partial
from math import gamma, sqrt
from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import ROUNDINGS, tends_to
from refgen.claims.registry import claim
from refgen.claims.resmem.ball import NODES
from refgen.claims.resmem.domains import isotropic_problems
from refgen.resmem import LinearProblem

SIZES = (1e5, 1e8, 1e11, 1e14)


def _boundary(d: int, n: Any) -> Any:
    """The boundary's part of n^(2/d) E D² at most, as a share of the limit.

    By RM-12b 16(d + 2) Γ(3/d) n! / Γ(n + 1 + 3/d), and the quotient of Γ is at most
    n^(−3/d). Written here, so that a looser bound in the package does not loosen the
    claim.
    """
    return 16 * gamma(3 / d) / gamma(1 + 2 / d) * n ** (-1 / d)


def _missing(d: int, n: Any) -> Any:
    """1 − nᵃ Γ(n + 1)/Γ(n + 1 + a) for a = 2/d is at least 0 and at most this."""
    return 2 / d * max(2 / d, 1) / n


def _sizes(problem: LinearProblem) -> Any:
    """Sizes as an array where the problem is."""
    return namespace(problem.radius).asarray(SIZES)


def _row_each(problem: LinearProblem, values: Any) -> Any:
    """The same row of values for every problem of the batch."""
    return 0 * problem.radius[:, None] + values


def _distance_limit(rg: Any, d: int) -> float:
    """(d + 2) Γ(1 + 2/d)."""
    return rg.resmem.ball_distance_limit(d)


def _squared_mean_limit(rg: Any, d: int) -> float:
    return (d + 2) * gamma(1 + 1 / d) ** 2


def _risk_tends_to(
    missed: Any,
    power: int,
    displacement: Any,
    limit: Any,
    apart: Any,
    *,
    roundings: int = ROUNDINGS,
) -> Any:
    """(1 − L)² times a displacement → (1 − L)^power times the displacement's limit.

    `missed` is 1 − L; `apart` bounds the displacement's relative distance from its
    limit.
    """
    limit = float(limit)
    scale = missed**2 * limit
    risk, stated = missed**2 * displacement, missed**power * limit
    return tends_to(risk, stated, apart * scale, scale, roundings=roundings)


@claim("RM-12l", kind="limit", domain=isotropic_problems, cost=128)
def ball_limits(rg, problem, distance_limit=_distance_limit, power=2):
    """n^(2/d) E D² → (d+2)Γ(1+2/d); risk → (1−L)² Γ(k+1+2/d)/(k Γ(k+1)).

    The risk is measured for k = 1 in the ball, for k = 3 on the line and for a query at
    the centre of the ball; its base is the population's.
    """
    r, d, n = rg.resmem, problem.n_features, _sizes(problem)
    distance = _row_each(problem, n ** (2 / d) * r.ball_squared_distance(d, n))
    line = n**2 * r.expected_interval_displacement(n, 3)
    centre = n ** (2 / d) * r.centre_displacement(d, n, 3, sqrt(d + 2))
    apart = _missing(d, n) + _boundary(d, n)
    stated, limit = distance_limit(rg, d), r.displacement_limit
    risk_tends_to = partial(_risk_tends_to, 1 - problem.radius[:, None], power)
    return (
        tends_to(distance, stated, apart * stated, stated, roundings=NODES),
        risk_tends_to(distance / d, limit(d, 1), apart, roundings=NODES),
        # (1 + 21/n) n³/((n+1)(n+2)(n+3)) is within 27/n of 1.
        risk_tends_to(line, limit(1, 3), 27 / n),
        risk_tends_to(centre, limit(d, 3), _missing(d, n)),
    )


ball_limits.twin(
    "n^(2/d) E D² → (d + 2) Γ(1 + 1/d)²: the square of the mean of D",
    distance_limit=_squared_mean_limit,
)
ball_limits.twin("the risk's limit carries 1 − L, not its square", power=1)


@claim("RM-13r", kind="rate", domain=isotropic_problems, cost=128)
def true_exponent(rg, problem, exponent=2):
    """With the population's base, ResMem's risk decays like n^(−2/d)."""
    xp, d, n = namespace(problem.radius), problem.n_features, _sizes(problem)
    steps = xp.diff(xp.log(n))
    slopes = xp.diff(xp.log(rg.resmem.ball_squared_distance(d, n))) / steps
    # log(n^(2/d) E D²/limit): −log(1 − x) is below 2x for x up to ½.
    apart = xp.log(1 + 2 * _boundary(d, n)) + 2 * _missing(d, n)
    envelope = (apart[1:] + apart[:-1]) / steps
    return tends_to(
        _row_each(problem, slopes), -exponent / d, envelope, roundings=NODES
    )


true_exponent.twin(
    "like n^(−1/d): the exponent of the recalled rate is sharp", exponent=1
)
