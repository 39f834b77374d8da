"""RM-6, RM-8 and RM-9: the exact error of ResMem, and what bounds its risk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._cases import (
    ResMemCase,
    errors_of_predictions,
    linear,
    nearest_point,
    noiseless,
    resmem_cases,
    risk_of_predictions,
    scale_of_errors,
)
from refgen.claims.resmem._norms import length
from refgen.claims.resmem._smoothers import smoothed, summing_to_one
from refgen.claims.sources import YANG


def _formula(rg: Any, case: Any, indices: Any, weights: Any) -> Any:
    """⟨θ* − θₙ, Σ wⱼ(x − xⱼ)⟩ − Σ wⱼεⱼ at the queries."""
    apart = case.queries[..., None, :] - rg.resmem.at_neighbors(case.points, indices)
    delta = (weights[..., None] * apart).sum(axis=-2)
    noise = smoothed(rg, case.noise[..., None], indices, weights)[..., 0]
    return rg.resmem.resmem_errors(case.coefficients, case.base, delta, noise)


def _not_normalized(rg: Any, distances: Any, bandwidth: Any) -> list[Any]:
    """In place of `summing_to_one`, for a twin."""
    return [namespace(distances).exp(-distances / bandwidth[..., None])]


@claim("RM-6", kind="identity", domain=resmem_cases, cost=50)
def exact_error(rg, case, smoothers=summing_to_one, sign=1):
    """f* − f = ⟨θ* − θₙ, x − Σ wⱼxⱼ⟩ − Σ wⱼεⱼ for weights that sum to one.

    Without noise the risk is (θ* − θₙ)ᵀ Mₙ (θ* − θₙ) with Mₙ = E ΔΔᵀ.
    """
    r, plain = rg.resmem, noiseless(case)
    distances, found = r.design_neighbors(case.points, case.queries, case.n_neighbors)
    errors = [
        equal(
            errors_of_predictions(rg, case, found, weights, sign),
            _formula(rg, case, found, weights),
            scale_of_errors(rg, case, found, weights),
        )
        for weights in smoothers(rg, distances, case.bandwidth[..., None])
    ]
    risk, scale = risk_of_predictions(rg, plain)
    matrix = r.displacement_matrices(case.points, case.queries, 1)
    by_matrix = r.resmem_risk(case.coefficients, case.base, matrix)
    return errors, equal(risk, by_matrix, scale)


exact_error.twin("the residual with its sign flipped", sign=-1)
exact_error.twin(
    "for weights e^(−distance/bandwidth) that are not normalized",
    smoothers=_not_normalized,
)

# --- RM-8 and RM-9: without noise, for the given base and the fitted one


def _with_both_bases(rg: Any, case: ResMemCase) -> list[ResMemCase]:
    plain = noiseless(case)
    labels = linear(case.points, case.coefficients)[..., 0]
    fitted, _ = rg.resmem.empirical_base(case.points, labels, case.radius)
    return [plain, replace(plain, base=fitted)]


def _population(case: ResMemCase) -> Any:
    """θ∞ of an isotropic law: θ*, shortened to length L. The bound holds for any θ∞."""
    xp, norm = namespace(case.base), length(case.coefficients)
    shorter = xp.minimum(case.radius, norm) / xp.where(norm > 0, norm, 1.0)
    return shorter[..., None] * case.coefficients


def _theorem_terms(rg: Any, case: ResMemCase) -> tuple[Any, Any]:
    """T₁ and T₂."""
    nearest, _ = nearest_point(rg, case)
    neighbors = rg.resmem.at_neighbors(case.points, nearest)[..., 0, :]
    return rg.resmem.decomposition_terms(
        case.coefficients, case.base, _population(case), case.queries, neighbors
    )


@claim("RM-8", kind="inequality", domain=resmem_cases, source=YANG, cost=50)
def risk_decomposition(rg, case, factor=3):
    """Given a design, E (f* − f)² ≤ 3(T₁ + T₂) for one neighbour without noise."""
    parts = []
    for each in _with_both_bases(rg, case):
        risk, scale = risk_of_predictions(rg, each)
        parts.append(at_most(risk, factor * sum(_theorem_terms(rg, each)), 8 * scale))
    return parts


risk_decomposition.twin("≤ T₁ + T₂", factor=1)


@claim("RM-9", kind="inequality", domain=resmem_cases, cost=50)
def risk_without_base_term(rg, case):
    """E (f* − f)² ≤ ‖θ* − θₙ‖² λmax(Mₙ) ≤ (‖θ*‖ + L)² E D², one neighbour, no noise."""
    r, theta, radius, parts = rg.resmem, case.coefficients, case.radius, []
    matrix = r.displacement_matrices(case.points, case.queries, 1)
    distances, _ = r.design_neighbors(case.points, case.queries, 1)
    square = (distances[..., 0] ** 2).mean(axis=-1)
    stated = (length(theta) + radius) ** 2 * square
    for each in _with_both_bases(rg, case):
        risk, scale = risk_of_predictions(rg, each)
        sharp, uniform = r.risk_bounds(theta, each.base, matrix, radius)
        parts += [
            at_most(risk, sharp, scale + sharp),
            at_most(sharp, uniform, 2 * uniform),
            equal(uniform, stated, uniform + stated),
        ]
    return parts


@risk_without_base_term.twin_function(
    "E (f* − f)² ≤ T₂ alone, the base's error being nothing"
)
def _(rg, case):
    risk, scale = risk_of_predictions(rg, noiseless(case))
    _, neighborhood = _theorem_terms(rg, case)
    return at_most(risk, neighborhood, 8 * scale)
