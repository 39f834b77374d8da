"""UC-28 and UC-29: exchanged radii, and networks that nothing generalizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN_KOLTER
from refgen.domains import choice, integer, real, record, vector


@dataclass(frozen=True, repr=False)
class Directions(Instance):
    """Unit vectors of even odds, two radii, and a wave to test laws with.

    Attributes
    ----------
    directions : array of shape (..., n, d)
    inner, ratio : arrays of shape (...)
        r₁, and r₂/r₁.
    wave : array of shape (..., d)
    """

    directions: Any
    inner: Any
    ratio: Any
    wave: Any


all_directions = record(
    Directions,
    "up to 5 directions in up to 4 dimensions, radii in [0.3, 6]",
    n=integer(1, 5),
    d=integer(2, 4),
    directions=vector("n", "d", norm=1),
    inner=real(0.3, 2.0),
    ratio=real(1.05, 3.0),
    wave=vector("d"),
    examples=lambda: [
        Directions(np.eye(2), np.array(1.0), np.array(2.0), np.array([1.0, -0.5])),
        Directions(np.array([[0.6, 0.8]]), np.array(0.5), np.array(1.1), np.ones(2)),
    ],
)


def support(case: Directions) -> tuple[Any, Any, Any]:
    """Each point that a finite law takes, its label, and the outer radius."""
    xp, outer = namespace(case.inner), case.inner * case.ratio
    inside = case.inner[:, None, None] * case.directions
    outside = outer[:, None, None] * case.directions
    points = xp.concatenate([inside, outside], axis=1)
    one = 1.0 + 0 * case.directions[..., 0]
    return points, xp.concatenate([-one, one], axis=1), outer


@claim("UC-28", kind="identity", domain=all_directions, source=NAGARAJAN_KOLTER)
def exchanged_radii(rg, case, stretch=1.0, flipped=True):
    """x ↦ (r'/r) x with the label flipped maps the law of a point to itself.

    Here the directions have any law with finitely many values. It is an involution.
    """
    swap, xp = rg.uniform_convergence.swap_radii, namespace(case.inner)
    points, labels, outer = support(case)
    moved, turned = swap(points, labels, case.inner, outer)
    back, again = swap(moved, turned, case.inner, outer)
    if not flipped:
        turned = labels

    def waves(points: Any, labels: Any) -> Any:
        phase = (points * case.wave[:, None, :]).sum(axis=-1)
        return (xp.cos(phase) * (1 + labels) + xp.sin(phase) * labels).sum(axis=-1)

    size = 1 + abs(points * case.wave[:, None, :]).sum(axis=(-1, -2))
    return (
        equal(waves(stretch * moved, turned), waves(points, labels), size),
        equal(back, points, abs(points)),
        equal(again, labels),
    )


exchanged_radii.twin("a radius 2 % longer", stretch=1.02)
exchanged_radii.twin("the label is kept", flipped=False)


@dataclass(frozen=True, repr=False)
class Homogeneous(Instance):
    """A two-layer network, and directions that a law of points takes with even odds.

    Attributes
    ----------
    hidden : array of shape (..., d, h)
    output : array of shape (..., h)
    leak : array of shape (...)
        Slope of units below 0.
    bias : array of shape (...)
    directions : array of shape (..., n, d)
    labels : array of shape (..., n)
        Of a sample, that has the i-th direction once.
    """

    hidden: Any
    output: Any
    leak: Any
    bias: Any
    directions: Any
    labels: Any


networks = record(
    Homogeneous,
    "up to 5 units without biases, up to 6 directions, radii 1 and 2",
    d=integer(2, 4),
    h=integer(1, 5),
    n=integer(1, 6),
    hidden=vector("d", "h", norm=1),
    output=choice(-2, -1, 1, 3, shape=("h",)),
    leak=real(0.05, 0.9),
    bias=0.0,
    directions=vector("n", "d", norm=1),
    labels=choice(-1, 1, shape=("n",)),
)


def network(case: Homogeneous, points: Any) -> Any:
    """Scores of points (..., n, d)."""
    xp, total = namespace(points), case.bias[:, None]
    for j in range(case.output.shape[-1]):
        unit = (points * case.hidden[:, None, :, j]).sum(axis=-1)
        unit = xp.where(unit > 0, unit, case.leak[:, None] * unit)
        total = total + case.output[:, j, None] * unit
    return total


def error(case: Homogeneous, points: Any, labels: Any) -> Any:
    """The mean of wrong points; half of those whose score is 0."""
    margins = labels * network(case, points)
    return ((1 - namespace(margins).sign(margins)) / 2).mean(axis=-1)


@claim("UC-29", kind="identity", domain=networks)
def without_biases(rg, case, level=0.5):
    """If f(cx) = c f(x) for c > 0, the error on S' is 1 − error on S, and on D it is ½.

    Whatever the weights: no bias-free network generalizes here (ties count half).
    """
    swap, xp = rg.uniform_convergence.swap_radii, namespace(case.hidden)
    radius = xp.where(case.labels > 0, 2.0, 1.0)[..., None]
    points = radius * case.directions
    other, opposite = swap(points, case.labels, 1.0, 2.0)
    inside, outside = [
        error(case, r * case.directions, sign + 0 * case.labels)
        for r, sign in ((1.0, -1.0), (2.0, 1.0))
    ]
    return (
        equal(error(case, other, opposite), 1 - error(case, points, case.labels)),
        equal(inside, 2 * level - outside),
    )


without_biases.twin("a test error of 0.49", level=0.49)
without_biases.twin(
    "with biases, too",
    domain=networks.but("with a bias", bias=real(0.3, 1.5)),
)
