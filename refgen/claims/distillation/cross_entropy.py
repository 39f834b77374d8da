"""KD-17 and KD-19: the model of label noise with logistic loss."""

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
from refgen.claims.kinds import equal, exceeds
from refgen.claims.registry import claim
from refgen.domains import Domain, choice, real, record

# --- KD-17: two dimensions instead of n


logistic_cases = record(
    logistic_case,
    "5 or 6 points, one or two labels flipped, times up to 4.8/λ₁",
    n=choice(5, 6),
    n_flipped=choice(1, 2),
    shared=real(0.05, 1, log=True),
    private=real(0.2, 5, log=True),
    teacher=real(0.2, 1.2),
    student=real(0.2, 1.2),
    outside=not_a_logistic_case,
    examples=lambda: [
        example((2, 1), 0.5, 1.0, 1.5, 2.0),
        example((4, 2), 0.1, 2.0, 2.0, 1.0),
    ],
)


def _points(case: LogisticCase) -> tuple[Any, Any]:
    """Six places for points, of which n are there: flipped ones first; their labels."""
    xp, m = namespace(case.teacher_time), case.model
    place = xp.arange(6)
    there = 1.0 * (place < m.n_samples[..., None])
    flipped = place < m.n_flipped[..., None]
    return there, xp.where(flipped, -1.0, 1.0)


def _midpoints(case: LogisticCase, time: Any, targets: Any, n_steps: int) -> Any:
    """Scores by the midpoint rule, true labels being 1: z' = XXᵀ(target − σ(z))."""
    xp, m = namespace(time), case.model
    there, _ = _points(case)
    shared, private = m.shared[..., None], m.private[..., None]

    def speed(scores: Any) -> Any:
        off = there * (targets - 1 / (1 + xp.exp(-scores)))
        return shared * off.sum(axis=-1, keepdims=True) + private * off

    h, before = (time / n_steps)[..., None], xp.zeros((*time.shape, 6))
    scores = before + h * speed(before)
    for _ in range(n_steps - 1):
        before, scores = scores, before + 2 * h * speed(scores)
    return scores


_STEPS = (4, 8, 12, 16, 20, 24, 28, 32)


def _full(case: LogisticCase, time: Any, targets: Any) -> Any:
    """Scores of all points, extrapolated to steps of length 0 (Gragg's method)."""
    row = [_midpoints(case, time, targets, n) for n in _STEPS]
    # Of even numbers of steps, errors are series in the square of the step.
    for j in range(1, len(row)):
        for i in range(len(row) - 1, j - 1, -1):
            share = (_STEPS[i] / _STEPS[i - j]) ** 2 - 1
            row[i] = row[i] + (row[i] - row[i - 1]) / share
    return row[-1]


@claim("KD-17", kind="identity", domain=logistic_cases, cost=2000)
def two_dimensions(rg, case, own=1.0, longer=1.0):
    """Logistic flow of n scores is that of two dual weights, by symmetry.

    Margins of clean points are S + κα_c, of flipped ones −S + κα_f, with
    S = μ²(n_cα_c − n_fα_f); α' = 1 − σ(m) for a teacher and σ(M) − σ(m) for a student
    of a teacher of margins M.
    """
    d, xp = rg.distillation, namespace(case.teacher_time)
    there, labels = _points(case)
    hard = (labels + 1) / 2
    scores = _full(case, case.teacher_time, hard)
    soft = _full(case, longer * case.student_time, 1 / (1 + xp.exp(-scores)))
    teacher = d.cross_entropy_teacher(case.model, case.teacher_time)
    student = d.cross_entropy_student(teacher, case.student_time)
    parts = []
    for fit, found in ((teacher, scores), (student, soft)):
        clean, flipped = fit.margins[..., :1], fit.margins[..., 1:]
        moved = flipped + (own - 1) * case.model.private[..., None] * fit.duals[..., 1:]
        margins = there * xp.where(labels < 0, moved, clean)
        scale = INTEGRATION * (1 + abs(margins))
        parts.append(equal(margins, there * labels * found, scale))
    return parts


two_dimensions.twin("flipped points have 0.97 of their own weight", own=0.97)
two_dimensions.twin("the student is trained 1.03 times as long", longer=1.03)

# --- KD-17s and KD-19: the example

MODEL = ((51, 9), 1.0, 1.0)
TEACHER_TIME = 20.0
# Times of students between which the slope crosses 1, is largest, and falls again.
_TIMES = (0.0665, 0.0667, 0.442, 3.0, 10.0)

logistic_example = Domain(
    "9 of 60 labels flipped, μ² = κ = 1, T = 20",
    lambda: [example(*MODEL, TEACHER_TIME, 3.0)],
)


def _slopes(rg: Any, case: LogisticCase, times: Any) -> list[Any]:
    d = rg.distillation
    teacher = d.cross_entropy_teacher(case.model, case.teacher_time)
    students = (d.cross_entropy_student(teacher, t) for t in times)
    return [d.slope_of_fits(teacher, student) for student in students]


@claim("KD-17s", kind="existence", domain=logistic_example)
def slope_with_logistic_loss(rg, case, crossing=1.0, peak=1.0):
    """The slope exceeds 1 from t̃ = 0.0666 on, at most by 0.767, and then falls to 1."""
    times = [crossing * t for t in _TIMES[:2]] + list(_TIMES[2:])
    before, after, top, later, latest = _slopes(rg, case, times)
    return [
        exceeds(1.0, before, 2),
        exceeds(after, 1.0, 2),
        exceeds(top, peak * 1.7671, 4),
        exceeds(peak * 1.7672, top, 4),
        exceeds(top, later, 4),
        exceeds(later, latest, 4),
        exceeds(latest, 1.0, 2),
    ]


slope_with_logistic_loss.twin("from 1.02 times that on", crossing=1.02)
slope_with_logistic_loss.twin("from 0.98 times that on", crossing=0.98)
slope_with_logistic_loss.twin("at most by 0.80", peak=1.02)


@slope_with_logistic_loss.twin_function("it is at most 1 at all times")
def _(rg, case):
    (top,) = _slopes(rg, case, _TIMES[2:3])
    return exceeds(1.0, top, 4)


@slope_with_logistic_loss.twin_function("it stays what it is at t̃ = 3")
def _(rg, case):
    later, latest = _slopes(rg, case, _TIMES[-2:])
    return exceeds(latest, later, 4)


_ROUNDS_OF_SEARCH = 26


def _at_norm(fit: Any, share: Any, goal: Any, longest: Any) -> Any:
    """The fit whose private coefficients have the norm `goal`, by bisection in time."""
    low, high = 0 * longest, longest
    for _ in range(_ROUNDS_OF_SEARCH):
        middle = (low + high) / 2
        early = private_norm(fit(middle)) < share * goal
        xp = namespace(middle)
        low, high = xp.where(early, middle, low), xp.where(early, high, middle)
    return fit(low)


def _gap(rg: Any, case: LogisticCase, share: float) -> Any:
    """The teacher's top component minus the student's, at equal bottom norm."""
    d, time = rg.distillation, case.teacher_time
    teacher = d.cross_entropy_teacher(case.model, time)
    goal = private_norm(teacher)
    first = _at_norm(
        lambda t: d.cross_entropy_teacher(case.model, t), share, goal, time
    )
    second = _at_norm(
        lambda t: d.cross_entropy_student(teacher, t), share, goal, 2 * time
    )
    return first.shared_score - second.shared_score


@claim("KD-19", kind="existence", domain=logistic_example)
def trajectories_cross(rg, case, share=0.6):
    """With logistic loss, trajectories do not show exaggerated bias throughout.

    Where 3 % of the teacher's final bottom norm are reached, its student's top
    component is larger than its own was, by 0.0445; at 60 % it is smaller, by 0.0013.
    """
    early, late = _gap(rg, case, 0.03), _gap(rg, case, share)
    return [
        exceeds(0.0, early, 1e4),
        exceeds(late, 0.00128, 1e4),
        exceeds(0.00129, late, 1e4),
        exceeds(early, -0.04456, 1e4),
        exceeds(-0.04454, early, 1e4),
    ]


trajectories_cross.twin("at 0.59 of that norm", share=0.59)


@trajectories_cross.twin_function("the student's top component is larger throughout")
def _(rg, case):
    return exceeds(0.0, _gap(rg, case, 0.6), 1e4)
