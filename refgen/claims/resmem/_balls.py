"""Balls of several dimensions in one batch, and integrals over them.

None of the integrals uses a formula or a rule of `refgen.resmem`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.claims.quadrature import unit_nodes

# Rows of the tables of powers.
_ROWS = 64


@dataclass(frozen=True, repr=False)
class Dimension(Instance):
    """The number of features, shape (...)."""

    n_features: Any


@dataclass(frozen=True, repr=False)
class BallSize(Instance):
    """d, and the decimal logarithm of n before it is rounded down, shapes (...)."""

    n_features: Any
    magnitude: Any

    @property
    def n_points(self) -> Any:
        return namespace(self.magnitude).floor(10.0**self.magnitude)


def by_dimension(formula: Callable[..., Any], n_features: Any, *arrays: Any) -> Any:
    """``formula(d, *rows)`` for the rows (batch,) of each dimension d."""
    xp = namespace(n_features)
    found = xp.zeros(n_features.shape)
    for d in sorted(set(n_features.tolist())):
        rows = xp.flatnonzero(n_features == d)
        found[rows] = formula(int(d), *(array[rows] for array in arrays))
    return found


def table(formula: Callable[[int], Any], n_features: Any) -> Any:
    """``formula(d)`` for each row (batch,), stacked."""
    dimensions = [int(d) for d in n_features.tolist()]
    found = {d: formula(d) for d in set(dimensions)}
    xp = namespace(n_features)
    return xp.stack([xp.asarray(found[d]) for d in dimensions])


def cap(d: int, sine: Any, cosine: Any) -> Any:
    """Fraction of a ball beyond a plane seen under the half-angle φ from the centre.

    ∫₀^φ sinᵈ / ∫₀^π sinᵈ, from the exponent 0 or 1 upward, each by parts from the one
    two below. The absolute error is that of d roundings.
    """
    xp = namespace(sine)
    share, whole, exponent = xp.arctan2(sine, cosine) / math.pi, math.pi, 0
    if d % 2:
        share, whole, exponent = (1 - cosine) / 2, 2.0, 1
    while exponent < d:
        exponent += 2
        whole *= (exponent - 1) / exponent
        share = share - cosine * sine ** (exponent - 1) / (exponent * whole)
    return share


def share_within(d: int, at: Any, square: Any, cos: Any, sin: Any) -> Any:
    """Share of the unit ball within r of a point at distance `at` from its centre.

    The spheres meet where the centre sees them at the angle α from the point:
    `square` is r², `cos` and `sin` are those of α.
    """
    r = namespace(square).sqrt(square)
    return cap(d, sin, cos) + r**d * cap(d, sin / r, (at - cos) / r)


def by_angles(d: int, n: Any) -> Any:
    """E D² in the ball of radius √(d + 2), (batch,), by integrals over ρ and ψ.

    Where the ball of radius r around the query leaves the unit ball, r is replaced by
    the angle ψ with r = 1 − ρ cos ψ. Then 1 − cos² α is sin² ψ times a positive
    polynomial. Four panels in each variable, finer towards the corner r = 0.
    """
    xp = namespace(n)
    u, wu = graded_nodes(xp, 32 + 2 * d)
    at, turn = (1 - u)[:, None], math.pi * u
    fall, lift = 1 - xp.cos(turn), 1 + xp.cos(turn)
    square = (1 - at * xp.cos(turn)) ** 2
    cos = xp.cos(turn) + at * fall * lift / 2
    sin = xp.sin(turn) * xp.sqrt((1 - at * lift / 2) * (1 + at * fall / 2))
    outside = 1 - share_within(d, at, square, cos, sin)
    weights = wu[:, None] * wu * (2 * math.pi * d) * at**d * xp.sin(turn)
    beyond = weights * xp.sqrt(square)
    inside = wu * 2 * u * (1 - u) ** d
    free = xp.concatenate([1 - u**d, xp.maximum(outside, 0.0).reshape(-1)])
    mass = xp.concatenate([inside, beyond.reshape(-1)])
    rows = range(0, n.size, _ROWS)
    parts = [(free ** n[i : i + _ROWS, None] * mass).sum(axis=-1) for i in rows]
    return (d + 2) * xp.concatenate(parts)


def graded_nodes(xp: Any, m: int) -> tuple[Any, Any]:
    """Gauss and Legendre on [0, ⅛], [⅛, ¼], [¼, ½] and [½, 1]."""
    x, w = unit_nodes(xp, m)
    panels = ((0.0, 0.125), (0.125, 0.125), (0.25, 0.25), (0.5, 0.5))
    nodes = xp.concatenate([start + length * x for start, length in panels])
    return nodes, xp.concatenate([length * w for _, length in panels])


def nearer_of_two(xp: Any, d: int) -> float:
    """E min(‖x − y‖², ‖x − z‖²) in the ball of radius √(d + 2), by lines through y, z.

    The line through two points of a ball is at sin φ from the centre, and their
    middle at c on it, with densities that the affine formula of Blaschke and
    Petkantschin gives. The coordinate of x along the line is independent of both.
    """
    v, w = unit_nodes(xp, 64)
    turn = math.pi / 2 * v[:, None]
    # Through the centre if there is one line only.
    half = xp.cos(turn) if d > 1 else 1.0 + 0 * turn
    lines = w[:, None] * half**2 * (xp.sin(turn) ** (d - 2) if d > 1 else 1.0)
    middle = half * v
    room = 2 * (half - middle)
    apart = _mean_distance(xp, d, middle) * room ** (d + 1) / (d + 1)
    mean = (lines * w * apart).sum() / (lines * w * room**d / d).sum()
    return 2 * d - (d + 2) * float(mean)


def _mean_distance(xp: Any, d: int, c: Any) -> Any:
    """E|t − c| for a coordinate t of a uniform point of the unit ball."""
    sine = xp.sqrt((1 - c) * (1 + c))
    whole = math.sqrt(math.pi) * math.gamma((d + 1) / 2) / math.gamma(d / 2 + 1)
    beyond = sine ** (d + 1) / ((d + 1) * whole) - c * cap(d, sine, c)
    return c + 2 * beyond
