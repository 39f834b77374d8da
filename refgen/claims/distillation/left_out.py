"""KD-26 and KD-41: leaving rows out of teacher and students, without refits."""

from __future__ import annotations

import math
from math import comb
from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._data_sets import (
    RidgeCase,
    cancelled,
    example,
    moment,
    outputs,
    ridge_cases,
    solved,
    students,
)
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.sources import DERIVED
from refgen.domains import integer
from refgen.kernels import kernel

eigh = kernel("factors", "eigh")


def _left_out(case: RidgeCase) -> tuple[Any, Any]:
    """XᵀX/n and Xᵀy/n without each row in turn, (..., n, p, p) and (..., n, p)."""
    xp, n = namespace(case.X), case.X.shape[-2]
    kept = case.X[..., None, :, :] * (1 - xp.eye(n))[:, :, None]
    gram = xp.matmul(kept.swapaxes(-1, -2), kept) / n
    return gram, moment(kept, case.y[..., None, :])


def _residuals_of(rg: Any, case: RidgeCase, *mixing: Any) -> Any:
    """yᵢ − ⟨xᵢ, β⟩ for students that are trained anew without row i."""
    gram, labels = _left_out(case)
    beta = students(
        rg, gram, case.penalty[..., None], labels, [xi[..., None] for xi in mixing]
    )
    return case.y - (case.X * beta).sum(axis=-1)


def _scale(case: RidgeCase) -> Any:
    """Labels, through solutions of equations and the quotient by 1 − Sᵢᵢ."""
    return (case.condition**2 * (1 + abs(case.y)).max(axis=-1))[..., None]


# --- KD-26


@claim("KD-26", kind="identity", domain=ridge_cases, source=DERIVED, cost=20)
def left_out_mixing(rg, case, step=1.0):
    """Leave-one-out residuals of teacher and mixed student together are e + ξδ.

    e = (y − ŷ)/(1 − Sᵢᵢ), δ = (((S − S²)y)ᵢ − eᵢ(S − S²)ᵢᵢ)/(1 − Sᵢᵢ). So the mean of
    their squares is least at −Σeδ/Σδ².
    """
    d, mixing = rg.distillation, case.mixing[..., None]
    residuals, steps = d.leave_one_out_residuals(case.X, case.y, case.penalty)
    scale = (1 + abs(mixing)) * _scale(case)
    chosen = d.leave_one_out_mixing(case.X, case.y, case.penalty)[..., None]
    best = residuals + step * chosen * steps
    # Steps that are nothing but rounding of the residuals are not mixed in.
    known = abs(steps) + _scale(case)
    return (
        equal(
            residuals + step * mixing * steps,
            _residuals_of(rg, case, case.mixing),
            scale,
        ),
        equal(
            (best * steps).sum(axis=-1),
            0.0,
            (abs(residuals) * known + abs(chosen * steps) * abs(steps)).sum(axis=-1),
        ),
    )


left_out_mixing.twin("the student adds 1.03 ξδ", step=1.03)


@left_out_mixing.twin_function("(y − S_ξ y)ᵢ/(1 − S_ξ,ᵢᵢ), as if S_ξ were a regression")
def _(rg, case):
    xp, X, n = namespace(case.X), case.X, case.X.shape[-2]
    mixing = case.mixing[..., None]
    fit = students(rg, case.gram, case.penalty, case.moment, [case.mixing])
    rows = [solved(rg, case.gram, case.penalty, X[..., i, :]) for i in range(n)]
    hat = xp.matmul(xp.stack(rows, axis=-2), X.swapaxes(-1, -2)) / n
    diagonal = xp.einsum("...ii->...i", hat)
    twice = (hat * hat.swapaxes(-1, -2)).sum(axis=-1)
    mixed = (1 - mixing) * diagonal + mixing * twice
    left = 1 - mixed
    told = _residuals_of(rg, case, case.mixing) * left
    return equal(case.y - outputs(X, fit), told, (1 + abs(mixing)) ** 2 * _scale(case))


# --- KD-26k


@claim("KD-26k", kind="identity", domain=ridge_cases, source=DERIVED, cost=30)
def left_out_students(rg, case, third=1.0, binomial=comb):
    """Residuals of k pure students are Σ C(k, j) eⱼ, of mixed ones e₀ + Σ τⱼeⱼ.

    eⱼ = ρʲ/j! dʲe/dρʲ are coefficients of a quotient of two power series. For two mixed
    students τ₁ = ξ₂(1 + ξ₁) and τ₂ = ξ₁ξ₂.
    """
    d, k = rg.distillation, 3
    terms = list(d.leave_one_out_residuals(case.X, case.y, case.penalty, k))
    terms[2] = third * terms[2]
    one = 1.0 + 0 * case.mixing
    pure = sum(binomial(k, j) * term for j, term in enumerate(terms))
    first, second = case.mixing, 1 - case.mixing / 2
    bends = second * (1 + first), first * second
    mixed = terms[0] + bends[0][..., None] * terms[1] + bends[1][..., None] * terms[2]
    size = (1 + abs(first)) * (1 + abs(second))
    scale = 8 * _scale(case) * case.condition[..., None] ** 2
    return (
        equal(pure, _residuals_of(rg, case, one, one, one), scale),
        equal(mixed, _residuals_of(rg, case, first, second), size[..., None] * scale),
    )


left_out_students.twin("the second derivative counts 1.03", third=1.03)
left_out_students.twin(
    "C(k + 1, j) in place of C(k, j)", binomial=lambda k, j: comb(k + 1, j)
)

# --- KD-26c

few_rows = ridge_cases.but(
    "as above, with up to 5 rows",
    examples=lambda: [
        example([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0, 0.5),
        example([[1.0, 0.5], [0.5, -1.0], [2.0, 1.0]], [1, 0, 2], [1, 0], 0.5, -1.0),
    ],
    n=integer(2, 5),
)


@claim("KD-26c", kind="identity", domain=few_rows, source=DERIVED, cost=40)
def unbiased_numerator(rg, case, noise=1.0):
    """Cp's numerator σ² tr(S − S²) − ⟨y − ŷ, v⟩ has the mean of ⟨ŷ − Xβ*, v⟩.

    v = (S − S²)y, and ⟨ŷ − Xβ*, v⟩/‖v‖² is the best ξ for the risk at the points. Over
    noise ±√n σ at one row in turn, as both are quadratic in the noise.
    """
    xp, n = namespace(case.X), case.X.shape[-2]
    shocks = math.sqrt(n) * xp.concatenate([xp.eye(n), -xp.eye(n)])
    sigma = 0.1 + abs(case.mixing)[..., None]
    truth = outputs(case.X, case.target)[..., None, :]
    labels = truth + sigma[..., None] * shocks
    X, penalty = case.X[..., None, :, :], case.penalty[..., None]
    gram, moments = case.gram[..., None, :, :], moment(X, labels)
    teacher = solved(rg, gram, penalty, moments)
    student = students(rg, gram, penalty, moments, [1 + 0 * sigma])
    step = outputs(X, teacher - student)
    square = (step * step).sum(axis=-1)
    chosen = rg.distillation.cp_mixing(X, labels, penalty, noise * sigma)
    wanted = ((outputs(X, teacher) - truth) * step).sum(axis=-1)
    size = (abs(labels) + abs(truth)).sum(axis=-1)
    _, lost = cancelled(X, labels)
    scale = (case.condition[..., None] ** 2 * lost * size**2).max(axis=-1)
    # Where v is 0 there is no best ξ, and no quotient.
    told = xp.where((square > 0).all(axis=-1), 1.0, 0.0)
    return equal(
        told * (chosen * square).mean(axis=-1), told * wanted.mean(axis=-1), scale
    )


unbiased_numerator.twin("with 1.02 σ", noise=1.02)
unbiased_numerator.twin("without σ² tr(S − S²)", noise=0.0)

# --- KD-41


@claim("KD-41", kind="identity", domain=ridge_cases, source=DERIVED, cost=30)
def left_out_flow(rg, case, faster=1.0):
    """Leave-one-out residuals of gradient flow at t: e_t, e(ρ)/ρ's inverse transform.

    e(ρ) = ∫ρe^(−ρt) e_t dt for the residuals e(ρ) = (y − ŷ)/(1 − Sᵢᵢ) of ridge
    regression, at complex ρ too. Against the flow without each row, by eigenvalues.
    """
    xp, time = namespace(case.X), 1 / case.penalty
    found = rg.distillation.flow_left_out_residuals(case.X, case.y, faster * time)
    gram, labels = _left_out(case)
    spectrum, vectors = eigh(gram)
    spectrum = xp.maximum(spectrum, 0.0)
    seen = spectrum > 1e-12 * (1 + spectrum.max(axis=-1, keepdims=True))
    clock = time[..., None, None]
    # (1 − e^(−λt))/λ, and t in directions without data.
    pace = -xp.expm1(-spectrum * clock) / xp.where(seen, spectrum, 1.0)
    rotated = xp.einsum("...ij,...i->...j", vectors, labels)
    beta = xp.einsum("...ij,...j->...i", vectors, xp.where(seen, pace, clock) * rotated)
    told = case.y - (case.X * beta).sum(axis=-1)
    return equal(found, told, _scale(case))


left_out_flow.twin("at the time 1.03 t", faster=1.03)


@left_out_flow.twin_function("(y − ŷ)ᵢ/(1 − Sᵢᵢ) with the flow's own S")
def _(rg, case):
    xp, time, n = namespace(case.X), 1 / case.penalty, case.X.shape[-2]
    spectrum, vectors = eigh(case.gram)
    spectrum = xp.maximum(spectrum, 0.0)
    share = rg.distillation.gradient_flow_filter(spectrum, time)
    seen = spectrum > 1e-12 * (1 + spectrum.max(axis=-1, keepdims=True))
    weight = xp.where(seen, share / xp.where(seen, spectrum, 1.0), time[..., None])
    rows = xp.matmul(case.X, vectors)
    hat = xp.matmul(rows * weight[..., None, :], rows.swapaxes(-1, -2)) / n
    left = case.y - xp.matmul(hat, case.y[..., None])[..., 0]
    found = rg.distillation.flow_left_out_residuals(case.X, case.y, time)
    kept = 1 - xp.einsum("...ii->...i", hat)
    return equal(found * kept, left, 2 * _scale(case))
