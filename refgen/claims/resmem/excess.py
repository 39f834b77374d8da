"""RM-4 and 4b: the excess risk of a base, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._fits import condition_of_fit
from refgen.claims.resmem._norms import length, meets_norm_conditions
from refgen.claims.resmem.base import any_problems
from refgen.claims.resmem.domains import (
    DesignedProblem,
    anisotropic_problem,
    designs,
)
from refgen.domains import integer, real, record, vector
from refgen.resmem import LinearProblem

# --- RM-4: any coefficients in the ball


@dataclass(frozen=True, repr=False)
class PointOfBall(Instance):
    """A problem, and any coefficients of norm L or less, (..., n_features).

    They are `share` of the way from 0 to the sphere, along `direction`; on the sphere
    if it is above 1.
    """

    problem: LinearProblem
    direction: Any
    share: Any

    @property
    def point(self) -> Any:
        xp = namespace(self.direction)
        reach = self.problem.radius * xp.minimum(self.share, 1.0)
        return reach[..., None] * self.direction


points_of_balls = record(
    PointOfBall,
    "a linear problem, and any θ with ‖θ‖ ≤ L",
    d=integer(1, 6),
    problem=any_problems,
    direction=vector("d", norm=1),
    share=real(0, 1.5),  # a third on the sphere itself
    examples=lambda: [
        PointOfBall(anisotropic_problem(), np.array([0.6, 0.0, -0.8]), np.array(1.0)),
        PointOfBall(anisotropic_problem(), np.array([1.0, 0.0, 0.0]), np.array(0.0)),
    ],
)


def _parts(rg: Any, problem: LinearProblem, theta: Any) -> Any:
    """‖θ − θ∞‖² in the norm of Σ + μI, and the slack."""
    return rg.resmem.excess_risk_parts(problem, theta)


def _parts_by_sigma(rg: Any, problem: LinearProblem, theta: Any) -> Any:
    """With ‖θ − θ∞‖² in the norm of Σ, not Σ + μI."""
    best, _ = rg.resmem.population_base(problem)
    _, slack = rg.resmem.excess_risk_parts(problem, theta)
    return (problem.spectrum * (theta - best) ** 2).sum(axis=-1), slack


def _largest_risk(rg: Any, problem: LinearProblem) -> Any:
    """An upper bound on every term of R(θ), R∞ and their difference, for ‖θ‖ ≤ L."""
    _, multiplier = rg.resmem.population_base(problem)
    reach = length(problem.coefficients) + problem.radius
    return 4 * (problem.spectrum.max(axis=-1) + multiplier) * reach**2


@claim("RM-4", kind="identity", domain=points_of_balls)
def excess_risk(rg, at, parts=_parts, slack_factor=1):
    """R(θ) − R∞ = ‖θ − θ∞‖² in the norm of Σ + μI, plus μ(L² − ‖θ‖²), if ‖θ‖ ≤ L."""
    r, problem, theta = rg.resmem, at.problem, at.point
    excess = r.base_risk(problem, theta) - r.irreducible_risk(problem)
    distance, slack = parts(rg, problem, theta)
    scale = _largest_risk(rg, problem)
    return equal(excess, distance + slack_factor * slack, scale)


excess_risk.twin("the slack counts 1.03 times", slack_factor=1.03)
excess_risk.twin(
    "without the slack, as if every θ used all of its norm", slack_factor=0
)
excess_risk.twin("the norm is that of Σ", parts=_parts_by_sigma)

# --- RM-4b: a trained base


def _minimizes_training_error(
    design: DesignedProblem, theta: Any, multiplier: Any
) -> Any:
    """θ meets the conditions of RM-2 with Σ̂ = XᵀX/n for Σ, as only a minimizer does.

    Of several minimizers it is the shortest: then μ̂ = 0, and θ* − θ, in which the
    points see nothing, is orthogonal to it.
    """
    points, problem, xp = design.points, design.problem, namespace(theta)
    n, target = points.shape[-2], problem.coefficients
    misfits = (points * (theta - target)[:, None]).sum(axis=-1)
    gradient = (points * misfits[..., None]).sum(axis=-2) / n
    trace = (points**2).sum(axis=(-1, -2)) / n
    reach = length(target) + problem.radius
    rest = (theta * (target - theta)).sum(axis=-1)
    condition = condition_of_fit(points, multiplier)
    scale = condition * (trace + multiplier) * reach
    return (
        equal(gradient + multiplier[:, None] * theta, 0, scale[:, None]),
        meets_norm_conditions(theta, multiplier, problem.radius),
        equal(xp.where(multiplier > 0, 0.0, rest), 0, condition * reach**2),
    )


@claim("RM-4b", kind="identity", domain=designs, cost=4)
def empirical_base(rg, design, parts=_parts, excess_factor=1):
    """The trained base solves the problem of Σ̂, and RM-4 gives its risk: R(θₙ) ≥ R∞."""
    r, problem = rg.resmem, design.problem
    theta, multiplier = r.empirical_base(design.points, design.labels, problem.radius)
    floor, risk = r.irreducible_risk(problem), r.base_risk(problem, theta)
    scale = _largest_risk(rg, problem)
    return (
        _minimizes_training_error(design, theta, multiplier),
        equal(excess_factor * (risk - floor), sum(parts(rg, problem, theta)), scale),
        at_most(floor, risk, scale, sharp=True),
    )


empirical_base.twin("the excess is a hundredth larger", excess_factor=1.01)
# This twin keeps the slack, so that it is wrong where ‖θₙ‖ = L too.
empirical_base.twin(
    "on the sphere the excess is ‖θₙ − θ∞‖² in the norm of Σ", parts=_parts_by_sigma
)
