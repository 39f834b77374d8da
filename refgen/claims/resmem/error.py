"""RM-6, RM-8 and RM-9: the exact error of ResMem, and what bounds its risk."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.kinds import measured
from refgen.claims.registry import claim
from refgen.claims.resmem.cases import ResMemCase, resmem_cases

YANG = "Yang et al. 2023 (arXiv 2302.01576)"


def _smoothers(rg: Any, case: Any, distances: Any) -> list[Any]:
    """Weights that sum to one; the last ones are negative in part."""
    widths = case.bandwidth[..., None]
    kinds = ("nearest", "uniform", "exponential")
    found = [rg.resmem.neighbor_weights(distances, kind, widths) for kind in kinds]
    return [*found, 2 * found[2] - found[1]]


def _values(xp: Any, points: Any, coefficients: Any) -> Any:
    """⟨θ, xᵢ⟩ as one output, (..., n, 1)."""
    return xp.einsum("...nd,...d->...n", points, coefficients)[..., None]


def _direct_errors(
    rg: Any, case: Any, indices: Any, weights: Any, sign: int = 1
) -> Any:
    """f*(x) − f(x) from the predictions of ResMem."""
    xp = namespace(case.points)
    fitted = _values(xp, case.points, case.base)
    labels = _values(xp, case.points, case.coefficients) + case.noise[..., None]
    predicted = rg.resmem.resmem_predictions(
        _values(xp, case.queries, case.base),
        fitted,
        # The residual y − fₙ, or what a twin makes of it.
        labels if sign > 0 else 2 * fitted - labels,
        indices,
        weights,
    )
    return (_values(xp, case.queries, case.coefficients) - predicted)[..., 0]


def _formula(rg: Any, case: Any, indices: Any, weights: Any) -> tuple[Any, Any]:
    """RM-6's error at the queries, and the sum of the absolute terms of both sides."""
    xp, near = namespace(case.points), rg.resmem.at_neighbors
    points = near(case.points, indices)
    apart = case.queries[..., None, :] - points
    delta = xp.einsum("...k,...kd->...d", weights, apart)
    noise = near(case.noise[..., None], indices)[..., 0]
    memorized = xp.einsum("...k,...k->...", weights, noise)
    found = rg.resmem.resmem_errors(case.coefficients, case.base, delta, memorized)
    size = (abs(case.coefficients) + abs(case.base))[..., None, :]
    reach = (abs(weights)[..., None] * abs(points)).sum(axis=-2)
    # Weights sum to one up to their rounding, which every x is multiplied with.
    total = abs(weights).sum(axis=-1)[..., None]
    scale = (size * ((1 + total) * abs(case.queries) + reach)).sum(axis=-1)
    return found, scale + (abs(weights) * abs(noise)).sum(axis=-1)


def _terms(case: Any) -> int:
    return 2 * case.points.shape[-1] * (case.n_neighbors + 1)


def _found_neighbors(rg: Any, case: Any) -> tuple[Any, Any]:
    return rg.resmem.design_neighbors(case.points, case.queries, case.n_neighbors)


@claim("RM-6", kind="identity", domain=resmem_cases, source="derived here", cost=50)
def exact_error(rg, case):
    """f* − f = ⟨θ* − θₙ, x − Σ wⱼxⱼ⟩ − Σ wⱼεⱼ for weights that sum to one.

    Without noise the risk is (θ* − θₙ)ᵀ Mₙ (θ* − θₙ) with Mₙ = E ΔΔᵀ.
    """
    distances, indices = _found_neighbors(rg, case)
    parts = []
    for weights in _smoothers(rg, case, distances):
        right, scale = _formula(rg, case, indices, weights)
        left = _direct_errors(rg, case, indices, weights)
        parts.append(measured(left, right, scale, _terms(case)))
    return [*parts, _risk_by_matrix(rg, case, indices)]


def _noiseless(case: Any, **changed: Any) -> ResMemCase:
    fields = {**vars(case), "noise": 0 * case.noise, **changed}
    return ResMemCase.trusted(**fields)


def _nearest(rg: Any, case: Any) -> tuple[Any, Any]:
    """Indices of the nearest point and its weight, which is 1."""
    distances, indices = rg.resmem.design_neighbors(case.points, case.queries, 1)
    return indices, rg.resmem.neighbor_weights(distances, "nearest")


def _risk(rg: Any, case: Any) -> tuple[Any, Any]:
    """Risk without noise, one neighbour, from predictions; and its scale."""
    plain = _noiseless(case)
    indices, weights = _nearest(rg, plain)
    errors = _direct_errors(rg, plain, indices, weights)
    _, scale = _formula(rg, plain, indices, weights)
    return (errors**2).mean(axis=-1), (scale**2).mean(axis=-1)


def _matrix(rg: Any, case: Any) -> Any:
    return rg.resmem.displacement_matrices(case.points, case.queries, 1)


def _risk_terms(case: Any) -> int:
    """Terms of a sum of squares over queries, each of a sum over features."""
    return case.queries.shape[-2] + 2 * _terms(case)


def _risk_by_matrix(rg: Any, case: Any, indices: Any) -> Any:
    risk, scale = _risk(rg, case)
    right = rg.resmem.resmem_risk(case.coefficients, case.base, _matrix(rg, case))
    return measured(risk, right, scale, _risk_terms(case))


@exact_error.twin("the residual with its sign flipped")
def _(rg, case):
    distances, indices = _found_neighbors(rg, case)
    weights = rg.resmem.neighbor_weights(distances, "uniform")
    right, scale = _formula(rg, case, indices, weights)
    left = _direct_errors(rg, case, indices, weights, sign=-1)
    return measured(left, right, 3 * scale, _terms(case))


@exact_error.twin("for weights e^(−distance/bandwidth) that are not normalized")
def _(rg, case):
    distances, indices = _found_neighbors(rg, case)
    weights = namespace(distances).exp(-distances / case.bandwidth[..., None, None])
    right, scale = _formula(rg, case, indices, weights)
    left = _direct_errors(rg, case, indices, weights)
    return measured(left, right, scale, _terms(case))


# --- RM-8 and RM-9


def _population(case: Any) -> Any:
    """θ∞ = min(L, 1) θ* for an isotropic law and ‖θ*‖ = 1; bounds hold for any θ∞."""
    xp = namespace(case.radius)
    return xp.minimum(case.radius, 1.0)[..., None] * case.coefficients


def _with_fitted_base(rg: Any, case: Any) -> ResMemCase:
    """The case with the least-squares base of its design, labels without noise."""
    xp = namespace(case.points)
    gram = xp.einsum("...ni,...nj->...ij", case.points, case.points)
    moment = xp.einsum("...ij,...j->...i", gram, case.coefficients)
    base, _ = rg.linalg.ball_constrained_least_squares(gram, moment, case.radius)
    return _noiseless(case, base=base)


def _both_bases(rg: Any, case: Any) -> list[ResMemCase]:
    return [_noiseless(case), _with_fitted_base(rg, case)]


def _terms_of_theorem(rg: Any, case: Any) -> tuple[Any, Any]:
    indices, _ = _nearest(rg, case)
    neighbors = rg.resmem.at_neighbors(case.points, indices)[..., 0, :]
    return rg.resmem.decomposition_terms(
        case.coefficients, case.base, _population(case), case.queries, neighbors
    )


def _decomposition(rg: Any, case: Any, factor: float) -> list[Any]:
    parts = []
    for with_base in _both_bases(rg, case):
        risk, scale = _risk(rg, with_base)
        bound = factor * sum(_terms_of_theorem(rg, with_base))
        parts.append(measured(risk, bound, 8 * scale, _risk_terms(case)))
    return parts


@claim("RM-8", kind="inequality", domain=resmem_cases, source=YANG, cost=50)
def risk_decomposition(rg, case):
    """Given a design, E (f* − f)² ≤ 3(T₁ + T₂) for one neighbour without noise."""
    return _decomposition(rg, case, 3.0)


@risk_decomposition.twin("≤ T₁ + T₂")
def _(rg, case):
    return _decomposition(rg, case, 1.0)


@claim("RM-9", kind="inequality", domain=resmem_cases, source="derived here", cost=50)
def risk_without_base_term(rg, case):
    """E (f* − f)² ≤ ‖θ* − θₙ‖² λmax(Mₙ) ≤ (‖θ*‖ + L)² E D², one neighbour, no noise."""
    parts = []
    for with_base in _both_bases(rg, case):
        risk, scale = _risk(rg, with_base)
        sharp, uniform = rg.resmem.risk_bounds(
            case.coefficients, with_base.base, _matrix(rg, case), case.radius
        )
        distances, _ = rg.resmem.design_neighbors(case.points, case.queries, 1)
        squared = (distances[..., 0] ** 2).mean(axis=-1)
        norm = namespace(scale).sqrt((case.coefficients**2).sum(axis=-1))
        stated = (norm + case.radius) ** 2 * squared
        # The computed eigenvalue is that of a matrix off by its rounding.
        terms = _risk_terms(case) + 10 * case.points.shape[-1]
        parts += [
            measured(risk, sharp, scale + sharp, terms),
            measured(sharp, uniform, 2 * uniform, terms),
            measured(uniform, stated, uniform + stated, terms, kind="identity"),
        ]
    return parts


@risk_without_base_term.twin("E (f* − f)² ≤ T₂ alone, the base's error being nothing")
def _(rg, case):
    risk, scale = _risk(rg, case)
    _, neighborhood = _terms_of_theorem(rg, case)
    return measured(risk, neighborhood, 8 * scale, _risk_terms(case))
