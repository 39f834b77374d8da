"""RM-4 and RM-5: the excess risk of a trained base, exactly and in the limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim
from refgen.claims.resmem.base import length, roundings
from refgen.claims.resmem.domains import (
    DesignedProblem,
    anisotropic_problem,
    designs,
    linear_problems,
    sample_problems,
    unit_vectors,
)
from refgen.claims.sampled import sampled
from refgen.resmem import LinearProblem

# --- RM-4


@dataclass(frozen=True, repr=False)
class PointOfBall(Instance):
    """A problem, and any coefficients of norm L or less.

    Attributes
    ----------
    spectrum, coefficients, point : arrays of shape (..., n_features)
    radius : array of shape (...)
    """

    spectrum: Any
    coefficients: Any
    radius: Any
    point: Any

    @property
    def problem(self) -> LinearProblem:
        xp = namespace(self.radius)
        return LinearProblem.trusted(
            spectrum=self.spectrum,
            coefficients=self.coefficients,
            radius=self.radius,
            noise=xp.zeros(self.radius.shape),
        )


def _point(problem: LinearProblem, share: Any, direction: Any) -> PointOfBall:
    """`share` of the way from 0 to the sphere of radius L, along `direction`."""
    point = (problem.radius * share)[..., None] * direction
    return PointOfBall(
        problem.spectrum, problem.coefficients, 1.0 * problem.radius, point
    )


def _sample_points(rg: Any, stream: Any, size: int) -> PointOfBall:
    problem = sample_problems(rg, stream, size)
    direction = unit_vectors(stream.child("direction"), problem.spectrum.shape)
    u = stream.child("share").uniform(size)
    # A third on the sphere itself.
    share = namespace(u).minimum(1.5 * u, 1.0)
    return _point(problem, share, direction)


points_of_balls = Domain(
    "points_of_balls",
    "problems of linear_problems, and any θ with ‖θ‖ ≤ L",
    lambda: [
        _point(anisotropic_problem(), np.array(1.0), np.array([0.6, 0.0, -0.8])),
        _point(anisotropic_problem(), np.array(0.0), np.array([1.0, 0.0, 0.0])),
    ],
    lambda: linear_problems.strategy().flatmap(  # type: ignore[misc]
        lambda p: st.builds(
            lambda i, k: _point(p, np.array(i / 4), np.eye(p.n_features)[k]),
            st.integers(-4, 4),
            st.integers(0, p.n_features - 1),
        )
    ),
    _sample_points,
)


def _excess(rg, problem, theta, parts):
    """R(θ) − R∞ against the sum of `parts`; terms of the two risks and of θ∞."""
    excess = rg.resmem.base_risk(problem, theta) - rg.resmem.irreducible_risk(problem)
    multiplier = rg.resmem.population_base(problem)[1]
    largest = problem.spectrum.max(axis=-1) + multiplier
    reach = length(problem.coefficients) + problem.radius
    return measured(excess, sum(parts), 4 * largest * reach**2, roundings(problem))


@claim("RM-4", kind="identity", domain=points_of_balls, source="derived here")
def excess_risk(rg, at):
    """R(θ) − R∞ = ‖θ − θ∞‖² in the norm of Σ + μI, plus μ(L² − ‖θ‖²), if ‖θ‖ ≤ L."""
    parts = rg.resmem.excess_risk_parts(at.problem, at.point)
    return _excess(rg, at.problem, at.point, parts)


@excess_risk.twin("without the slack, as if every θ used all of its norm")
def _(rg, at):
    distance, _ = rg.resmem.excess_risk_parts(at.problem, at.point)
    return _excess(rg, at.problem, at.point, (distance,))


def _distance_in_risk(rg, problem, theta):
    best, _ = rg.resmem.population_base(problem)
    return (problem.spectrum * (theta - best) ** 2).sum(axis=-1)


@excess_risk.twin("the norm is that of Σ")
def _(rg, at):
    _, slack = rg.resmem.excess_risk_parts(at.problem, at.point)
    parts = (_distance_in_risk(rg, at.problem, at.point), slack)
    return _excess(rg, at.problem, at.point, parts)


# Σ̂ is a matrix of products: `empirical_base` takes smaller eigenvalues for 0.
_RANK_TOLERANCE = 1e-12


def _empirical_optimality(rg, design: DesignedProblem):
    """Conditions that the minimizer of the training error, and no other θ, meets."""
    n = design.points.shape[-2]
    theta, multiplier = rg.resmem.empirical_base(
        design.points, design.labels, design.radius
    )
    error = theta - design.coefficients
    misfit = (design.points * error[..., None, :]).sum(axis=-1)
    gradient = (design.points * misfit[..., None]).sum(axis=-2) / n
    residual = length(gradient + multiplier[..., None] * theta)
    trace = (design.points**2).sum(axis=(-1, -2)) / n
    scale = (trace + multiplier) * (length(design.coefficients) + design.radius)
    unused = multiplier * (design.radius - length(theta))
    rounding = 4 * design.points.shape[-1] + 16
    return theta, (
        measured(residual, _RANK_TOLERANCE * scale, 0.0, 1, 0.0, "inequality"),
        measured(unused, 0.0, multiplier * design.radius, rounding),
        measured(
            length(theta), design.radius, design.radius, rounding, 0, "inequality"
        ),
    )


@claim("RM-4b", kind="identity", domain=designs, source="derived here", cost=4)
def empirical_base(rg, design):
    """The trained base solves the problem of Σ̂, and RM-4 gives its risk: R(θₙ) ≥ R∞."""
    theta, conditions = _empirical_optimality(rg, design)
    problem = design.problem
    parts = rg.resmem.excess_risk_parts(problem, theta)
    identity = _excess(rg, problem, theta, parts)
    floor = rg.resmem.irreducible_risk(problem)
    risk = rg.resmem.base_risk(problem, theta)
    above = measured(floor, risk, identity.scale, identity.terms, 0.0, "inequality")
    return (identity, above, *conditions)


@empirical_base.twin("on the sphere the excess is ‖θₙ − θ∞‖² in the norm of Σ")
def _(rg, design):
    theta, _ = _empirical_optimality(rg, design)
    # With its slack, so that it is wrong where ‖θₙ‖ = L too, and not for that reason.
    _, slack = rg.resmem.excess_risk_parts(design.problem, theta)
    parts = (_distance_in_risk(rg, design.problem, theta), slack)
    return _excess(rg, design.problem, theta, parts)


# --- RM-5


@dataclass(frozen=True, repr=False)
class RandomDesign(Instance):
    """A problem, and whether Σ^(−1/2) x is uniform on a ball (1) or normal (0).

    Attributes
    ----------
    spectrum, coefficients : arrays of shape (..., n_features)
    radius, noise, ball : arrays of shape (...)
    """

    spectrum: Any
    coefficients: Any
    radius: Any
    noise: Any
    ball: Any

    @property
    def problem(self) -> LinearProblem:
        return LinearProblem.trusted(
            spectrum=self.spectrum,
            coefficients=self.coefficients,
            radius=self.radius,
            noise=self.noise,
        )

    def by_law(self, ball: Any, gaussian: Any) -> Any:
        """`ball` (batch, ...) where the law is uniform, `gaussian` elsewhere."""
        where = self.ball.reshape(-1, *(1 for _ in gaussian.shape[1:])) > 0
        return namespace(gaussian).where(where, ball, gaussian)

    def limit(self, rg: Any) -> Any:
        """What refgen says that n E[R(θₙ) − R∞] tends to."""
        each = [
            rg.resmem.asymptotic_excess_risk(self.problem, law)
            for law in ("ball", "gaussian")
        ]
        return self.by_law(*each)


def _random(problem: LinearProblem, ball: float) -> RandomDesign:
    numbers = (np.asarray(a, float) for a in (problem.radius, problem.noise, ball))
    return RandomDesign(problem.spectrum, problem.coefficients, *numbers)


random_designs = Domain(
    "random_designs",
    "normal points with three different eigenvalues, with and without noise; a ball",
    lambda: [
        _random(anisotropic_problem(), 0),
        _random(LinearProblem(np.ones(4), np.full(4, 0.5), 0.5), 1),
        _random(LinearProblem([2.0, 1.0, 0.4], [0.6, 0.64, 0.48], 0.6, 0.5), 0),
    ],
)

SAMPLE_SIZES = (16, 64)
REPEATS = 4  # designs whose mean is one draw

# An excess of one direction only would be a multiple of χ² with one degree of freedom,
# of kurtosis 15, as n → ∞; means of four have 3 + 12/4. Twice that leaves room.
_KURTOSIS = 12.0


def _drawn_points(law: RandomDesign, stream: Any, shape: tuple[int, ...]) -> Any:
    """Points (batch, *shape, n_features) of the law."""
    batch, d = law.spectrum.shape
    normal = stream.normal((batch, *shape, d))
    u = stream.child("length").uniform((batch, *shape, 1))
    uniform = normal * (math.sqrt(d + 2) * u ** (1 / d) / length(normal)[..., None])
    root = namespace(normal).sqrt(law.spectrum)
    return law.by_law(uniform, normal) * root.reshape(batch, *(1 for _ in shape), d)


def _excess_times_n(rg, law, draws):
    """n (R(θₙ) − R∞) over the limit, means of REPEATS, (batch, draws, sizes)."""
    xp, problem = namespace(law.spectrum), law.problem
    shape = (draws.n, REPEATS, SAMPLE_SIZES[-1])
    points = _drawn_points(law, draws.stream.child("points"), shape)
    noise = draws.stream.child("noise").normal(points.shape[:-1])
    theta_star = law.coefficients[:, None, None, None]
    labels = (points * theta_star).sum(axis=-1)
    labels = labels + law.noise.reshape(-1, 1, 1, 1) * noise
    limit = law.limit(rg).reshape(-1, 1, 1)
    values = []
    for n in SAMPLE_SIZES:
        given = points[..., :n, :], labels[..., :n]
        theta, _ = rg.resmem.empirical_base(*given, law.radius.reshape(-1, 1, 1))
        error = theta - law.coefficients[:, None, None]
        risk = (law.spectrum[:, None, None] * error**2).sum(axis=-1)
        floor = rg.resmem.irreducible_risk(problem).reshape(-1, 1, 1)
        values.append((n * (risk - floor) / limit).mean(axis=-1))
    return xp.stack(values, axis=-1)


_OPTIONS: dict[str, Any] = {"kurtosis": _KURTOSIS, "sizes": SAMPLE_SIZES}
_PRECISION = 0.25


@claim(
    "RM-5",
    kind="limit",
    domain=random_designs,
    source="derived here; by simulation",
    cost=50,
    monte_carlo=True,
)
def asymptotic_excess_risk(rg, law, draws):
    """n E[R(θₙ) − R∞] → (κR∞ + σ²) tr(QΣ); shown relative, from n = 16, 64."""
    return sampled(_excess_times_n(rg, law, draws), 1.0, _PRECISION, **_OPTIONS)


@asymptotic_excess_risk.twin("Q = (Σ + μI)⁻¹: θₙ may leave the sphere")
def _(rg, law, draws):
    problem = law.problem
    multiplier = rg.resmem.population_base(problem)[1][:, None]
    trace = (problem.spectrum / (problem.spectrum + multiplier)).sum(axis=-1)
    d = problem.n_features
    shrink = law.by_law((d + 2) / (d + 4) + 0 * trace, 1 + 0 * trace)
    noise = shrink * rg.resmem.irreducible_risk(problem) + law.noise**2
    wrong = noise * trace / law.limit(rg)
    return sampled(_excess_times_n(rg, law, draws), wrong, _PRECISION, **_OPTIONS)


@asymptotic_excess_risk.twin("it tends to 0: the excess is below the order 1/n")
def _(rg, law, draws):
    return sampled(_excess_times_n(rg, law, draws), 0.0, _PRECISION, **_OPTIONS)
