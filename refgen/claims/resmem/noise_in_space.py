"""RM-15d: memorized noise in any dimension, for any base in the ball."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.resmem._cases import (
    ResMemCase,
    errors_of_predictions,
    linear,
    minkowski,
    not_a_case,
    resmem_cases,
)
from refgen.claims.resmem._norms import length
from refgen.domains import integer


def _on_a_line(query: float, noise: float, limit: float) -> ResMemCase:
    """One point 1, θ* = 1 and θₙ = −L."""
    one, radius, bandwidth = np.array([[1.0]]), np.array(limit), np.array(0.7)
    return ResMemCase(
        one, query * one, one[0], -limit * one[0], radius, bandwidth, np.array([noise])
    )


def not_a_small_case(case: Any) -> str | None:
    """Why there is no case of which all signs of the noise can be tried."""
    n = np.shape(getattr(case, "points", ()))
    if n and n[0] > 10:
        return f"there must be at most 10 points, for 2ⁿ signs, got {n[0]}"
    return not_a_case(case)


noisy_cases = resmem_cases.but(
    "up to 4 points with noise ±σ, σ = |ε₁|, and any base ‖θₙ‖ ≤ L",
    lambda: [
        # θ̂ = 1 ± ½ ≤ L, so that the fitted base errs by ±x/2: attained from both sides.
        _on_a_line(2.0, 0.5, 2.0),
        _on_a_line(0.5, 0.5, 2.0),
        # Noise decides on which side of the ball the fitted base is.
        _on_a_line(2.0, 5.0, 0.1),
    ],
    n=integer(1, 4),
    outside=not_a_small_case,
)


def _with_all_signs(case: ResMemCase) -> ResMemCase:
    """The case with every noise ±σ, (batch, 2ⁿ, …)."""
    xp, n = namespace(case.points), case.points.shape[-2]
    signs = xp.asarray(list(itertools.product((-1.0, 1.0), repeat=n)))
    noise = abs(case.noise[:, :1, None]) * signs
    each = case.map(
        lambda a: xp.broadcast_to(a[:, None], (len(a), len(signs), *a.shape[1:]))
    )
    return replace(each, noise=noise)


def _risk_and_reach(rg: Any, case: ResMemCase, k: int) -> tuple[Any, Any, Any]:
    """E (f* − f)², η² = E⟨θ* − θₙ, Δ⟩² and E‖Δ‖², over the signs and the queries."""
    r = rg.resmem
    distances, indices = r.design_neighbors(case.points, case.queries, k)
    weights = r.neighbor_weights(distances, "uniform")
    errors = errors_of_predictions(rg, case, indices, weights)
    delta = r.displacements(case.points, case.queries, k, "uniform")
    along = r.resmem_errors(case.coefficients, case.base, delta)
    square = (delta**2).sum(axis=-1)
    return tuple(v.mean(axis=(-1, -2)) for v in (errors**2, along**2, square))


@claim("RM-15d", kind="inequality", domain=noisy_cases, cost=200)
def memorized_noise_in_space(rg, case, spread=1.0, reach=1.0):
    """|√risk − σ/√k| ≤ η ≤ (‖θ*‖ + L) √E‖x − x̄ₖ‖², η² = E⟨θ* − θₙ, x − x̄ₖ⟩².

    For a base that does not know the noise and for the one fitted to it.
    """
    parts, n = [], case.points.shape[-2]
    each = _with_all_signs(case)
    labels = (linear(each.points, each.coefficients))[..., 0] + each.noise
    fitted, _ = rg.resmem.empirical_base(each.points, labels, each.radius)
    farthest = (length(case.coefficients) + reach * case.radius) ** 2
    size = length(case.coefficients) + case.radius
    largest = abs(case.points).max(axis=(-1, -2)) + abs(case.queries).max(axis=(-1, -2))
    size = 4 * (size * largest * case.points.shape[-1] + abs(case.noise[:, 0])) ** 2
    for base in (each.base, fitted):
        for k in (1, min(2, n)):
            risk, square, apart = _risk_and_reach(rg, replace(each, base=base), k)
            copied = case.noise[:, 0] ** 2 / k
            parts += [
                minkowski(risk, copied, spread * square, size, base is fitted),
                minkowski(copied, risk, spread * square, size, base is fitted),
                at_most(square, farthest * apart, size, sharp=base is not fitted),
            ]
    return parts


memorized_noise_in_space.twin("within 0.98 η", spread=0.96)
memorized_noise_in_space.twin("‖θₙ‖ ≤ L counts 0.95 L", reach=0.95)
