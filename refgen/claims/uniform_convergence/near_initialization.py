"""UC-35 and UC-35b: networks near their initialization, whatever their width."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER_DISTANCE
from refgen.claims.uniform_convergence._linear_algebra import size_of
from refgen.domains import integer, matrix, real, record, vector

SOURCE = NAGARAJAN_KOLTER_DISTANCE.sharpened("the bound for linear networks")

# Of the ascent: in each, every block is at its best for the others.
ROUNDS = 4


@dataclass(frozen=True, repr=False)
class Start(Instance):
    """Initial weights of v·WUx, points, and how far weights may go.

    Attributes
    ----------
    output : array of shape (..., h)
    middle, first : arrays of shape (..., h, k) and (..., k, d)
    points : array of shape (..., m, d)
    radius : array of shape (...)
    """

    output: Any
    middle: Any
    first: Any
    points: Any
    radius: Any


def _aligned(radius: float) -> Start:
    """One point, and weights that pass its direction on and no other."""
    axis, only = np.array([1.0, 0.0]), np.diag([1.0, 0.0])
    return Start(axis, only, only, axis[None], np.array(radius))


starts = record(
    Start,
    "layers of up to 3 units, up to 3 points in up to 3 dimensions, r in [0.001, 1]",
    h=integer(1, 3),
    k=integer(1, 3),
    d=integer(1, 3),
    m=integer(1, 3),
    output=vector("h"),
    middle=matrix("h", "k"),
    first=matrix("k", "d"),
    points=matrix("m", "d"),
    radius=real(1e-3, 1.0, log=True),
    examples=lambda: [_aligned(1e-3), _aligned(1.0)],
)


def _unit(matrices: Any) -> Any:
    """Matrices of Frobenius norm 1; 0 stays 0."""
    sizes = size_of(matrices)[..., None, None]
    return matrices / namespace(matrices).where(sizes > 0, sizes, 1.0)


def _ascended(case: Start, signs: Any) -> Any:
    """What networks within reach attain of Σεf(x) minus the initial one's, (...)."""
    x = (signs[..., None] * case.points).sum(axis=-2)[..., None]
    v, w, u = case.output[..., None, :], case.middle, case.first
    r = case.radius[..., None, None]
    own, inner, outer = u, w, v
    for _ in range(ROUNDS):
        outer = v + r * _unit((inner @ (own @ x)).swapaxes(-1, -2))
        inner = w + r * _unit((own @ x @ outer).swapaxes(-1, -2))
        own = u + r * _unit((x @ (outer @ inner)).swapaxes(-1, -2))
    return (outer @ (inner @ (own @ x)) - v @ (w @ (u @ x)))[..., 0, 0]


@claim("UC-35", kind="inequality", domain=starts, source=SOURCE)
def ascents_stay_below(rg, case, share=1.0):
    """Ascent finds less than the bound, this is ≤ ((q + r)³ − q³)‖X‖_F/m, ‖·‖_F ≤ q."""
    uc, xp = rg.uniform_convergence, namespace(case.points)
    m, total = case.points.shape[-2], 0.0
    for signs in itertools.product((-1.0, 1.0), repeat=m):
        total = total + _ascended(case, xp.asarray(signs))
    given = case.output, case.middle, case.first, case.points, case.radius
    bound = share * uc.near_initialization_bound(*given)
    sizes = [size_of(a) for a in (case.output[..., None], case.middle, case.first)]
    q, r = xp.maximum(xp.maximum(*sizes[:2]), sizes[2]), case.radius
    simple = r * (3 * q * q + 3 * r * q + r * r) * size_of(case.points) / m
    whole = uc.origin_ball_bound(*given)
    return ascending(total / 2**m / m, bound, simple, scale=simple + whole, sharp=True)


ascents_stay_below.twin("97 % of the bound would do", share=0.97)


# --- UC-35b

WIDTHS = (4, 16, 64)


@dataclass(frozen=True, repr=False)
class Inputs(Instance):
    """Points, and how far weights may go.

    Attributes
    ----------
    points : array of shape (..., m, d)
    radius : array of shape (...)
    """

    points: Any
    radius: Any


inputs = record(
    Inputs,
    "up to 3 points in up to 4 dimensions, r in [0.01, 10]",
    m=integer(1, 3),
    d=integer(1, 4),
    points=matrix("m", "d"),
    radius=real(0.01, 10.0, log=True),
    examples=lambda: [Inputs(np.eye(2), np.array(1.0))],
)


def _orthogonal(width: int, d: int) -> tuple[Any, Any, Any]:
    """Initial weights that keep lengths: reflections, and columns of one."""
    reflection = np.eye(width) - 2 / width
    return reflection[0], reflection, reflection[:, :d]


@claim("UC-35b", kind="identity", domain=inputs, source=SOURCE)
def width_matters_for_the_origin(rg, case, power=0.5, near=0.0):
    """Orthogonal weights of width h: ((1 + r)³ − 1)‖X‖/m, the origin's ball has √h."""
    uc, xp = rg.uniform_convergence, namespace(case.points)
    (m, d), r = case.points.shape[-2:], case.radius
    unit, found = size_of(case.points) / m, []
    for width in WIDTHS:
        weights = (xp.asarray(part) for part in _orthogonal(width, d))
        given = (*weights, case.points, r)
        reach = unit * (1 + r) * (width**power + r) * (d**0.5 + r)
        own = unit * ((1 + r) ** 3 - 1) * width**near
        found += [
            equal(uc.near_initialization_bound(*given), own, 8 * unit * (1 + r) ** 3),
            equal(uc.origin_ball_bound(*given), reach, 2 * reach + unit),
        ]
    return found


width_matters_for_the_origin.twin("the origin's ball has h^0.49", power=0.49)
width_matters_for_the_origin.twin("the origin's ball has no h", power=0.0)
width_matters_for_the_origin.twin("near the initialization, too: h^0.02", near=0.02)
