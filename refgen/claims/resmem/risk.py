"""RM-6, RM-8 and RM-9: the exact error of ResMem, and what bounds its risk."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.claims.resmem._cases import (
    ResMemCase,
    errors_of_predictions,
    linear,
    minkowski,
    nearest_point,
    noiseless,
    resmem_cases,
    risk_of_predictions,
    scale_of_errors,
)
from refgen.claims.resmem._fits import condition_of_fit
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
def exact_error(rg, case, smoothers=summing_to_one, memory=1.0):
    """f* − f = ⟨θ* − θₙ, x − Σ wⱼxⱼ⟩ − Σ wⱼεⱼ for weights that sum to one.

    Without noise the risk is (θ* − θₙ)ᵀ Mₙ (θ* − θₙ) with Mₙ = E ΔΔᵀ.
    """
    r, plain = rg.resmem, noiseless(case)
    distances, found = r.design_neighbors(case.points, case.queries, case.n_neighbors)
    errors = [
        equal(
            errors_of_predictions(rg, case, found, weights, memory),
            _formula(rg, case, found, weights),
            scale_of_errors(rg, case, found, weights),
        )
        for weights in smoothers(rg, distances, case.bandwidth[..., None])
    ]
    risk, scale = risk_of_predictions(rg, plain)
    matrices = (
        r.displacement_matrices(case.points, case.queries, 1),
        r.displacement_matrix(r.displacements(case.points, case.queries, 1)),
    )
    risks = [r.resmem_risk(case.coefficients, case.base, matrix) for matrix in matrices]
    return errors, [equal(risk, by_matrix, scale) for by_matrix in risks]


exact_error.twin("with 0.97 of the residual", memory=0.97)
exact_error.twin("the residual with its sign flipped", memory=-1.0)
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


_DECOMPOSED = YANG.sharpened("the decomposition of the risk")


@claim("RM-8", kind="inequality", domain=resmem_cases, source=_DECOMPOSED, cost=50)
def risk_decomposition(rg, case, factor=3.0, inner=2.0):
    """|√risk − √T₂| ≤ √(2T₁), so E (f* − f)² ≤ 3(T₁ + T₂), given a design.

    One neighbour, no noise. Both are attained, the 3 by a fitted base too.
    """
    parts = []
    for each in _with_both_bases(rg, case):
        risk, scale = risk_of_predictions(rg, each)
        stage, change = _theorem_terms(rg, each)
        parts += [
            minkowski(risk, change, inner * stage, 8 * scale),
            minkowski(change, risk, inner * stage, 8 * scale),
            at_most(risk, factor * (stage + change), 8 * scale, sharp=True),
        ]
    return parts


risk_decomposition.twin("√(1.9 T₁) for √(2T₁)", inner=1.9)
risk_decomposition.twin("the factor 2.9 would do", factor=2.9)
risk_decomposition.twin("≤ T₁ + T₂", factor=1.0)


@claim("RM-9", kind="inequality", domain=resmem_cases, cost=50)
def risk_without_base_term(rg, case, reach=1.0, share=1.0):
    """E (f* − f)² ≤ ‖θ* − θₙ‖² λmax(Mₙ) ≤ (‖θ*‖ + L)² E D², one neighbour, no noise.

    For the fitted base (‖θ*‖ − L)₊² λmin(Mₙ) ≤ E (f* − f)² ≤ (‖θ*‖² − ‖θₙ‖²) λmax(Mₙ).
    All are attained.
    """
    r, theta, radius, parts = rg.resmem, case.coefficients, case.radius, []
    matrix = r.displacement_matrices(case.points, case.queries, 1)
    distances, _ = r.design_neighbors(case.points, case.queries, 1)
    square = (distances[..., 0] ** 2).mean(axis=-1)
    stated = (length(theta) + reach * radius) ** 2 * square
    given, fitted = _with_both_bases(rg, case)
    opposite = "fitted bases are never opposite to the target: the last bounds say more"
    for each, reason in ((given, ""), (fitted, opposite)):
        risk, scale = risk_of_predictions(rg, each)
        sharp, _ = r.risk_bounds(theta, each.base, matrix, radius)
        _, uniform = r.risk_bounds(theta, reach * each.base, matrix, reach * radius)
        parts += [
            at_most(risk, sharp, scale + sharp, sharp=True),
            at_most(sharp, uniform, 2 * uniform, sharp=not reason, reason=reason),
            equal(uniform, stated, uniform + stated),
        ]
    low, high = r.fitted_risk_bounds(theta, fitted.base, matrix, radius)
    # These hold for what is fitted exactly.
    size = (
        scale + condition_of_fit(case.points) * (length(theta) + radius) ** 2 * square
    )
    return *parts, *ascending(low, risk, share * high, scale=4 * size, sharp=True)


risk_without_base_term.twin("‖θₙ‖ ≤ L counts 0.95 L", reach=0.95)
risk_without_base_term.twin("the fitted base has 0.97 of that", share=0.97)


@risk_without_base_term.twin_function(
    "‖θ*‖² − ‖θₙ‖² for any base in the ball, not only the fitted one"
)
def _(rg, case):
    risk, scale = risk_of_predictions(rg, noiseless(case))
    matrix = rg.resmem.displacement_matrices(case.points, case.queries, 1)
    setting = case.coefficients, case.base, matrix, case.radius
    return at_most(risk, rg.resmem.fitted_risk_bounds(*setting)[1], 8 * scale)


@risk_without_base_term.twin_function(
    "E (f* − f)² ≤ T₂ alone, the base's error being nothing"
)
def _(rg, case):
    risk, scale = risk_of_predictions(rg, noiseless(case))
    _, neighborhood = _theorem_terms(rg, case)
    return at_most(risk, neighborhood, 8 * scale)
