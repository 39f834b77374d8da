"""KD-16, 42 and 44: what a teacher and its students make of flipped labels."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace, special_functions
from refgen.claims.distillation._noisy_designs import (
    NoisyDesign,
    NoisyTraining,
    example,
    noisy_designs,
    noisy_trainings,
)
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.registry import claim
from refgen.distillation import LabelNoiseModel
from refgen.domains import real

# The largest z φ(z), at z = 1: Φ(z(1 + ε)) − Φ(z) is at most ε times it.
_STEEPEST = 0.2419707245191434

# --- KD-16: training points, and fresh ones


def _slope_scale(case: NoisyDesign, scores: Any, slope: Any) -> Any:
    """Rounding of scores counts as often as they are larger than their spread."""
    size = abs(scores)
    spread = size.max(axis=-1) - size.min(axis=-1)
    return case.condition * (1 + abs(slope)) * size.max(axis=-1) / spread


@claim("KD-16", kind="identity", domain=noisy_designs, cost=40)
def solvable_label_noise(rg, case, longer=1.0, accuracy="label_noise_accuracy"):
    """Scores, confidence slope and accuracy of teacher and student, in closed form.

    Clean points have the score f₁a₀ + f_κ(1 − a₀) times their label, flipped ones
    f₁a₀ − f_κ(1 + a₀). The slope is (s₁u₁ − s_κu_κ)/(s₁ − s_κ) if the teacher fits
    flipped labels, else u_κ. Fresh points (μy, τζ) are right with probability
    Φ(μβ₀/(τ‖β‖)).
    """
    d, xp, model = rg.distillation, namespace(case.shared), case.model
    ndtr = special_functions(case.shared).ndtr
    times = case.teacher_time, longer * case.student_time
    (teacher, _), (student, duals) = (
        case.trained(*(case.teacher_time, case.student_time)[:k]) for k in (1, 2)
    )
    fit = d.label_noise_fit(model, *times)
    clean, flipped = fit.margins[..., 0], fit.margins[..., 1]
    margins = xp.where(case.flipped > 0, flipped[..., None], clean[..., None])
    slope = d.label_noise_slope(model, *times)
    line = d.logit_slope(teacher, student)
    right = ndtr(case.fresh_score(duals))
    size = case.labels.shape[-1] * case.condition
    scale = size[..., None] + 0 * margins
    told = {"label_noise_accuracy": lambda: (times[0], case.test_noise, times[1])}
    given = told.get(accuracy, lambda: (case.test_noise,))()
    return [
        equal(margins, case.training_labels * student, scale),
        equal(slope, line, _slope_scale(case, teacher, line)),
        equal(d.slope_of_fits(d.label_noise_fit(model, times[0]), fit), line,
              _slope_scale(case, teacher, line)),
        equal(getattr(d, accuracy)(model, *given), right, size),
        equal(d.accuracy_of_fit(fit, case.test_noise), right, size),
    ]  # fmt: skip


solvable_label_noise.twin("the student stops at 0.97 of its time", longer=0.97)
solvable_label_noise.twin(
    "flipped labels do not count on fresh points: a₀ = 1 in the norm",
    accuracy="noiseless_accuracy",
)


@solvable_label_noise.twin_function("the slope is u_κ whatever the teacher fits")
def _(rg, case):
    own = 1 - namespace(case.shared).exp(-case.private * case.student_time)
    slope = rg.distillation.label_noise_slope(
        case.model, case.teacher_time, case.student_time
    )
    return equal(slope, own, 1 + slope)


@solvable_label_noise.twin_function(
    "(s₁u₁ − s_κu_κ)/(s₁ − s_κ) also if the teacher does not fit flipped labels"
)
def _(rg, case):
    xp, d = namespace(case.shared), rg.distillation
    (s1, s), (u1, u) = (
        (1 - xp.exp(-case.private * case.condition * t), 1 - xp.exp(-case.private * t))
        for t in (case.teacher_time, case.student_time)
    )
    slope = d.label_noise_slope(case.model, case.teacher_time, case.student_time)
    return equal(slope, (s1 * u1 - s * u) / (s1 - s), (1 + slope) / (s1 - s))


def _accuracies(rg: Any, case: NoisyTraining, noise: float = 1.0) -> tuple[Any, Any]:
    """Of the teacher and of its student, on fresh points."""
    d, time = rg.distillation, case.teacher_time
    student = case.student_time
    return (
        d.label_noise_accuracy(case.model, time, case.test_noise),
        d.label_noise_accuracy(case.model, time, noise * case.test_noise, student),
    )


@claim("KD-16a", kind="inequality", domain=noisy_trainings, cost=8)
def students_are_more_accurate(rg, case, noise=1.0):
    """On fresh points each student is more accurate than its teacher, for all T and t̃.

    Whether the slope exceeds 1 or not.
    """
    teacher, student = _accuracies(rg, case, noise)
    return at_most(teacher, student, 2, sharp=True)


students_are_more_accurate.twin("with 1.03 of the noise on fresh points", noise=1.03)


@students_are_more_accurate.twin_function("students exaggerate: their slope exceeds 1")
def _(rg, case):
    slope = rg.distillation.label_noise_slope(
        case.model, case.teacher_time, case.student_time
    )
    return at_most(1.0, slope, 1 + slope)


_SIZES = (0.5, 1.0, 2.0, 4.0, 8.0)


def _steepest_gain() -> NoisyTraining:
    """Flipped labels outweigh all else, and a teacher has the argument 1 of Φ."""
    odds, first = 41.0**2 - 1, 42.0
    noise = (41 / (1 + odds * first**2)) ** 0.5
    model = LabelNoiseModel(21, 20, 1.0, 1.0)
    return NoisyTraining(model, *map(np.array, (40.0, 1.0, noise)))


long_trainings = noisy_trainings.but(
    "label noise, and a model in which long-trained students gain most",
    lambda: [example(2.0, 2.5), _steepest_gain()],
    build=noisy_trainings.build,
    outside=noisy_trainings.condition,
)


@claim("KD-16l", kind="limit", domain=long_trainings, cost=8)
def gain_of_long_trained_students(rg, case, share=1.0, bound=1.0):
    """The gain in accuracy vanishes as t̃ → ∞, like e^(−κt̃) at least.

    It is at most e^(−κt̃)/(1 − e^(−κt̃)) over √(2πe).
    """
    xp, d = namespace(case.teacher_time), rg.distillation
    times = xp.asarray(_SIZES) / case.model.private[..., None]
    spread = case.model.map(lambda a: a[..., None])
    teacher, noise = case.teacher_time[..., None], case.test_noise[..., None]
    found = d.label_noise_accuracy(spread, teacher, noise, times)
    limit = d.label_noise_accuracy(case.model, case.teacher_time, case.test_noise)

    def envelope(sizes: Any) -> Any:
        return _STEEPEST * xp.exp(-sizes) / -xp.expm1(-sizes)

    gain, most = found - limit[..., None], bound * envelope(xp.asarray(_SIZES))
    return (
        tends_to(found, share * limit[..., None], envelope, _SIZES, 2),
        at_most(gain, most, 2, sharp=True),
    )


gain_of_long_trained_students.twin("0.97 of that bound", bound=0.97)
gain_of_long_trained_students.twin("to 1.01 of the teacher's accuracy", share=1.01)

# --- KD-42: many rounds

ROUNDS = (1, 2, 4, 8, 16)

# Students that differ from their teacher, so that few rounds are enough.
short_trainings = noisy_trainings.but(
    "2 to 20 flipped labels and more right ones, μ² ≥ κ, students with κt̃ ≤ 0.4",
    lambda: [example(2.0, 0.4), example(0.3, 0.1)],
    build=noisy_trainings.build,
    outside=noisy_trainings.condition,
    n_flipped=2,
    shared=real(0.5, 5, log=True),
    private=real(0.05, 0.5, log=True),
    student=real(0.02, 0.4, log=True),
)


def _by_weights(case: NoisyTraining, n_rounds: int) -> Any:
    """μβ₀/(τ‖β‖) by the filters of both directions after rounds."""
    xp, m = namespace(case.teacher_time), case.model
    n, a0 = m.n_samples, m.label_correlation
    top = m.shared * n + m.private

    def after(rate: Any) -> Any:
        first, then = (
            -xp.expm1(-rate * case.teacher_time),
            -xp.expm1(-rate * case.student_time),
        )
        return first * then**n_rounds

    f1, own = after(top), after(m.private)
    weight = m.shared * n * f1 * a0 / top
    private = m.private * f1**2 * a0**2 * n / top**2
    private = private + own**2 * n * (1 - a0**2) / m.private
    return weight / (case.test_noise * xp.sqrt(private))


@claim("KD-42", kind="limit", domain=short_trainings, cost=16)
def rounds_wash_label_noise_out(rg, case, share=1.0, odds=1.0):
    """Rounds of students reach the accuracy without flipped labels, Φ(μ²√n/(τ√κ)).

    After m rounds it is Φ(z/√(1 + ((1 − a₀²)/a₀²) (λ₁/κ)²/(ρ(T) ρ(t̃)^m)²)) with
    z = μ²√n/(τ√κ) and ρ = a₁/a_κ: it rises, and the gap falls like ρ(t̃)^(−2m).
    """
    xp, d, m = namespace(case.teacher_time), rg.distillation, case.model
    ndtr, a0 = special_functions(case.teacher_time).ndtr, case.model.label_correlation
    limit = d.noiseless_accuracy(m, case.test_noise)
    ratio = d.filter_ratio(m, case.student_time)
    first = m.spectrum[..., 0] / m.private / d.filter_ratio(m, case.teacher_time)
    weight = odds * (1 - a0**2) / a0**2 * first**2
    clean = m.shared * xp.sqrt(m.n_samples / m.private) / case.test_noise

    def envelope(sizes: Any) -> Any:
        left = ratio[..., None] ** (-2.0 * sizes)
        return _STEEPEST / 2 * weight[..., None] * left

    found, parts = [], []
    for k in ROUNDS:
        given = m, case.teacher_time, case.test_noise, case.student_time, k
        found.append(d.label_noise_accuracy(*given))
        parts.append(equal(found[-1], ndtr(_by_weights(case, k)), 4 * k))
        stated = clean / xp.sqrt(1 + weight * ratio ** (-2.0 * k))
        parts.append(equal(found[-1], ndtr(stated), 4 * k))
    found = xp.stack(found, axis=-1)
    limits = share * limit[..., None]
    return [tends_to(found, limits, envelope, ROUNDS, 2), *parts]


rounds_wash_label_noise_out.twin("to 0.98 of that accuracy", share=0.98)
rounds_wash_label_noise_out.twin("with 0.97 of the flipped labels' weight", odds=0.97)
