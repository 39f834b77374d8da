"""LE-15, 16 and 32b: complexities, from all signs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._signs import half_of_signs, signs
from refgen.claims.explainability.domains import samples
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, matrix, real, record
from refgen.explainability import GaussianNeighborhoods

# W, which all sides are multiples of.
NORM = 1.5
HALF = 2**-0.5


def _lengths(points: Any) -> Any:
    return namespace(points).sqrt((points * points).sum(axis=-1))


def _largest_value(weights: Any) -> Any:
    """sup of w·v over ‖w‖ ≤ W for v = `weights`, the mean over the axis of signs."""
    return NORM * _lengths(weights)


# --- LE-15

linear_samples = samples.but(
    "2 to 6 points in 1 to 3 dimensions, of size 1",
    n=integer(2, 6),
    examples=lambda: [
        GaussianNeighborhoods(np.ones((2, 1)), 1.0),  # U/√2
        GaussianNeighborhoods(np.eye(2), 1.0),  # U, and WR/√m
        GaussianNeighborhoods(np.eye(3), 1.0),
    ],
)


def _by_signs(points: Any) -> Any:
    xp, m = namespace(points), points.shape[-2]
    sums = xp.einsum("si,...ij->...sj", half_of_signs(xp, m), points)
    return _largest_value(sums).mean(axis=-1) / m


@claim("LE-15", kind="inequality", domain=linear_samples, cost=80)
def linear_ball(rg, sample, lower=HALF, upper=1.0):
    """U/√2 ≤ R ≤ U ≤ WR/√m for w·x with ‖w‖ ≤ W, U = (W/m)√Σ‖xᵢ‖²; all are attained."""
    points, m = sample.points, sample.n_points
    found = rg.explainability.linear_complexity(points, NORM)
    largest = NORM * _lengths(points).max(axis=-1) / m**0.5
    exact = _by_signs(points)
    return ascending(
        lower * found, exact, upper * found, upper * largest, scale=largest, sharp=True
    )


linear_ball.twin("0.72 U ≤ R", lower=0.72)
linear_ball.twin("R ≤ 0.97 U", upper=0.97)


@linear_ball.twin_function("R = U")
def _(rg, sample):
    found = rg.explainability.linear_complexity(sample.points, NORM)
    return equal(_by_signs(sample.points), found, found)


# --- LE-16


@dataclass(frozen=True, repr=False)
class Seen(Instance):
    """A sample, and who its points' neighbours are.

    Attributes
    ----------
    points : array of shape (..., m, d)
    neighbors : array of shape (..., m, k)
    """

    points: Any
    neighbors: Any


seen_samples = record(
    Seen,
    "2 to 5 points in 1 or 2 dimensions, neighbours among 1 to 5 sources",
    m=integer(2, 5),
    d=integer(1, 2),
    k=integer(1, 5),
    points=matrix("m", "d"),
    neighbors=distribution("m", "k"),
    examples=lambda: [
        Seen(np.ones((2, 1)), np.full((2, 1), 1.0)),  # U_N/√2, and ρ = 1
        Seen(np.eye(2), np.full((2, 1), 1.0)),
        Seen(np.ones((3, 1)), np.eye(3)),  # disjoint: U_N, and ρ = √3
        Seen(np.ones((5, 1)), np.eye(5)),
    ],
)


def _system_by_signs(case: Seen) -> Any:
    xp, m = namespace(case.points), case.points.shape[-2]
    sums = xp.einsum(
        "si,...iz,...ij->...szj", half_of_signs(xp, m), case.neighbors, case.points
    )
    return _largest_value(sums).sum(axis=-1).mean(axis=-1) / m


def _disjointedness(neighbors: Any) -> Any:
    """ρ_S by its definition, with sums for the integral."""
    xp = namespace(neighbors)
    return xp.sqrt((neighbors * neighbors).mean(axis=-2)).sum(axis=-1)


@claim("LE-16", kind="inequality", domain=seen_samples, cost=60)
def system_of_linear_balls(rg, case, lower=HALF, upper=1.0):
    """U_N/√2 ≤ R_N ≤ U_N ≤ WRρ_S/√m, and U ≤ U_N: ρ_S is right up to √2."""
    le, points = rg.explainability, case.points
    found = le.neighbor_complexity(points, case.neighbors, NORM)
    alone = le.linear_complexity(points, NORM)
    root = points.shape[-2] ** 0.5
    largest = NORM * _lengths(points).max(axis=-1) / root
    bound = largest * _disjointedness(case.neighbors)
    chain = (lower * found, _system_by_signs(case), upper * found, upper * bound)
    return [
        *ascending(*chain, scale=bound, sharp=True),
        at_most(alone, found, bound, sharp=True),
    ]


system_of_linear_balls.twin("0.72 U_N ≤ R_N", lower=0.72)
system_of_linear_balls.twin("R_N ≤ 0.97 U_N", upper=0.97)


@system_of_linear_balls.twin_function("R_N ≤ R, whoever the neighbours are")
def _(rg, case):
    exact = _system_by_signs(case)
    return at_most(exact, _by_signs(case.points), exact)


# --- LE-32b


@dataclass(frozen=True, repr=False)
class Graded(Instance):
    """A class of a few functions, and labels.

    Attributes
    ----------
    neighbors : array of shape (..., m, k)
    values : array of shape (..., h, m)
        What each of h functions says of each point, in [−b, b].
    labels : array of shape (..., m)
    bound : array of shape (...)
        b.
    """

    neighbors: Any
    values: Any
    labels: Any
    bound: Any

    @property
    def outputs(self) -> Any:
        return self.bound[..., None, None] * self.values

    @property
    def targets(self) -> Any:
        return self.bound[..., None] * self.labels


def _near(bound: float, step: float) -> Graded:
    """Functions −b and −b + ε, and a label b."""
    return Graded(
        np.ones((1, 1)), np.array([[-1.0], [step - 1]]), np.ones(1), np.array(bound)
    )


graded = record(
    Graded,
    "2 or 3 functions on 1 to 4 points, labels, neighbours among 1 to 3 sources",
    m=integer(1, 4),
    h=integer(2, 3),
    k=integer(1, 3),
    neighbors=distribution("m", "k"),
    values=real(-1.0, 1.0, shape=("h", "m")),
    labels=real(-1.0, 1.0, shape=("m",)),
    bound=real(0.2, 5.0, log=True),
    examples=lambda: [_near(0.5, 1e-3), _near(2.0, 0.5)],
)


def _fit(neighbors: Any, values: Any) -> Any:
    """E Σ_z max_h Σᵢ σᵢ pᵢ(z) values[h, i]/m over all signs."""
    xp, m = namespace(values), values.shape[-1]
    sums = xp.einsum("si,...iz,...hi->...szh", signs(xp, m), neighbors, values)
    return sums.max(axis=-1).sum(axis=-1).mean(axis=-1) / m


@claim("LE-32b", kind="inequality", domain=graded, cost=100)
def steepness(rg, case, most=1.0):
    """R(ℓ∘G) ≤ R(2(b + |y|) G) ≤ 4b R(G): a label counts as much as its error is steep.

    Points of linear explanations are scaled by (b + |y|)/2b, so that 4b is left.
    """
    xp, b = namespace(case.bound), case.bound
    errors = (case.outputs - case.targets[..., None, :]) ** 2
    # The one-dimensional points are the steepnesses, over 4b.
    ones = xp.ones((*case.targets.shape, 1))
    points = rg.explainability.label_scaled_points(ones, case.targets, b)[..., 0]
    steep = 4 * b[..., None, None] * points[..., None, :]
    return ascending(
        _fit(case.neighbors, errors),
        most * _fit(case.neighbors, steep * case.outputs),
        most * 4 * b * _fit(case.neighbors, case.outputs),
        scale=8 * b * b,
        sharp=0.99,
    )


steepness.twin("3.84 b in place of 4b", most=0.96)
