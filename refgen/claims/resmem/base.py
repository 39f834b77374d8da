"""RM-1 to RM-3: the law of the points, and the population's base of bounded norm."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, at_most, equal, tends_to
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.claims.resmem._norms import length, meets_norm_conditions
from refgen.claims.resmem.domains import LARGEST, SMALLEST, linear_problems
from refgen.claims.sources import YANG
from refgen.domains import integer, record
from refgen.resmem import LinearProblem

# --- RM-1


@dataclass(frozen=True, repr=False)
class Dimension(Instance):
    """The number of features, shape (...)."""

    n_features: Any


dimensions = record(
    Dimension,
    "balls of 1 to 40 dimensions",
    n_features=integer(1, 40),
    examples=lambda: [Dimension(np.array(d)) for d in (1, 2, 3, 5, 40)],
)


def _moments_by_quadrature(n_features: Any, room: float) -> Any:
    """E x₁², E x₁⁴, E x₁²x₂² and E ‖x‖⁴ in the ball of radius √(d + room).

    With x₁ = R sin φ the density (R² − x₁²)^((d − 1)/2) becomes cosᵈ φ, which has no
    singular end; Gauss's rule of 64 nodes is exact to rounding up to d = 40.
    """
    xp, d = namespace(n_features), 1.0 * n_features[:, None]
    shares, weights = unit_nodes(xp, 64)
    angles = math.pi / 2 * shares
    mass = weights * xp.cos(angles) ** d
    first = (d + room) * xp.sin(angles) ** 2
    # Given x₁, the other coordinates are uniform on a ball of d − 1 dimensions.
    mixed = first * (d + room - first) / (d + 1)
    norm = d * first**2 + d * (d - 1) * mixed
    moments = [(mass * x).sum(axis=-1) for x in (first, first**2, mixed, norm)]
    return xp.stack(moments, axis=-1) / mass.sum(axis=-1, keepdims=True)


@claim("RM-1", kind="identity", domain=dimensions)
def ball_moments(rg, ball, room=2):
    """Uniform on the ball of radius √(d + 2): Σ = I, and the fourth moments."""
    found = _moments_by_quadrature(ball.n_features, room)
    stated = [rg.resmem.ball_moments(d) for d in ball.n_features.tolist()]
    return equal(namespace(found).asarray(stated), found, found)


@ball_moments.twin_function("the fourth moments are those of the normal law, 3 and 1")
def _(rg, ball):
    _, fourth, mixed, _ = _moments_by_quadrature(ball.n_features, room=2).T
    return equal(3, fourth, 3), equal(1, mixed, 3)


ball_moments.twin("a radius of √d makes Σ = I", room=0)

# --- RM-2

# A step of projected gradient descent shrinks errors by 1 − 1/CONDITION at least, as
# coordinates of eigenvalue 0 stay at 0; (1 − 1/50)²⁰⁰⁰ is 3e-18.
CONDITION = LARGEST / SMALLEST
_STEPS = 2000


def _projected_gradient(problem: LinearProblem) -> Any:
    """The best coefficients in the ball, by projected gradient descent from 0."""
    xp = namespace(problem.spectrum)
    largest = problem.spectrum.max(axis=-1, keepdims=True)
    rate = problem.spectrum / xp.where(largest > 0, largest, 1.0)
    radius = problem.radius[..., None]
    theta = xp.zeros(rate.shape)
    for _ in range(_STEPS):
        theta = theta - rate * (theta - problem.coefficients)
        theta = theta * (radius / xp.maximum(length(theta)[..., None], radius))
    return theta


def _is_where_descent_ends(problem: LinearProblem, theta: Any) -> Any:
    """θ is what projected gradient descent finds.

    The roundings of its steps add up to `CONDITION` times one.
    """
    scale = CONDITION * (length(problem.coefficients) + problem.radius)
    return equal(theta, _projected_gradient(problem), scale[:, None])


def _is_stationary(problem: LinearProblem, theta: Any, multiplier: Any) -> Any:
    """The gradient Σ(θ − θ*) + μθ of the Lagrangian is 0."""
    spectrum, target = problem.spectrum, problem.coefficients
    pull = multiplier[:, None] * theta
    scale = spectrum * (abs(theta) + abs(target)) + abs(pull)
    return equal(spectrum * (theta - target) + pull, 0, scale)


def _target_risk(problem: LinearProblem) -> Any:
    """θ*ᵀΣθ*, the risk of predicting 0."""
    return (problem.spectrum * problem.coefficients**2).sum(axis=-1)


_SHARES = 2.0 ** -np.arange(1, 9)


def _quotients_tend_to(rg: Any, problem: LinearProblem, slope: Any) -> Any:
    """(R∞(L + h) − R∞(L))/h → `slope`, shown for h = L/2, …, L/256.

    R∞ is convex in L², with slope −μ: the increment is between −μ(L)(2Lh + h²) and
    −μ(L + h)(2Lh + h²). Both are within h of −2μL up to h μ(L) + 2L(μ(L) − μ(L + h)).
    """
    r, at = rg.resmem, problem.map(lambda array: array[:, None])
    h = at.radius * namespace(at.radius).asarray(_SHARES)
    wider = LinearProblem.trusted(**vars(at) | {"radius": at.radius + h})
    _, multiplier = r.population_base(at)
    _, wider_multiplier = r.population_base(wider)
    quotients = (r.irreducible_risk(wider) - r.irreducible_risk(at)) / h
    envelope = h * multiplier + 2 * at.radius * (multiplier - wider_multiplier)
    risks = _target_risk(at) + 2 * multiplier * at.radius**2
    curvature = at.spectrum.max(axis=-1) + multiplier
    scale = risks / h + 4 * at.radius * curvature
    return tends_to(quotients, slope[:, None], envelope, scale)


@claim(
    "RM-2",
    kind="identity",
    domain=linear_problems,
    source=f"derived here; Σ = I: {YANG}",
    cost=200,
)
def population_base(rg, problem):
    """θ∞ = (Σ + μI)⁻¹ Σθ* is the best base of norm L or less, and dR∞/dL = −2μL."""
    r = rg.resmem
    theta, multiplier = r.population_base(problem)
    largest = problem.spectrum.max(axis=-1)
    scale = 4 * _target_risk(problem) + largest * problem.radius**2
    return (
        _is_where_descent_ends(problem, theta),
        _is_stationary(problem, theta, multiplier),
        meets_norm_conditions(theta, multiplier, problem.radius),
        equal(r.irreducible_risk(problem), r.base_risk(problem, theta), scale),
        _quotients_tend_to(rg, problem, r.irreducible_risk_slope(problem)),
    )


@population_base.twin_function("θ∞ = Lθ*, as it is for Σ = I")
def _(rg, problem):
    return _is_where_descent_ends(
        problem, problem.radius[:, None] * problem.coefficients
    )


@population_base.twin_function("dR∞/dL = −μL, the multiplier of the norm itself")
def _(rg, problem):
    return _quotients_tend_to(
        rg, problem, rg.resmem.irreducible_risk_slope(problem) / 2
    )


# --- RM-3


def _scaled_target_risk(problem: LinearProblem, gap: Any) -> Any:
    """(1 − L/‖θ*‖)₊² θ*ᵀΣθ*, the risk of θ* scaled down to norm L."""
    return (gap / length(problem.coefficients)) ** 2 * _target_risk(problem)


def _gap(problem: LinearProblem) -> Any:
    """(‖θ*‖ − L)₊, how far θ* is outside of the ball."""
    distance = length(problem.coefficients) - problem.radius
    return namespace(distance).maximum(distance, 0.0)


@claim("RM-3", kind="inequality", domain=linear_problems)
def irreducible_risk_bounds(rg, problem):
    """λ_min (t − L)₊² ≤ R∞ ≤ (1 − L/t)₊² θ*ᵀΣθ* ≤ λ_max (t − L)₊², t = ‖θ*‖."""
    smallest, largest = problem.spectrum.min(axis=-1), problem.spectrum.max(axis=-1)
    gap = _gap(problem)
    return ascending(
        smallest * gap**2,
        rg.resmem.irreducible_risk(problem),
        _scaled_target_risk(problem, gap),
        largest * gap**2,
        scale=_target_risk(problem) + largest * length(problem.coefficients) ** 2,
    )


@irreducible_risk_bounds.twin_function("R∞ ≥ (1 − L)² θ*ᵀΣθ*")
def _(rg, problem):
    bound = _scaled_target_risk(problem, _gap(problem))
    return at_most(bound, rg.resmem.irreducible_risk(problem), _target_risk(problem))
