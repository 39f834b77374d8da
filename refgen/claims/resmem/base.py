"""RM-1 to RM-3: the law of the points, and the population's base of bounded norm."""

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
from refgen.claims.resmem.domains import LARGEST, SMALLEST, linear_problems
from refgen.resmem import LinearProblem

YANG = "Yang et al. 2023 (arXiv 2302.01576)"
CONDITION = LARGEST / SMALLEST


# --- RM-1


@dataclass(frozen=True, repr=False)
class Dimension(Instance):
    """The number of features, shape (...)."""

    n_features: Any


dimensions = Domain(
    "dimensions",
    "balls of 1 to 40 dimensions",
    lambda: [Dimension(np.array(d)) for d in (1, 2, 3, 5, 40)],
    lambda: st.integers(1, 40).map(lambda d: Dimension(np.array(d))),
    lambda rg, stream, size: Dimension(1 + stream.integers(40, size)),
)

_NODES = 64


def _marginal(dimension: Dimension) -> tuple[Any, Any, Any]:
    """Values of x₁ and their probabilities, by quadrature of its density.

    With x₁ = R sin φ the density (R² − x₁²)^((d − 1)/2) becomes cosᵈ φ, which has no
    singular end; Gauss's rule of 64 nodes is exact to rounding up to d = 40.
    """
    d = dimension.n_features[..., None].astype(float)
    xp = namespace(d)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    angles = xp.asarray(nodes * (math.pi / 2))
    mass = xp.asarray(weights) * xp.cos(angles) ** d
    probabilities = mass / mass.sum(axis=-1, keepdims=True)
    return xp.sqrt(d + 2) * xp.sin(angles), probabilities, d


def _moments(rg: Any, dimension: Dimension) -> Any:
    """What refgen says of every dimension, (batch, 4)."""
    xp = namespace(dimension.n_features)
    each = [rg.resmem.ball_moments(d) for d in dimension.n_features.tolist()]
    return xp.asarray(each)


# Each power cosᵈ carries d ≤ 40 roundings of the cosine.
_QUADRATURE_TERMS = 4 * _NODES


@claim("RM-1", kind="identity", domain=dimensions, source="derived here")
def ball_moments(rg, dimension):
    """Uniform on the ball of radius √(d + 2): Σ = I, and the fourth moments."""
    x, p, d = _marginal(dimension)
    found = _moments(rg, dimension)
    second, fourth = (x**2 * p).sum(axis=-1), (x**4 * p).sum(axis=-1)
    # Given x₁, the other coordinates are uniform on a ball of d − 1 dimensions.
    mixed = (x**2 * (d + 2 - x**2) / (d + 1) * p).sum(axis=-1)
    d = d[..., 0]
    norm = d * fourth + d * (d - 1) * mixed
    sides = zip((second, fourth, mixed, norm), (0, 1, 2, 3), strict=True)
    return tuple(
        measured(found[:, i], side, side, _QUADRATURE_TERMS) for side, i in sides
    )


@ball_moments.twin("the fourth moments are those of the normal law, 3 and 1")
def _(rg, dimension):
    x, p, _ = _marginal(dimension)
    fourth = (x**4 * p).sum(axis=-1)
    # E x₁² x₂² is a third of it, by rotation: 1 for the normal law.
    return (
        measured(0 * fourth + 3, fourth, 3, _QUADRATURE_TERMS),
        measured(0 * fourth + 1, fourth / 3, 3, _QUADRATURE_TERMS),
    )


@ball_moments.twin("a radius of √d makes Σ = I")
def _(rg, dimension):
    x, p, d = _marginal(dimension)
    second = (x**2 * p).sum(axis=-1) * (d / (d + 2))[..., 0]
    return measured(second, _moments(rg, dimension)[:, 0], 1, _QUADRATURE_TERMS)


# --- RM-2 and RM-3

# A step of projected gradient descent shrinks errors by 1 − 1/CONDITION at least, as
# coordinates of eigenvalue 0 stay at 0; (1 − 1/50)²⁰⁰⁰ is 3e-18.
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
        norm = xp.sqrt((theta**2).sum(axis=-1, keepdims=True))
        theta = theta * (radius / xp.maximum(norm, radius))
    return theta


def roundings(problem: LinearProblem) -> int:
    """Roundings of a solution: those of the secular equation, and of what follows."""
    return 2 * problem.n_features + 24


def length(vectors: Any) -> Any:
    return namespace(vectors).sqrt((vectors**2).sum(axis=-1))


def _form(problem: LinearProblem) -> Any:
    """θ*ᵀΣθ*, the risk of predicting 0."""
    return (problem.spectrum * problem.coefficients**2).sum(axis=-1)


def _stationarity(problem, theta, multiplier):
    """The gradient of the Lagrangian, which is 0 at the solution."""
    gradient = problem.spectrum * (theta - problem.coefficients)
    pull = multiplier[..., None] * theta
    scale = problem.spectrum * (abs(theta) + abs(problem.coefficients)) + abs(pull)
    return measured(gradient + pull, 0.0, scale, 8)


def _descended(problem, theta):
    """`theta` against projected gradient descent; a step's rounding adds up ×50."""
    scale = CONDITION * (length(problem.coefficients) + problem.radius)[..., None]
    return measured(theta, _projected_gradient(problem), scale, roundings(problem))


_SHARES = 2.0 ** -np.arange(1, 9)


def _difference_quotient(rg, problem, slope):
    """(R∞(L + h) − R∞(L))/h for h = L/2, …, L/256 against `slope`.

    R∞ is convex in L², with slope −μ: the increment is between −μ(L)(2Lh + h²) and
    −μ(L + h)(2Lh + h²). Both are within h of −2μL up to h μ(L) + 2L(μ(L) − μ(L + h)).
    """
    xp = namespace(problem.spectrum)
    h = problem.radius[:, None] * xp.asarray(_SHARES)
    wider = _with_radii(problem, problem.radius[:, None] + h)
    risk = rg.resmem.irreducible_risk(problem)[:, None]
    multiplier = rg.resmem.population_base(problem)[1][:, None]
    later = rg.resmem.population_base(wider)[1]
    radius = problem.radius[:, None]
    quotient = (rg.resmem.irreducible_risk(wider) - risk) / h
    envelope = h * multiplier + 2 * radius * (multiplier - later)
    largest = problem.spectrum.max(axis=-1)[:, None]
    form = _form(problem)[:, None] + 2 * multiplier * radius**2
    scale = form / h + 4 * radius * (largest + multiplier)
    slope = slope[:, None] + 0 * h
    terms = roundings(problem)
    return measured(quotient, slope, scale, terms, envelope, kind="limit")


def _with_radii(problem: LinearProblem, radius: Any) -> LinearProblem:
    """The problem with several radii (batch, n) each."""
    xp, d = namespace(radius), problem.n_features
    shape = (*radius.shape, d)
    return LinearProblem.trusted(
        spectrum=xp.broadcast_to(problem.spectrum[:, None], shape),
        coefficients=xp.broadcast_to(problem.coefficients[:, None], shape),
        radius=radius,
        noise=xp.zeros(radius.shape),
    )


@claim(
    "RM-2",
    kind="identity",
    domain=linear_problems,
    source=f"derived here; Σ = I: {YANG}",
    cost=200,
)
def population_base(rg, problem):
    """θ∞ = (Σ + μI)⁻¹ Σθ* is the best base of norm L or less, and dR∞/dL = −2μL."""
    theta, multiplier = rg.resmem.population_base(problem)
    risk = rg.resmem.irreducible_risk(problem)
    unused = multiplier * (problem.radius - length(theta))
    terms, largest = roundings(problem), problem.spectrum.max(axis=-1)
    return (
        _descended(problem, theta),
        _stationarity(problem, theta, multiplier),
        measured(unused, 0.0, multiplier * problem.radius, terms),
        measured(
            length(theta), problem.radius, problem.radius, terms, 0.0, "inequality"
        ),
        measured(
            risk,
            rg.resmem.base_risk(problem, theta),
            4 * _form(problem) + largest * problem.radius**2,
            terms,
        ),
        _difference_quotient(rg, problem, rg.resmem.irreducible_risk_slope(problem)),
    )


@population_base.twin("θ∞ = Lθ*, as it is for Σ = I")
def _(rg, problem):
    return _descended(problem, problem.radius[:, None] * problem.coefficients)


@population_base.twin("dR∞/dL = −μL, the multiplier of the norm itself")
def _(rg, problem):
    slope = rg.resmem.irreducible_risk_slope(problem) / 2
    return _difference_quotient(rg, problem, slope)


def _gap(problem: LinearProblem) -> Any:
    """How far θ* is outside of the ball, 0 within."""
    distance = length(problem.coefficients) - problem.radius
    return namespace(distance).maximum(distance, 0.0)


def _share_missed(problem: LinearProblem) -> Any:
    """(1 − L/‖θ*‖)², 0 within the ball: what the feasible multiple of θ* misses."""
    return (_gap(problem) / length(problem.coefficients)) ** 2


@claim("RM-3", kind="inequality", domain=linear_problems, source="derived here")
def irreducible_risk_bounds(rg, problem):
    """λ_min (t − L)₊² ≤ R∞ ≤ (1 − L/t)₊² θ*ᵀΣθ* ≤ λ_max (t − L)₊², t = ‖θ*‖."""
    risk, gap = rg.resmem.irreducible_risk(problem), _gap(problem)
    form, terms = _form(problem), roundings(problem)
    smallest, largest = problem.spectrum.min(axis=-1), problem.spectrum.max(axis=-1)
    middle = _share_missed(problem) * form
    scale = form + largest * length(problem.coefficients) ** 2
    return (
        measured(smallest * gap**2, risk, scale, terms),
        measured(risk, middle, scale, terms),
        measured(middle, largest * gap**2, scale, terms),
    )


@irreducible_risk_bounds.twin("R∞ ≥ (1 − L)² θ*ᵀΣθ*")
def _(rg, problem):
    risk, form = rg.resmem.irreducible_risk(problem), _form(problem)
    return measured(_share_missed(problem) * form, risk, form, roundings(problem))
