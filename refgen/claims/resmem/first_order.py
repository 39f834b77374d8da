"""RM-5e: the main part of the training error of a base, at every n."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.claims.resmem.domains import anisotropic_problem, linear_problems
from refgen.domains import choice, integer, real, record
from refgen.resmem import LinearProblem


@dataclass(frozen=True, repr=False)
class RandomDesign(Instance):
    """A problem, and whether Σ^(−1/2) x is uniform on a ball (1) or normal (0)."""

    problem: LinearProblem
    ball: Any

    def by_law(self, ball: Any, gaussian: Any) -> Any:
        """`ball` (batch, ...) where the law is uniform, `gaussian` elsewhere."""
        where = self.ball.reshape(-1, *(1 for _ in gaussian.shape[1:])) > 0
        return namespace(gaussian).where(where, ball, gaussian)


def _limit(rg: Any, law: RandomDesign) -> Any:
    """(κR∞ + σ²) tr(QΣ)."""
    limit, problem = rg.resmem.asymptotic_excess_risk, law.problem
    return law.by_law(limit(problem, "ball"), limit(problem, "gaussian"))


@dataclass(frozen=True)
class FirstOrder:
    """g ↦ gᵀQg, which the excess risk is to first order, and b = θ* − θ∞."""

    inverse: Any
    along: Any
    active: Any
    missing: Any

    @classmethod
    def of(cls, rg: Any, problem: LinearProblem) -> FirstOrder:
        theta, multiplier = rg.resmem.population_base(problem)
        xp, shifted = namespace(theta), problem.spectrum + multiplier[..., None]
        usable = shifted > 0
        inverse = xp.where(usable, 1 / xp.where(usable, shifted, 1.0), 0.0)
        return cls(
            inverse, inverse * theta, multiplier > 0, problem.coefficients - theta
        )

    def error(self, gradient: Any) -> Any:
        """gᵀQg with Q = A − Aθ∞θ∞ᵀA/θ∞ᵀAθ∞; A alone if μ = 0."""
        xp = namespace(gradient)
        size = xp.where(self.inverse > 0, self.along**2, 0.0)
        size = size / xp.where(self.inverse > 0, self.inverse, 1.0)
        total = size.sum(axis=-1)
        lost = (self.along * gradient).sum(axis=-1) ** 2 / xp.where(
            total > 0, total, 1.0
        )
        whole = (self.inverse * gradient**2).sum(axis=-1)
        return whole - xp.where(self.active, lost, 0.0)


# --- RM-5e: the error to first order, at every n

laws_of_points = record(
    RandomDesign,
    "any problem with noise; Σ^(−1/2) x normal or uniform on a ball",
    problem=linear_problems.but(
        "Σ of condition up to 50, singular ones too, up to 4 features, with noise",
        d=integer(1, 4),
        noise=real(0, 2),
    ),
    ball=choice(0, 1),
    examples=lambda: [
        RandomDesign(anisotropic_problem(0.5), np.array(0.0)),
        RandomDesign(LinearProblem([1.0], [1.0], 0.5, 0.3), np.array(1.0)),
    ],
)


def _sphere_rule(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Points of the unit sphere whose mean is exact up to degree 5, and weights."""
    axes = [sign * np.eye(d)[i] for i in range(d) for sign in (1, -1)]
    pairs = [
        (a * np.eye(d)[i] + b * np.eye(d)[j]) / math.sqrt(2)
        for i, j in itertools.combinations(range(d), 2)
        for a, b in itertools.product((1, -1), repeat=2)
    ]
    unit = 1 / (d * (d + 2))
    shares = [(4 - d) / 2 * unit] * len(axes) + [unit] * len(pairs)
    return np.array(axes + pairs), np.array(shares)


def _ball_rule(d: int) -> tuple[np.ndarray, np.ndarray]:
    """As `_sphere_rule`, for the uniform law on the ball of radius √(d + 2)."""
    directions, shares = _sphere_rule(d)
    u, mass = unit_nodes(np, 8)
    radii, weights = math.sqrt(d + 2) * u, mass * d * u ** (d - 1)
    points = radii[:, None, None] * directions
    return points.reshape(-1, d), (weights[:, None] * shares).ravel()


def _normal_rule(d: int) -> tuple[np.ndarray, np.ndarray]:
    """As `_sphere_rule`, for the standard normal law: Gauss and Hermite's 3 nodes."""
    nodes, mass = math.sqrt(3) * np.array([-1, 0, 1]), np.array([1, 4, 1]) / 6
    points = np.array(list(itertools.product(nodes, repeat=d)))
    return points, np.array(list(itertools.product(mass, repeat=d))).prod(axis=-1)


def _expected_error(rg: Any, problem: LinearProblem, rule: Any) -> tuple[Any, Any]:
    """E of a = x⟨x, b⟩ − Σb + εx and of aᵀQa, by cubature of degree 5; ε = ±σ."""
    xp, d = namespace(problem.spectrum), problem.n_features
    white, weights = (xp.asarray(part) for part in rule(d))
    one = problem.map(lambda array: array[:, None])
    form = FirstOrder.of(rg, one)
    x = xp.sqrt(one.spectrum) * white
    centre = one.spectrum * form.missing
    inner = (x * form.missing).sum(axis=-1, keepdims=True)
    mean, square = 0.0, 0.0
    for sign in (-1, 1):
        gradient = x * (inner + sign * one.noise[..., None]) - centre
        mean = mean + (weights[:, None] * gradient).sum(axis=-2) / 2
        square = square + (weights * form.error(gradient)).sum(axis=-1) / 2
    return mean, square


@claim("RM-5e", kind="identity", domain=laws_of_points, cost=50)
def first_order_error(rg, law, limit=_limit):
    """n E[gᵀQg] = (κR∞ + σ²) tr(QΣ) at every n, for g = (Σ̂ − Σ)b + ξ.

    g is a mean of n independent vectors a of mean 0, so that only E aᵀQa is needed.
    """
    problem = law.problem
    normal, ball = (_expected_error(rg, problem, r) for r in (_normal_rule, _ball_rule))
    mean, square = (law.by_law(b, g) for b, g in zip(ball, normal, strict=True))
    d, largest = problem.n_features, problem.spectrum.max(axis=-1)
    missing = 4 * (problem.coefficients**2).sum(axis=-1)
    # |a|² is at most (|x|²|b| + λ|b| + σ|x|)², and Q at most 1/λmin on the range.
    size = 3 * d**2 * (largest * missing + problem.noise**2) * largest / 0.2
    return (
        equal(mean, 0.0, size[:, None] ** 0.5 * (1 + largest[:, None])),
        equal(square, limit(rg, law), 10 * size),
    )


def _normal_moments(rg: Any, law: RandomDesign) -> Any:
    """The limit with κ = 1 on the ball too."""
    return rg.resmem.asymptotic_excess_risk(law.problem, "gaussian")


def _five_per_cent_more(rg: Any, law: RandomDesign) -> Any:
    return 1.05 * _limit(rg, law)


first_order_error.twin("κ = 1 on the ball too", limit=_normal_moments)
first_order_error.twin("five per cent more", limit=_five_per_cent_more)
