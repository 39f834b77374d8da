"""RM-1 and RM-2: the law of the points, and the population's base of bounded norm."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.claims.resmem._balls import Dimension, table
from refgen.claims.resmem._norms import length, meets_norm_conditions
from refgen.claims.resmem.domains import linear_problems
from refgen.claims.sources import YANG
from refgen.domains import integer, record, spectrum, vector
from refgen.resmem import LinearProblem

# --- RM-1

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
    return equal(table(rg.resmem.ball_moments, ball.n_features), found, found)


ball_moments.twin("a radius of √(d + 2.05) makes Σ = I", room=2.05)
ball_moments.twin("a radius of √d makes Σ = I", room=0)


@ball_moments.twin_function("the fourth moments are those of the normal law, 3 and 1")
def _(rg, ball):
    _, fourth, mixed, _ = table(rg.resmem.ball_moments, ball.n_features).T
    return equal(fourth, 3, 3), equal(mixed, 1, 1)


# --- RM-2

# At a condition of 10¹⁴ roundings of the largest eigenvalue begin to hide the smallest.
any_problems = linear_problems.but(
    "Σ of condition up to 10¹⁴, singular ones too, any θ*, L from 0.04 on",
    examples=lambda: [
        *linear_problems.examples(),
        LinearProblem([10.0, 1e-13], [0.6, 0.8], 0.5),
        LinearProblem([1.0, 1.0 + 2.0**-52, 1e-13], [0.6, 0.0, 0.8], 0.6),
        LinearProblem([1e-13, 1e-13], [0.6, 0.8], 0.5),
        LinearProblem([2.0, 1.0], [0.0, 0.0], 0.5),
    ],
    spectrum=spectrum("d", smallest=1e-13, largest=10.0),
    coefficients=vector("d"),
)

# Halvings of an interval, of which the multiplier is found to 1e-60.
_HALVINGS = 200


def _multiplier_by_bisection(problem: LinearProblem) -> Any:
    """The μ at which (Σ + μI)⁻¹Σθ* has norm L; near 0 if it is shorter at μ = 0."""
    xp = namespace(problem.spectrum)
    seen = problem.spectrum > 0
    reach = length(problem.spectrum * problem.coefficients) / problem.radius
    low, high = 0 * reach, reach
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        theta = _shrunk(problem, middle, seen)
        too_long = length(theta) > problem.radius
        low, high = xp.where(too_long, middle, low), xp.where(too_long, high, middle)
    return high


def _shrunk(problem: LinearProblem, multiplier: Any, seen: Any) -> Any:
    """θ*/(1 + μ/λ), 0 where λ is."""
    xp = namespace(seen)
    ratio = multiplier[:, None] / xp.where(seen, problem.spectrum, 1.0)
    return xp.where(seen, problem.coefficients / (1 + ratio), 0.0)


def _is_where_bisection_ends(problem: LinearProblem, theta: Any) -> Any:
    """θ is (Σ + μI)⁻¹Σθ* for the multiplier that bisection finds.

    Both norms are L up to roundings. Multipliers δ apart make norms that differ by
    δ Σ θ²/(λ + μ) / L, and a coordinate by δ θ/(λ + μ).
    """
    xp, seen = namespace(theta), problem.spectrum > 0
    multiplier = _multiplier_by_bisection(problem)
    found = _shrunk(problem, multiplier, seen)
    shifted = xp.where(seen, problem.spectrum, 1.0) + multiplier[:, None]
    change = abs(found) / shifted
    total = (abs(found) * change).sum(axis=-1)
    square = problem.radius**2 / xp.where(total > 0, total, 1.0)
    return equal(theta, found, abs(found) + square[:, None] * change)


def _is_stationary(problem: LinearProblem, theta: Any, multiplier: Any) -> Any:
    """The gradient Σ(θ − θ*) + μθ of the Lagrangian is 0."""
    spectrum, target = problem.spectrum, problem.coefficients
    pull = multiplier[:, None] * theta
    scale = spectrum * (abs(theta) + abs(target)) + abs(pull)
    return equal(spectrum * (theta - target) + pull, 0, scale)


def target_risk(problem: LinearProblem) -> Any:
    """θ*ᵀΣθ*, the risk of predicting 0."""
    return (problem.spectrum * problem.coefficients**2).sum(axis=-1)


# Of L/h, where h is added to L.
_STEPS = 2.0 ** np.arange(1, 17, 3)


def _quotients_tend_to(rg: Any, problem: LinearProblem, factor: float) -> Any:
    """(R∞(L + h) − R∞(L))/h → dR∞/dL.

    R∞ is convex in L², with slope −μ: the increment is between −μ(L)(2Lh + h²) and
    −μ(L + h)(2Lh + h²), both within h μ(L) + 2L(μ(L) − μ(L + h)) of −2μLh. And
    −dμ/dL = L/Σ θ²/(λ + μ) is at most (λ_max + μ)/L where μ > 0.
    """
    r, at = rg.resmem, problem.map(lambda array: array[:, None])
    h = at.radius / namespace(at.radius).asarray(_STEPS)
    wider = LinearProblem.trusted(**vars(at) | {"radius": at.radius + h})
    quotients = (r.irreducible_risk(wider) - r.irreducible_risk(at)) / h
    largest = problem.spectrum.max(axis=-1)
    multiplier = _multiplier_by_bisection(problem)
    envelope = [(problem.radius * (3 * multiplier + 2 * largest), 1)]
    risks = target_risk(at) + 2 * (multiplier * problem.radius**2)[:, None]
    curvature = (largest + multiplier)[:, None]
    scale = risks / h + 4 * at.radius * curvature
    slope = factor * r.irreducible_risk_slope(problem)
    return tends_to(quotients, slope[:, None], envelope, _STEPS, scale)


@claim(
    "RM-2",
    kind="identity",
    domain=any_problems,
    source=f"derived here; Σ = I: {YANG}",
    cost=64,
)
def population_base(rg, problem, slope=1, risk=1):
    """θ∞ = (Σ + μI)⁻¹ Σθ* is the best base of norm L or less, and dR∞/dL = −2μL."""
    r = rg.resmem
    theta, multiplier = r.population_base(problem)
    largest = problem.spectrum.max(axis=-1)
    scale = 4 * target_risk(problem) + largest * problem.radius**2
    least = risk * r.irreducible_risk(problem)
    return (
        _is_where_bisection_ends(problem, theta),
        _is_stationary(problem, theta, multiplier),
        meets_norm_conditions(theta, multiplier, problem.radius),
        equal(least, r.base_risk(problem, theta), scale),
        _quotients_tend_to(rg, problem, slope),
    )


population_base.twin("dR∞/dL = −2.06 μL", slope=1.03)
population_base.twin("R∞ is a hundredth larger", risk=1.01)
population_base.twin("dR∞/dL = −μL, the multiplier of the norm itself", slope=0.5)


@population_base.twin_function("θ∞ = Lθ*, as it is for Σ = I")
def _(rg, problem):
    theta, _ = rg.resmem.population_base(problem)
    return equal(theta, problem.radius[:, None] * problem.coefficients)
