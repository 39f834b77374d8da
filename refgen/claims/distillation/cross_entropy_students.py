"""KD-45 and KD-17r: students converge to their teacher, and keep more of the top."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._noisy_logistic import (
    INTEGRATION,
    LogisticCase,
    example,
    logistic_case,
    not_a_logistic_case,
    private_norm,
)
from refgen.claims.kinds import at_most, tends_to
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- KD-45: students converge to their teacher


def _long_case(
    n_flipped: Any, surplus: Any, shared: Any, private: Any, teacher: Any, student: Any
) -> LogisticCase:
    n = 2 * n_flipped + surplus
    return logistic_case(n, n_flipped, shared, private, teacher, student)


long_students = record(
    _long_case,
    "up to 9 points, μ² in [0.05, 0.5], κ in [0.5, 2], teachers up to T = 24/λ₁",
    n_flipped=integer(1, 3),
    surplus=integer(1, 3),
    shared=real(0.05, 0.5, log=True),
    private=real(0.5, 2, log=True),
    teacher=real(0.5, 6),
    student=1.0,
    outside=not_a_logistic_case,
    examples=lambda: [example((2, 1), 0.5, 1.0, 3.0, 1.0)],
)

_SIZES = (1.0, 4.0, 16.0, 64.0)


def _rate(case: LogisticCase, teacher: Any) -> tuple[Any, Any]:
    """The proven rate of convergence, over κ, and how far a margin is from its limit.

    Margins m are at most D from their limits M, as coefficients are never further from
    the teacher's than at 0; there σ rises by (σ(|M| + D) − σ(|M|))/D per unit at least.
    """
    xp, m = namespace(case.teacher_time), case.model
    square = teacher.shared_score**2 / m.shared + private_norm(teacher) ** 2
    far = xp.sqrt((m.shared + m.private) * square)
    most = abs(teacher.margins).max(axis=-1)
    rise = 1 / (1 + xp.exp(-most - far)) - 1 / (1 + xp.exp(-most))
    return rise / far, far


@claim("KD-45", kind="limit", domain=long_students, cost=4000)
def students_converge(rg, case, share=1.0):
    """A student's margins tend to its teacher's as t̃ → ∞, exponentially.

    |m − M| ≤ D e^(−cκt̃) with D² = (μ² + κ)‖β‖² for the teacher's coefficients β and
    c = (σ(|M| + D) − σ(|M|))/D. So its slope tends to 1.
    """
    xp, d = namespace(case.teacher_time), rg.distillation
    teacher = d.cross_entropy_teacher(case.model, case.teacher_time)
    rate, far = _rate(case, teacher)
    times = [size / (rate * case.model.private) for size in _SIZES]
    fits = [d.cross_entropy_student(teacher, time) for time in times]
    found = xp.stack([fit.margins for fit in fits], axis=-1)

    def envelope(sizes: Any) -> Any:
        return far[..., None, None] * xp.exp(-sizes)

    limit = share * teacher.margins[..., None]
    scale = INTEGRATION * (1 + abs(limit))
    return tends_to(found, limit, envelope, _SIZES, scale)


students_converge.twin("to 1.03 of the teacher's margins", share=1.03)


many_points = long_students.but(
    "up to 36 points, μ² and κ in [0.05, 4], teachers up to T = 800/λ₁",
    lambda: [
        example((51, 9), 1.0, 1.0, 20.0, 3.0),
        example((51, 9), 1.0, 1.0, 0.5, 3.0),  # does not fit flipped labels
    ],
    build=_long_case,
    outside=not_a_logistic_case,
    n_flipped=integer(1, 8),
    surplus=integer(1, 20),
    shared=real(0.05, 4, log=True),
    private=real(0.05, 4, log=True),
    teacher=real(0.2, 200, log=True),
    student=real(0.1, 200, log=True),
)


def _reach(margins: Any) -> Any:
    """M σ'(M)."""
    xp = namespace(margins)
    chance = 1 / (1 + xp.exp(-margins))
    return margins * chance * (1 - chance)


@claim("KD-17r", kind="inequality", domain=many_points, cost=200)
def students_keep_more_of_the_top(rg, case, noise=1.0):
    """Each student has at least its teacher's ratio of top to bottom, at all times.

    So on fresh points it is as accurate, or more. This follows from
    A_c M_f σ'(M_f) ≤ A_f M_c σ'(M_c) for the teacher's dual weights A and margins M,
    which is observed where flipped labels are fitted, and proved elsewhere.
    """
    d = rg.distillation
    teacher = d.cross_entropy_teacher(case.model, case.teacher_time)
    student = d.cross_entropy_student(teacher, case.student_time)
    (clean, flipped), (first, second) = (
        (pair[..., 0], pair[..., 1]) for pair in (teacher.duals, teacher.margins)
    )
    condition = case.model.spectrum[..., 0] / case.model.private
    return (
        at_most(
            noise * teacher.top_ratio,
            student.top_ratio,
            INTEGRATION * condition * student.top_ratio,
            sharp=True,
        ),
        at_most(
            clean * _reach(second),
            flipped * _reach(first),
            INTEGRATION * flipped * abs(first),
        ),
    )


students_keep_more_of_the_top.twin("by 1.05 times at least", noise=1.05)
