"""KD-11: any test covariance, null directions, and fresh inputs for the student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.claims.distillation._retrained import (
    Retrained,
    descended,
    retrained,
    risk_of_matrix,
)
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, record


@dataclass(frozen=True, repr=False)
class Fresh(Instance):
    """Two designs in the same coordinates, and a root R of the test covariance RᵀR.

    Attributes
    ----------
    first, second : Retrained
        Of the teacher and of the student; the target and the noise are the first's,
        and so are the steps of the teacher.
    root : array of shape (..., d, d)
    """

    first: Retrained
    second: Retrained
    root: Any


fresh_inputs = record(
    Fresh,
    "a design for the teacher and another for the student, any test covariance",
    d=integer(1, 4),
    first=retrained,
    second=retrained,
    root=matrix("d", "d"),
)


def _by_matrices(case: Fresh) -> tuple[Any, Any]:
    """Risks of teacher and student, by matrices that act on labels."""
    first, second = case.first, case.second
    teacher = descended(first.points, first.step_size, first.teacher_steps)
    own = descended(second.points, second.step_size, second.student_steps)
    student = own @ (second.points @ teacher)
    return tuple(
        risk_of_matrix(first, estimate, case.root) for estimate in (teacher, student)
    )


def _by_filters(rg: Any, case: Fresh, biased: float, counted: float) -> list[Any]:
    """The same by filters; twins change the noise and what null directions lack."""
    d, first, second = rg.distillation, case.first, case.second
    problem = first.problem(rg, counted)
    lacking = namespace(case.root).where(first.spectrum > 0, 1.0, biased)
    problem = d.SpectralProblem(
        problem.spectrum,
        problem.coefficients * lacking,
        problem.noise,
        problem.n_samples,
    )
    s, u = first.filters(rg)[0], second.filters(rg)[1]
    rotated = case.root @ first.right
    covariance = rotated.swapaxes(-1, -2) @ rotated
    vectors = first.right.swapaxes(-1, -2) @ second.right
    student = d.filter_matrix(vectors, u)
    return [
        d.out_of_sample_risk(problem, s, covariance),
        d.out_of_sample_risk(problem, s, covariance, student),
    ]


@claim("KD-11", kind="identity", domain=fresh_inputs, cost=60)
def fresh_student_inputs(rg, case, biased=1.0, counted=1.0):
    """E ‖β̂ − β*‖²_Σ = ‖(I − F₂F₁)β*‖²_Σ + σ²/n tr(Σ F₂D₁F₂), D₁ = V diag(f²/λ)Vᵀ.

    For a teacher with the filter f on its inputs and a student with the matrix F₂ on
    inputs of its own; the teacher's risk is that of F₂ = I. Directions that no input of
    the teacher has keep their whole bias.
    """
    size = (case.root**2).sum(axis=(-1, -2))
    bias = (case.first.coefficients**2).sum(axis=-1)
    # A step learns at most √(steps · step size) of a label's noise.
    scale = 4 * size * (bias + 200 * case.first.noise**2)
    found = _by_filters(rg, case, biased, counted)
    return [
        equal(mine, other, scale)
        for mine, other in zip(found, _by_matrices(case), strict=True)
    ]


fresh_student_inputs.twin("the noise counts 0.97 σ²/n", counted=0.97)
fresh_student_inputs.twin("null directions lack 0.97 of the target", biased=0.97)
fresh_student_inputs.twin("without the bias of null directions", biased=0.0)


@fresh_student_inputs.twin_function("f/λ in place of f²/λ")
def _(rg, case):
    first = case.first
    s, _ = first.filters(rg)
    xp, problem = namespace(s), first.problem(rg)
    rotated = case.root @ first.right
    weight = (rotated**2).sum(axis=-2) / xp.where(first.spectrum > 0, first.spectrum, 1)
    noise = problem.variance[..., None] * weight * (s - s**2)
    covariance = rotated.swapaxes(-1, -2) @ rotated
    risk = rg.distillation.out_of_sample_risk(problem, s, covariance)
    more = xp.where(first.spectrum > 0, noise, 0.0).sum(axis=-1)
    return equal(risk + more, _by_matrices(case)[0], 2 * risk + more)
