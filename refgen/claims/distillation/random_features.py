"""KD-20 and KD-20e: networks whose output layer is trained only."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._random_features import (
    MOST_STEPS,
    RandomFeatures,
    along,
    labels_of,
    long_steps,
    random_features,
    short_steps,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim

# --- KD-20: coordinates are products of filters


def _teacher_and_student(rg: Any, case: RandomFeatures, stops: Any = None) -> Any:
    """Coordinates of both, and of teachers at other stops, in eigenvectors of ΦΦᵀ/n."""
    values, vectors = case.directions
    step = case.step_size(values)
    steps = case.teacher_steps[:, None]
    if stops is not None:
        xp = namespace(step)
        steps = xp.concatenate([steps, steps * 0 + stops], axis=1)
    teachers = case.trained(rg, labels_of(case, vectors), steps, step)
    student = case.trained(rg, teachers[:, 0], case.student_steps[:, None], step)
    return values, step, along(vectors, teachers), along(vectors, student)


@claim("KD-20", kind="identity", domain=random_features, cost=400)
def random_feature_networks(rg, case, longer=1.0):
    """Networks of random neurons, trained by m_T and m_S steps: products of filters.

    Along an eigenvector of ΦΦᵀ/n, where the labels have the coordinate c and Φ is what
    neurons say of points, the teacher has c(1 − (1 − ηλ)^m_T), and its student that
    times 1 − (1 − ηλ)^m_S.
    """
    d = rg.distillation
    values, step, teacher, student = _teacher_and_student(rg, case)
    step = longer * step
    first = d.gradient_descent_filter(values, case.teacher_steps, step)
    second = d.gradient_descent_filter(values, case.student_steps, step)
    both = d.distilled_filter(first, second)
    return [
        equal(teacher[:, 0], case.signs * first, 2 * values.shape[-1]),
        equal(student[:, 0], case.signs * both, 4 * values.shape[-1]),
    ]


random_feature_networks.twin("steps that are 3 % longer", longer=1.03)


@random_feature_networks.twin_function("the student is a teacher of m_T + m_S steps")
def _(rg, case):
    values, step, _, student = _teacher_and_student(rg, case)
    steps = case.teacher_steps + case.student_steps
    share = rg.distillation.gradient_descent_filter(values, steps, step)
    return equal(student[:, 0], case.signs * share)


# --- KD-20e: they exaggerate

# What is left to rounding where shares of two networks are compared.
_APART = 1e-9


@claim("KD-20e", kind="inequality", domain=short_steps, cost=2000)
def networks_exaggerate(rg, case, slack=1.0):
    """Where such a student knows less along a direction, it does along all weaker ones.

    Than its teacher did after any number of steps, for ηλ₁ < 1.
    """
    xp = namespace(case.points)
    stops = xp.arange(1, MOST_STEPS + 1)
    values, _, teachers, student = _teacher_and_student(rg, case, stops)
    signs = case.signs[:, None, :]
    stopped, student = signs * teachers[:, 1:], signs * student
    return at_most(*_compared(values, stopped, student, slack), 4, sharp=0.95)


def _compared(values: Any, stopped: Any, student: Any, slack: float) -> tuple[Any, Any]:
    """Shares of a student and of stopped teachers along the weaker one of each pair."""
    xp = namespace(values)
    weaker = values[:, None, :] < values[:, :, None]  # (batch, strong, weak)
    knows_less = slack * student < stopped - _APART  # (batch, stops, strong)
    asked = knows_less[..., None] & weaker[:, None]
    return xp.where(asked, student[..., None, :], 0.0), xp.where(
        asked, stopped[..., None, :], 0.0
    )


networks_exaggerate.twin("if it knows up to 3 % more", slack=0.97)


@networks_exaggerate.twin_function("with ηλ₁ = 1.6, too", domain=long_steps)
def _(rg, case):
    xp = namespace(case.points)
    stops = xp.arange(1, MOST_STEPS + 1)
    values, _, teachers, student = _teacher_and_student(rg, case, stops)
    signs = case.signs[:, None, :]
    return at_most(*_compared(values, signs * teachers[:, 1:], signs * student, 1.0))
