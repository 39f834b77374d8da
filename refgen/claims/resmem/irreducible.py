"""RM-2r and RM-3: the least risk in any coordinates, and bounds on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import ascending, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._norms import length
from refgen.claims.resmem.base import any_problems, target_risk
from refgen.claims.resmem.domains import anisotropic_problem
from refgen.domains import integer, matrix, record
from refgen.resmem import LinearProblem

# --- RM-2r


@dataclass(frozen=True, repr=False)
class RotatedProblem(Instance):
    """A problem, and an orthogonal matrix of eigenvectors (..., d, d), in columns."""

    problem: LinearProblem
    vectors: Any


def _turned(angle: float) -> RotatedProblem:
    c, s = math.cos(angle), math.sin(angle)
    vectors = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return RotatedProblem(anisotropic_problem(), vectors)


rotated_problems = record(
    RotatedProblem,
    "a linear problem in the coordinates of any orthogonal matrix",
    d=integer(1, 6),
    problem=any_problems,
    vectors=matrix("d", "d", kind="orthogonal"),
    examples=lambda: [_turned(0.0), _turned(0.5)],
)


@claim("RM-2r", kind="identity", domain=rotated_problems, cost=4)
def rotated_problem(rg, rotated, share=1):
    """Σ = VΛVᵀ with Vθ* for θ* is the problem of Λ with θ*, in other coordinates."""
    r, problem, vectors = rg.resmem, rotated.problem, rotated.vectors
    xp = namespace(vectors)
    stretched = vectors * problem.spectrum[:, None, :]
    covariance = xp.matmul(stretched, vectors.swapaxes(-1, -2))
    target = xp.matmul(vectors, problem.coefficients[..., None])[..., 0]
    found = rg.resmem.LinearProblem.from_covariance(
        covariance, target, problem.radius, problem.noise
    )
    largest = problem.spectrum.max(axis=-1)
    scale = largest * (length(problem.coefficients) + problem.radius) ** 2
    nothing = 0 * target
    return (
        equal(found.spectrum, xp.sort(problem.spectrum, axis=-1), largest[:, None]),
        equal(share * r.base_risk(found, nothing), target_risk(problem), scale),
        equal(r.irreducible_risk(found), r.irreducible_risk(problem), scale),
    )


rotated_problem.twin("θ*ᵀΣθ* is a hundredth larger", share=1 / 1.01)


@rotated_problem.twin_function("the coordinates do not matter: Σ = VΛVᵀ with θ*")
def _(rg, rotated):
    problem, vectors = rotated.problem, rotated.vectors
    stretched = vectors * problem.spectrum[:, None, :]
    covariance = namespace(vectors).matmul(stretched, vectors.swapaxes(-1, -2))
    found = rg.resmem.LinearProblem.from_covariance(
        covariance, problem.coefficients, problem.radius
    )
    scale = problem.spectrum.max(axis=-1) * length(problem.coefficients) ** 2
    risk = rg.resmem.base_risk(found, 0 * problem.coefficients)
    return equal(risk, target_risk(problem), scale)


# --- RM-3


@claim("RM-3", kind="inequality", domain=any_problems)
def irreducible_risk_bounds(rg, problem, low_factor=1, high_factor=1):
    """λ_min g² ≤ g²/uᵀΣ⁻¹u ≤ R∞ ≤ g² uᵀΣu ≤ λ_max g², u = θ*/‖θ*‖, g = (‖θ*‖ − L)₊.

    All are equal if Σ is a multiple of I.
    """
    xp, largest = namespace(problem.spectrum), problem.spectrum.max(axis=-1)
    size = length(problem.coefficients)
    gap = xp.maximum(size - problem.radius, 0.0)
    low, high = rg.resmem.irreducible_risk_bounds(problem)
    return ascending(
        problem.spectrum.min(axis=-1) * gap**2,
        low_factor * low,
        rg.resmem.irreducible_risk(problem),
        high_factor * high,
        largest * gap**2,
        scale=largest * (size + problem.radius) ** 2,
        sharp=True,
    )


irreducible_risk_bounds.twin("the lower bound times 1.02", low_factor=1.02)
irreducible_risk_bounds.twin("the upper bound times 0.98", high_factor=0.98)


@irreducible_risk_bounds.twin_function("the two bounds exchanged")
def _(rg, problem):
    low, high = rg.resmem.irreducible_risk_bounds(problem)
    scale = problem.spectrum.max(axis=-1) * length(problem.coefficients) ** 2
    risk = rg.resmem.irreducible_risk(problem)
    return ascending(high, risk, low, scale=scale)
