"""Linear problems, and training points for them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import (
    choice,
    first_wrong,
    integer,
    not_a,
    real,
    record,
    spectrum,
    vector,
)
from refgen.resmem import LinearProblem

# Eigenvalues are 0 or in [SMALLEST, LARGEST]: condition numbers up to 50.
SMALLEST, LARGEST = 0.2, 10.0


def anisotropic_problem(noise: float = 0.0) -> LinearProblem:
    """Three different eigenvalues, an active constraint: the example of RM-5."""
    return LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6, noise)


# ‖θ*‖ = 1: one radius in five is above it, where nothing binds; Hypothesis draws L = 1.
linear_problems = record(
    LinearProblem,
    "Σ of condition up to 50, singular ones too, ‖θ*‖ = 1, L ≥ 0.04",
    d=integer(1, 6),
    spectrum=spectrum("d", smallest=SMALLEST, largest=LARGEST),
    coefficients=vector("d", norm=1),
    radius=real(0.04, 1.24, members=(0.04, math.inf)),
    noise=0.0,
    examples=lambda: [
        anisotropic_problem(),
        LinearProblem([1.0], [1.0], 0.5),
        LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5),
        LinearProblem([10.0, 0.2, 0.0], [0.6, 0.0, 0.8], 0.5),
        LinearProblem([2.0, 1.0], [0.6, 0.8], 1.25),  # inactive
        LinearProblem([2.0, 1.0], [0.6, 0.8], 1.0),  # L = ‖θ*‖
        LinearProblem([2.0, 0.0], [1.0, 0.0], 1.0),  # the same, Σ singular
        LinearProblem([0.0, 1.0], [1.0, 0.0], 0.5),  # nothing can be learnt
    ],
)

isotropic_problems = linear_problems.but(
    "Σ = I, ‖θ*‖ = 1, L in [0.02, 0.97]",
    lambda: [
        LinearProblem([1.0], [1.0], 0.5),
        LinearProblem([1.0, 1.0], [0.6, 0.8], 0.5),
    ],
    spectrum=real(1, 1, shape=("d",)),
    radius=real(0.02, 0.97),
)


@dataclass(frozen=True, repr=False)
class DesignedProblem(Instance):
    """A problem, and training points in the eigenvectors of its Σ.

    Attributes
    ----------
    points : array of shape (..., n_points, n_features)
    problem : LinearProblem
    """

    points: Any
    problem: LinearProblem

    @property
    def labels(self) -> Any:
        """⟨θ*, xᵢ⟩, without noise, (..., n_points)."""
        return (self.points * self.problem.coefficients[..., None, :]).sum(axis=-1)


def _designed(points: Any, problem: LinearProblem, typical: Any) -> DesignedProblem:
    """Points of covariance Σ where `typical` is 1, unrelated to Σ elsewhere."""
    xp = namespace(points)
    spread = xp.where(typical[..., None] > 0, xp.sqrt(problem.spectrum), 1.0)
    return DesignedProblem(points * spread[..., None, :], problem)


def not_a_design(design: Any) -> str | None:
    """Why there are no points of a linear problem's dimension."""
    reason = not_a(DesignedProblem, design) or linear_problems.outside(design.problem)
    if reason:
        return reason
    points, d = np.asarray(design.points), design.problem.n_features
    if points.ndim != 2 or points.shape[-1] != d:
        return f"points must have the axes (n, {d}), got shape {points.shape}"
    return first_wrong(~np.isfinite(points), points, "points must be finite")


def _given(points: Any, problem: LinearProblem) -> DesignedProblem:
    return DesignedProblem(np.array(points, float), problem)


designs = record(
    _designed,
    "training points, repeated ones and fewer than features too, and a problem",
    d=integer(1, 5),
    n=integer(1, 16),
    points=vector("n", "d"),
    problem=linear_problems,
    typical=choice(0, 1),
    outside=not_a_design,
    examples=lambda: [
        _given(
            [[1.0, 0.0], [1.0, 1.0], [0.0, 2.0]], LinearProblem([1, 1], [0.6, 0.8], 0.5)
        ),
        _given([[1.0, 2.0, 0.0]], anisotropic_problem()),  # fewer than features
        _given([[0.0], [0.0]], LinearProblem([1.0], [1.0], 0.5)),  # no information
        _given([[1.0, 0.0]], LinearProblem([1.0, 1.0], [0.6, 0.8], 1.25)),  # inactive
    ],
)
