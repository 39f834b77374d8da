"""RM-4 and RM-5: the excess risk of a trained base, exactly and in the limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import UNIT_ROUNDOFF, Instance, namespace
from refgen.claims.draws import ball_points
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._norms import length, meets_norm_conditions
from refgen.claims.resmem.base import any_problems
from refgen.claims.resmem.domains import (
    DesignedProblem,
    anisotropic_problem,
    designs,
)
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.domains import Domain, integer, real, record, vector
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
    points, problem = design.points, design.problem
    n, target = points.shape[-2], problem.coefficients
    misfits = (points * (theta - target)[:, None]).sum(axis=-1)
    gradient = (points * misfits[..., None]).sum(axis=-2) / n
    trace = (points**2).sum(axis=(-1, -2)) / n
    reach = length(target) + problem.radius
    scale = (trace + multiplier) * reach
    return (
        equal(gradient + multiplier[:, None] * theta, 0, scale[:, None]),
        meets_norm_conditions(theta, multiplier, problem.radius),
        _is_orthogonal_to_rest(design, theta, multiplier, trace, reach),
    )


def _is_orthogonal_to_rest(
    design: DesignedProblem, theta: Any, multiplier: Any, trace: Any, reach: Any
) -> Any:
    """⟨θ, θ* − θ⟩ = 0 if μ̂ = 0.

    Along an eigenvector θ is off by the gradient's rounding over its eigenvalue;
    eigenvalues that may be roundings of 0 do not count.
    """
    points, xp = design.points, namespace(theta)
    n, d = points.shape[-2:]
    gram = xp.matmul(points.swapaxes(-1, -2), points) / n
    spectrum = xp.linalg.eigvalsh(gram)
    kept = spectrum > 4 * (n + d) * UNIT_ROUNDOFF * trace[:, None]
    inverse = xp.where(kept, 1 / xp.where(kept, spectrum, 1.0), 0.0).max(axis=-1)
    rest = (theta * (design.problem.coefficients - theta)).sum(axis=-1)
    scale = (1 + trace * inverse) * reach**2
    return equal(xp.where(multiplier > 0, 0.0, rest), 0, scale)


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

# --- RM-5: many points


@dataclass(frozen=True, repr=False)
class RandomDesign(Instance):
    """A problem, and whether Σ^(−1/2) x is uniform on a ball (1) or normal (0)."""

    problem: LinearProblem
    ball: Any

    def by_law(self, ball: Any, gaussian: Any) -> Any:
        """`ball` (batch, ...) where the law is uniform, `gaussian` elsewhere."""
        where = self.ball.reshape(-1, *(1 for _ in gaussian.shape[1:])) > 0
        return namespace(gaussian).where(where, ball, gaussian)


random_designs = Domain(
    "normal points with three different eigenvalues, with and without noise; a ball",
    lambda: [
        RandomDesign(anisotropic_problem(), np.array(0.0)),
        RandomDesign(LinearProblem(np.ones(4), np.full(4, 0.5), 0.5), np.array(1.0)),
        RandomDesign(anisotropic_problem(noise=0.5), np.array(0.0)),
    ],
)

SAMPLE_SIZES = (16, 64)
REPEATS = 4  # designs whose mean is one draw

# An excess of one direction only would be a multiple of χ² with one degree of freedom,
# of kurtosis 15, as n → ∞; means of four have 3 + 12/4. Twice that leaves room.
_KURTOSIS = 12.0


def _training_sets(law: RandomDesign, stream: Any, shape: tuple[int, ...]) -> Any:
    """Points (batch, *shape, n_features) of the law, and their labels."""
    # A batch axis, and one for each of `shape`.
    problem = law.problem.map(lambda array: array[:, None, None, None])
    d, xp = problem.n_features, namespace(problem.spectrum)
    shape = (len(law.ball), *shape, d)
    uniform = ball_points(stream.child("ball"), shape, math.sqrt(d + 2))
    normal = stream.child("normal").normal(shape)
    points = xp.sqrt(problem.spectrum) * law.by_law(uniform, normal)
    noise = problem.noise * stream.child("noise").normal(shape[:-1])
    return points, (points * problem.coefficients).sum(axis=-1) + noise


def _excess_times_n(rg: Any, law: RandomDesign, draws: Any) -> Any:
    """n (R(θₙ) − R∞), means of REPEATS, (batch, draws, sizes)."""
    r, xp = rg.resmem, namespace(law.problem.radius)
    problem = law.problem.map(lambda array: array[:, None, None])
    floor = r.irreducible_risk(problem)
    shape = (draws.n, REPEATS, SAMPLE_SIZES[-1])
    points, labels = _training_sets(law, draws.stream, shape)
    means = []
    for n in SAMPLE_SIZES:
        theta, _ = r.empirical_base(points[..., :n, :], labels[..., :n], problem.radius)
        means.append((n * (r.base_risk(problem, theta) - floor)).mean(axis=-1))
    return xp.stack(means, axis=-1)


def _limit(rg: Any, law: RandomDesign) -> Any:
    """(κR∞ + σ²) tr(QΣ)."""
    limit, problem = rg.resmem.asymptotic_excess_risk, law.problem
    return law.by_law(limit(problem, "ball"), limit(problem, "gaussian"))


def _limit_off_the_sphere(rg: Any, law: RandomDesign) -> Any:
    """(κR∞ + σ²) tr((Σ + μI)⁻¹Σ)."""
    problem, d = law.problem, law.problem.n_features
    _, multiplier = rg.resmem.population_base(problem)
    shifted = problem.spectrum + multiplier[:, None]
    trace = (problem.spectrum / shifted).sum(axis=-1)
    risk = rg.resmem.irreducible_risk(problem)
    return (law.by_law((d + 2) / (d + 4) * risk, risk) + problem.noise**2) * trace


def _nothing(rg: Any, law: RandomDesign) -> Any:
    return 0 * law.problem.radius


@claim("RM-5", kind="limit", domain=random_designs, source=SIMULATED, cost=50)
def asymptotic_excess_risk(rg, law, draws, limit=_limit):
    """n E[R(θₙ) − R∞] → (κR∞ + σ²) tr(QΣ); shown relative, from n = 16, 64."""
    unit = _limit(rg, law)
    values = _excess_times_n(rg, law, draws) / unit[:, None, None]
    relative = limit(rg, law) / unit
    return sampled(values, relative, 0.25, kurtosis=_KURTOSIS, sizes=SAMPLE_SIZES)


asymptotic_excess_risk.twin(
    "Q = (Σ + μI)⁻¹: θₙ may leave the sphere", limit=_limit_off_the_sphere
)
asymptotic_excess_risk.twin(
    "it tends to 0: the excess is below the order 1/n", limit=_nothing
)
