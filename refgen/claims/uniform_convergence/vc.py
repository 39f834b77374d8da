"""UC-18 and UC-60: how many labelings linear classifiers realize."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import comb, log, sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import integer, not_a, real, record

# --- UC-18


@dataclass(frozen=True, repr=False)
class Curve(Instance):
    """Points (1, t, t²): a signal and two noise coordinates; any three are independent.

    Attributes
    ----------
    places : array of shape (..., m)
        The t, ascending whole numbers.
    """

    places: Any


def _curve(steps: Any) -> Curve:
    return Curve(namespace(steps).cumsum(steps, axis=-1))


def _not_a_curve(case: Any) -> str | None:
    reason = not_a(Curve, case)
    if reason:
        return reason
    places = np.asarray(case.places)
    if places.ndim != 1 or not 2 <= len(places) <= 7:
        return "there must be 2 to 7 places"
    whole = (places == np.floor(places)).all() and (abs(places) <= 100).all()
    if not whole or (np.diff(places) < 1).any():
        return "places must be ascending whole numbers of at most 100"
    return None


curves = record(
    _curve,
    "2 to 7 points in a signal and two noise coordinates, no three on a plane",
    m=integer(2, 7),
    steps=integer(1, 5, shape=("m",)),
    outside=_not_a_curve,
    examples=lambda: [Curve(np.arange(float(m))) for m in (2, 3, 4, 6)],
)


def _count(places: Any) -> Any:
    """How many labelings planes through the origin realize, from arrangements.

    Every cell of weights has a corner, which is orthogonal to two of the points; next
    to it these two have any signs. All numbers are integers.
    """
    xp, m = namespace(places), places.shape[-1]
    points = xp.stack([0 * places + 1, places, places * places], axis=-1)
    # Powers are not exact on a device.
    bits, codes = xp.asarray([2.0**k for k in range(m)]), []
    for i in range(m):
        for j in range(i + 1, m):
            a, b = points[..., i, :], points[..., j, :]
            corner = xp.stack(
                [
                    a[..., k - 2] * b[..., k - 1] - a[..., k - 1] * b[..., k - 2]
                    for k in range(3)
                ],
                axis=-1,
            )
            side = (points * corner[..., None, :]).sum(axis=-1)
            for flip in (1, -1):
                others = ((flip * side > 0) * bits).sum(axis=-1)
                codes += [
                    others + p * 2.0**i + q * 2.0**j for p in (0, 1) for q in (0, 1)
                ]
    ordered = xp.sort(xp.stack(codes, axis=-1), axis=-1)
    return 1 + (ordered[..., 1:] > ordered[..., :-1]).sum(axis=-1)


@claim("UC-18", kind="identity", domain=curves, source="Cover 1965", cost=200)
def counted_labelings(rg, case, counted=1.0, more=0):
    """Of 2^m labelings of points in general position 2Σ_{k<d} C(m − 1, k) are realized.

    In the linear example d = D + 1, however many coordinates signals have: all are
    realized if and only if m ≤ D + 1, and half of them for m = 2(D + 1).
    """
    uc, m = rg.uniform_convergence, case.places.shape[-1]
    labelings = 2.0**m * uc.realized_labelings(m, 3 + more)
    return equal(counted * labelings, _count(case.places), 2.0**m)


counted_labelings.twin("0.97 of them", counted=0.97)
counted_labelings.twin("d = D + 2, as a signal may have two coordinates", more=1)
counted_labelings.twin("twice as many points as dimensions are shattered", more=3)


# --- UC-60

MOST = 24


@dataclass(frozen=True, repr=False)
class Counted(Instance):
    """Numbers of samples and of dimensions, and δ. Shapes (...)."""

    n_samples: Any
    dimension: Any
    delta: Any


sizes = record(
    Counted,
    "1 to 24 samples in 1 to 48 dimensions",
    n_samples=integer(1, MOST),
    dimension=integer(1, 2 * MOST),
    delta=real(0.001, 0.999),
    examples=lambda: [
        Counted(np.array(24.0), np.array(48.0), np.array(0.999)),
        Counted(np.array(24.0), np.array(1.0), np.array(0.999)),
    ],
)


@cache
def _labelings() -> Any:
    """2Σ_{k<d} C(2m − 1, k) of all m and d, exactly."""
    rows = [
        [sum(comb(max(2 * m - 1, 0), k) for k in range(d)) for d in range(2 * MOST + 1)]
        for m in range(MOST + 1)
    ]
    return 2.0 * np.array(rows)


@claim("UC-60", kind="identity", domain=sizes, source="Vapnik & Chervonenkis 1971")
def bound_by_labelings(rg, case, counted=1.0):
    """The VC bound is √(8/m log(4G(2m)/δ)); for 2m ≤ d it is above √(16 log 2) = 3.33.

    There it says nothing, although errors are at most 1 apart.
    """
    xp, m = namespace(case.delta), case.n_samples
    rows, columns = m.astype(int), case.dimension.astype(int)
    labelings = xp.asarray(_labelings())[rows, columns]
    found = rg.uniform_convergence.vc_bound(m, case.dimension, case.delta)
    wanted = xp.sqrt(8 * counted / m * xp.log(4 * labelings / case.delta))
    shattered = 2 * m <= case.dimension
    return (
        equal(found, wanted, wanted),
        at_most(
            sqrt(16 * log(2)), xp.where(shattered, found / counted, 4.0), sharp=0.9
        ),
    )


bound_by_labelings.twin("with 8.3 in place of 8", counted=8.3 / 8)
