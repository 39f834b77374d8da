"""KD-28, 43 and 44: which times of teacher and student fit, exaggerate, or win."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._noisy_designs import (
    NoisyTraining,
    example,
    noisy_trainings,
)
from refgen.claims.kinds import ascending, at_most, equal
from refgen.claims.registry import claim
from refgen.distillation import exaggeration_time, winning_student_time
from refgen.domains import choice, real

# Thresholds of the example.
_FIT, _WINS = 0.663285313827713, 0.137819331604356

# --- KD-28: when students exaggerate


def _near_thresholds(
    n_flipped: Any, surplus: Any, shared: Any, private: Any,
    teacher: Any, student: Any, test_noise: Any, near: Any,
) -> NoisyTraining:  # fmt: skip
    """Students' times are multiples of that from which the slope may exceed 1."""
    case = noisy_trainings.build(
        n_flipped, surplus, shared, private, teacher, student, test_noise
    )
    xp = namespace(shared)
    critical = student * exaggeration_time(case.model, case.teacher_time)
    time = xp.where(near > 0, critical, case.student_time)
    return NoisyTraining(case.model, case.teacher_time, time, test_noise)


near_thresholds = noisy_trainings.but(
    "label noise, teacher and student near the thresholds of exaggeration or far off",
    lambda: [
        example(2.0, 0.98 * 0.0031062949482258636),
        example(2.0, 1.02 * 0.0031062949482258636),
        example(0.985 * _FIT, 1.0),
        example(1.015 * _FIT, 1.0),
        example(1.015 * _FIT, 0.4),
    ],
    build=_near_thresholds,
    outside=noisy_trainings.condition,
    student=real(0.4, 2.5, log=True),
    near=choice(0, 1),
)


def _slope(rg: Any, case: NoisyTraining, student_time: Any = None) -> Any:
    """By scores of both kinds of points."""
    d, time = rg.distillation, case.teacher_time
    student = case.student_time if student_time is None else student_time
    fits = (
        d.label_noise_fit(case.model, time),
        d.label_noise_fit(case.model, time, student),
    )
    return d.slope_of_fits(*fits)


@claim("KD-28", kind="inequality", domain=near_thresholds, cost=10)
def when_students_exaggerate(rg, case, fitted=1.0, critical=1.0):
    """slope > 1 iff T > T_fit and t̃ > log(s₁/s_κ)/(λ₁ − κ).

    Flipped labels are fitted from T_fit on, where s_κ/s₁ = a₀/(1 + a₀), and at once if
    κ/λ₁ is above that quotient.
    """
    d, xp = rg.distillation, namespace(case.teacher_time)
    fits = case.teacher_time > fitted * d.noise_fitting_time(case.model)
    late = critical * d.exaggeration_time(case.model, case.teacher_time)
    beyond = fits & (case.student_time > late)
    parts = []
    for slope in (
        d.label_noise_slope(case.model, case.teacher_time, case.student_time),
        _slope(rg, case),
    ):
        wrong = xp.where(beyond, 1 - slope, slope - 1)
        # A slope is a quotient by the scores' spread, of which little may be left.
        spread = xp.exp(-case.model.private * case.teacher_time)
        parts.append(at_most(wrong, 0.0, (1 + slope) * (1 + 4 / spread), sharp=True))
    return parts


when_students_exaggerate.twin("from 0.97 T_fit on", fitted=0.97)
when_students_exaggerate.twin("from 1.03 T_fit on", fitted=1.03)
when_students_exaggerate.twin("from 0.96 of that student time on", critical=0.96)
when_students_exaggerate.twin("from 1.04 of that student time on", critical=1.04)
when_students_exaggerate.twin("whenever the teacher fits flipped labels", critical=0.0)


# --- KD-28p: the steepest line

fitting_teachers = noisy_trainings.but(
    "label noise, and a teacher that fits the flipped labels",
    lambda: [
        example(2.0, 2.5),
        example(2.0, 0.06535193),  # where the slope is largest
        example(1.02 * _FIT, 0.1),
    ],
    build=noisy_trainings.build,
    outside=noisy_trainings.condition,
    teacher=real(1.02, 6.1, log=True),
    student=real(0.002, 5, log=True),
)


@claim("KD-28p", kind="inequality", domain=fitting_teachers, cost=10)
def steepest_slope(rg, case, moved=1.0):
    """The slope over t̃ is largest at log(s₁λ₁/(s_κκ))/(λ₁ − κ); then it falls to 1."""
    d, m = rg.distillation, case.model
    peak = moved * d.steepest_student_time(m, case.teacher_time)
    setting = m, case.teacher_time
    most = d.label_noise_slope(*setting, peak)
    # The same line, by scores: once more by other operations.
    slope = _slope(rg, case)
    spread = namespace(peak).exp(-m.private * case.teacher_time)
    scale = (1 + most) * (1 + 4 / spread)
    later = d.label_noise_slope(*setting, peak + case.student_time)
    latest = d.label_noise_slope(*setting, peak + 2 * case.student_time)
    return at_most(slope, most, scale, sharp=True), *ascending(
        1.0, latest, later, most, scale=1 + most, sharp=True
    )


steepest_slope.twin("at 1.04 of that time", moved=1.04)
steepest_slope.twin("at 0.96 of that time", moved=0.96)

# --- KD-28w and KD-43: students that beat every teacher


def _near_winning(
    n_flipped: Any, surplus: Any, shared: Any, private: Any,
    teacher: Any, student: Any, test_noise: Any,
) -> NoisyTraining:  # fmt: skip
    """Students' times are multiples of the longest with which they beat them all."""
    case = noisy_trainings.build(
        n_flipped, surplus, shared, private, teacher, student, test_noise
    )
    time = student * winning_student_time(case.model, case.teacher_time)
    return NoisyTraining(case.model, case.teacher_time, time, test_noise)


near_winning = noisy_trainings.but(
    "label noise, and students near the longest that beat every teacher",
    lambda: [
        example(_WINS, 0.985 * _WINS, 10.0),
        example(_WINS, 1.015 * _WINS, 10.0),
        example(2.0, 0.003, 10.0),
    ],
    build=_near_winning,
    outside=noisy_trainings.condition,
    teacher=real(0.02, 4, log=True),
    student=real(0.5, 2, log=True),
    test_noise=real(1, 20, log=True),
)

_TEACHERS = (0.0, 1e-4, 0.01, 0.1, 0.5, 1.0, 4.0)


@claim("KD-28w", kind="inequality", domain=near_winning, cost=20)
def students_beat_every_teacher(rg, case, longest=1.0):
    """More accurate than every teacher, stopped at any time, iff ρ(T) ρ(t̃) ≥ λ₁/κ.

    ρ = a₁/a_κ falls from λ₁/κ, which no time attains, to 1.
    """
    d, xp, m = rg.distillation, namespace(case.teacher_time), case.model
    setting = m, case.teacher_time, case.test_noise, case.student_time
    student = d.label_noise_accuracy(*setting)
    times = xp.asarray(_TEACHERS) / m.private[..., None]
    spread, noise = m.map(lambda a: a[..., None]), case.test_noise[..., None]
    teachers = d.label_noise_accuracy(spread, times, noise)
    best = teachers[..., 0]
    wins = case.student_time <= longest * d.winning_student_time(m, case.teacher_time)
    wrong = xp.where(wins, best - student, student - best)
    return (
        at_most(wrong, 0.0, 2, sharp=True),
        at_most(teachers[..., 1:], best[..., None], 2, sharp=True),
    )


students_beat_every_teacher.twin("for 1.03 of that student time", longest=1.03)
students_beat_every_teacher.twin("for 0.97 of that student time only", longest=0.97)


@claim("KD-43", kind="inequality", domain=near_winning, cost=20)
def each_teacher_has_students_that_win(rg, case, low=1.0, high=1.0):
    """(ρ(T) − 1)/λ₁ ≤ t̃* ≤ −log(1 − ρ(T)κ/λ₁)/κ: students up to t̃* beat all teachers.

    So every teacher has them, however long it was trained.
    """
    d, xp, m = rg.distillation, namespace(case.teacher_time), case.model
    ratio, top = d.filter_ratio(m, case.teacher_time), m.spectrum[..., 0]
    longest = d.winning_student_time(m, case.teacher_time)
    most = -xp.log1p(-ratio * m.private / top) / m.private
    # ρ(t̃*) = (λ₁/κ)/ρ(T), up to rounding of ρ − 1 and of its least value.
    away = top / m.private / ratio
    scale = (1 + most * m.private) / m.private
    scale = scale * (1 + away / (away - 1) + ratio / (ratio - 1))
    return *ascending(
        low * (ratio - 1) / top, longest, high * most, scale=scale, sharp=0.9
    ), equal(d.filter_ratio(m, longest), away, away * (1 + most * top))


each_teacher_has_students_that_win.twin("1.05 of the first bound", low=1.05)
each_teacher_has_students_that_win.twin("0.97 of the second bound", high=0.97)

# --- KD-44: students fit flipped labels later


@claim("KD-44", kind="identity", domain=fitting_teachers, cost=20)
def students_fit_noise_later(rg, case, sooner=1.0, later=1.0):
    """A student fits flipped labels iff ρ(T) ρ(t̃) < (1 + a₀)/a₀: later than a teacher.

    So a short student of a teacher that has memorized flipped labels takes them back.
    T and t̃ may be exchanged.
    """
    d, m = rg.distillation, case.model
    fitted = d.noise_fitting_time(m, case.teacher_time)
    time, teacher = later * fitted, case.teacher_time
    fits = [d.label_noise_fit(m, teacher, k * time) for k in (0.99, 1.0, 1.01)]
    fits.append(d.label_noise_fit(m, time, teacher))
    scales = [4 * fit.margins[..., 0] for fit in fits]
    before, at, after, exchanged = (fit.margins[..., 1] for fit in fits)
    return (
        at_most(sooner * d.noise_fitting_time(m), fitted, 2 * fitted, sharp=0.95),
        at_most(before, 0.0, scales[0], sharp=0.95),
        at_most(0.0, after, scales[2], reason="the margin just after is near 0"),
        equal(at, 0.0, scales[1]),
        equal(exchanged, 0.0, scales[3]),
    )


students_fit_noise_later.twin("1.03 times as late", later=1.03)
students_fit_noise_later.twin("0.97 times as late", later=0.97)
students_fit_noise_later.twin("1.05 times later than a teacher at least", sooner=1.05)
