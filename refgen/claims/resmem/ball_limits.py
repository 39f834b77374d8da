"""RM-12l, 12e and 13r: the nearest point in a ball, for many points."""

from __future__ import annotations

from dataclasses import dataclass
from math import gamma, sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import tends_to
from refgen.claims.registry import claim
from refgen.claims.resmem._balls import table
from refgen.claims.resmem.ball import without_boundary
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class Capacity(Instance):
    """d, and the norm L of the population's base; ‖θ*‖ = 1 and Σ = I. Shapes (...)."""

    n_features: Any
    radius: Any


capacities = record(
    Capacity,
    "1 to 6 dimensions, Σ = I, ‖θ*‖ = 1, L from 0.02 to 0.97",
    n_features=integer(1, 6),
    radius=real(0.02, 0.97),
    examples=lambda: [
        Capacity(np.array(1), np.array(0.5)),
        Capacity(np.array(2), np.array(0.5)),
    ],
)

# Of n^(1/d), in which distances shrink.
SIZES = (1e1, 1e2, 1e3, 1e4, 1e5)


def _points(xp: Any, d: int) -> Any:
    """n at each size."""
    return xp.rint(xp.asarray(SIZES) ** d)


def _missing(share: float) -> float:
    """1 − nᵃ Γ(n + 1)/Γ(n + 1 + a) is at least 0, and at most this over n."""
    return share * max(share, 1)


def _apart(d: int) -> float:
    """Relative distance of n^(2/d) E D² from its limit at most, times n^(1/d).

    By RM-12b 4 (d + 2) Γ(3/d) n! / Γ(n + 1 + 3/d), and the quotient of Γ is at most
    n^(−3/d). Written here, so that a looser bound in the package does not loosen the
    claim.
    """
    return 4 * gamma(3 / d) / gamma(1 + 2 / d) + _missing(2 / d)


def _apart_of(d: int, k: int) -> float:
    """Relative distance of n^(2/d) E⟨v, x − x̄ₖ⟩² from its limit, times n^(1/d).

    By RM-12k it is within 7/3 (d+2) Γ(k+1+3/d)/Γ(k+1) n^(−3/d) of that at the centre.
    """
    layer = 7 / 3 * (d + 2) * k * gamma(k + 1 + 3 / d) / gamma(k + 1 + 2 / d)
    return layer + _missing(2 / d)


@claim("RM-12l", kind="limit", domain=capacities, cost=1024)
def ball_limits(rg, base, factor=1, power=2):
    """n^(2/d) E D² → (d+2)Γ(1+2/d); risk → (1−L)² Γ(k+1+2/d)/(k Γ(k+1)).

    The risk is measured for k = 1 and 3 in the ball, and for k = 3 and a query at its
    centre; the base is the population's.
    """
    r, xp = rg.resmem, namespace(base.radius)

    def distance(d: int) -> Any:
        n = _points(xp, d)
        return n ** (2 / d) * r.ball_squared_distance(d, n)

    def three(d: int) -> Any:
        n = _points(xp, d)
        return n ** (2 / d) * r.ball_displacement(d, n, 3)

    def centre(d: int) -> Any:
        n = _points(xp, d)
        return n ** (2 / d) * r.centre_displacement(d, n, 3, sqrt(d + 2))

    d, missed = base.n_features, 1 - base.radius
    square, apart = table(distance, d), table(_apart, d)
    limit = factor * table(r.ball_distance_limit, d)

    def risk_tends_to(values: Any, k: int, apart: Any, limits: Any) -> Any:
        risk = missed[:, None] ** 2 * values
        stated = factor * missed**power * limits(k)
        scale = missed**2 * limits(k)
        envelope = [(apart * scale, 1)]
        return tends_to(risk, stated[:, None], envelope, SIZES, scale[:, None])

    def in_ball(k: int) -> Any:
        return table(lambda d: r.displacement_limit(d, k), d)

    return (
        tends_to(square, limit[:, None], [(apart * limit, 1)], SIZES, limit[:, None]),
        risk_tends_to(square / d[:, None], 1, apart, in_ball),
        risk_tends_to(table(three, d), 3, table(lambda d: _apart_of(d, 3), d), in_ball),
        risk_tends_to(
            table(centre, d), 3, table(lambda d: _missing(2 / d), d), in_ball
        ),
    )


ball_limits.twin("the limits are 3 % larger", factor=1.03)
ball_limits.twin("the risk's limit carries 1 − L, not its square", power=1)


@claim("RM-12e", kind="limit", domain=capacities, cost=1024)
def boundary_limit(rg, base, factor=1):
    """n^(3/d) times what the boundary adds to E D² → 2(d+2) c Γ(3/d); shown as a risk.

    c is the integral of h^(−3/d) − 1 over the depth t, where h is the share of the ball
    below a plane at t from its centre. The bounds of RM-12b have the same limit.
    """
    r, xp = rg.resmem, namespace(base.radius)

    def added(d: int) -> Any:
        n = _points(xp, d)
        squares = r.ball_squared_distance(d, n), *r.ball_squared_distance_bounds(d, n)
        inside = without_boundary(rg, d, n)
        return xp.stack([n ** (3 / d) * (square - inside) / d for square in squares])

    def apart(d: int) -> float:
        """Of the second order, and of the quotient of Γ in the first one."""
        missing = _missing(3 / d) * r.ball_boundary_limit(d) / d
        return 6 * (d + 2) * gamma(1 + 4 / d) + missing

    d, missed = base.n_features, (1 - base.radius) ** 2
    limit = factor * missed * table(r.ball_boundary_limit, d) / d
    # A small difference of values that are larger by n^(1/d).
    scale = missed * table(lambda d: r.ball_distance_limit(d) / d, d)
    scale = scale[:, None] * xp.asarray(SIZES)
    envelope = [(missed * table(apart, d), 1)]
    values = missed[:, None, None] * table(added, d)
    return [
        tends_to(values[:, i], limit[:, None], envelope, SIZES, scale) for i in range(3)
    ]


boundary_limit.twin("the limit is 3 % larger", factor=1.03)


@claim("RM-13r", kind="rate", domain=capacities, cost=1024)
def true_exponent(rg, base, exponent=2):
    """With the population's base, ResMem's risk decays like n^(−2/d)."""
    xp, d, missed = namespace(base.radius), base.n_features, 1 - base.radius

    def log_risk(d: int) -> Any:
        return xp.log(rg.resmem.ball_squared_distance(d, _points(xp, d)) / d)

    def log_sizes(d: int) -> Any:
        return xp.log(_points(xp, d))

    logs = 2 * xp.log(missed)[:, None] + table(log_risk, d)
    steps = xp.diff(table(log_sizes, d), axis=-1)
    slopes = xp.diff(logs, axis=-1) / steps

    def envelope(sizes: Any) -> Any:
        """log(n^(2/d) E D²/limit) at both ends; −log(1 − x) is below 2x up to x = ½."""
        at_most = 4 * table(_apart, d) / steps.min(axis=-1)
        return at_most[:, None] / sizes

    scale = abs(logs).max(axis=-1) / steps.min(axis=-1)
    return tends_to(
        slopes, (-exponent / d)[:, None], envelope, SIZES[:-1], scale[:, None]
    )


true_exponent.twin("like n^(−2.06/d)", exponent=2.06)
true_exponent.twin(
    "like n^(−1/d): the exponent of the recalled rate is sharp", exponent=1
)
