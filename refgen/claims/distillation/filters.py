"""KD-1, KD-4, KD-5 and KD-18: what training does to each eigendirection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.distillation.domains import LONGEST, Lesson, lessons
from refgen.claims.kinds import Measurement, equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, spectrum

# --- KD-1 and KD-18

# Steps of the flow, in which λh ≤ ½, and terms of the exponential series of each:
# what is left out is below ½¹⁶/16!.
_STEPS, _TERMS = int(2 * LONGEST), 15


def _times(matrix: Any, vector: Any) -> Any:
    return (matrix * vector[..., None, :]).sum(axis=-1)


def _flowed(gram: Any, slopes: Any, start: Any, time: Any) -> Any:
    """β′ = Xᵀy/n − XᵀXβ/n, integrated from `start` by series of its derivatives."""
    beta, h = start, time[:, None] / _STEPS
    for _ in range(_STEPS):
        term = h * (slopes - _times(gram, beta))
        beta = beta + term
        for k in range(2, _TERMS + 1):
            term = -h / k * _times(gram, term)
            beta = beta + term
    return beta


def _gram(lesson: Lesson) -> tuple[Any, Any]:
    """XᵀX/n and Xᵀy/n."""
    X = lesson.features
    xp, n, turned = namespace(X), X.shape[-2], X.swapaxes(-1, -2)
    return xp.matmul(turned, X) / n, _times(turned, lesson.labels) / n


def _size(lesson: Lesson, slopes: Any, duration: Any) -> Any:
    """How far flows may go: an error of XᵀX/n moves them by its size times this."""
    length = namespace(slopes).sqrt((slopes**2).sum(axis=-1))
    away = abs(lesson.start).sum(axis=-1)
    moved = duration * length + away
    return (moved * (1 + lesson.largest * duration))[:, None]


def _learned(rg: Any, lesson: Lesson) -> tuple[Any, Any]:
    """The filters of teacher and student."""
    flow, design = rg.distillation.gradient_flow_filter, _spectrum(rg, lesson)
    teacher, student = (flow(design.spectrum, time) for time in lesson.times)
    return teacher, student


def _spectrum(rg: Any, lesson: Lesson) -> Any:
    return rg.distillation.DesignSpectrum.from_design(lesson.features, lesson.labels)


@claim("KD-1", kind="identity", domain=lessons, cost=256)
def flow_filters(rg, lesson, later=1.0, kept=1.0):
    """Flow for time T learns 1 − e^(−λT) of each direction; its student learns su.

    A start β₀ adds what is left of it; null directions stay where they start.
    """
    (gram, slopes), design = _gram(lesson), _spectrum(rg, lesson)
    teacher, student = _learned(rg, lesson)
    first, second = lesson.times
    duration = first + second
    size, start = _size(lesson, slopes, duration), lesson.start
    nothing = 0 * start
    taught = _flowed(gram, slopes, nothing, first)
    both = rg.distillation.distilled_filter(teacher, student)
    with_teacher, begun = design.with_teacher(teacher), kept * start
    return (
        equal(
            design.coefficients(teacher, begun),
            _flowed(gram, slopes, start, first),
            size,
        ),
        equal(
            design.coefficients(both),
            _flowed(gram, _times(gram, taught), nothing, later * second),
            size,
        ),
        equal(
            with_teacher.coefficients(student, begun),
            _flowed(gram, _times(gram, taught), start, second),
            size,
        ),
    )


flow_filters.twin("the student trains 3 % longer", later=1.03)
flow_filters.twin("0.97 of the start counts", kept=0.97)
flow_filters.twin("the start is forgotten", kept=0.0)


@flow_filters.twin_function("times add: the student is its teacher at time T + t")
def _(rg, lesson):
    (gram, slopes), design = _gram(lesson), _spectrum(rg, lesson)
    first, second = lesson.times
    longer = rg.distillation.gradient_flow_filter(design.spectrum, first + second)
    nothing = 0 * lesson.start
    taught = _times(gram, _flowed(gram, slopes, nothing, first))
    student = _flowed(gram, taught, nothing, second)
    size = _size(lesson, slopes, first + second)
    return equal(design.coefficients(longer), student, size)


# Rounds in which the recursion of KD-18 is followed.
_ROUNDS = 12


def _recursion(filter: Any, weight: Any, n_rounds: int) -> Any:
    """F ← s(α + (1 − α)F), from 1."""
    left = namespace(filter).ones(filter.shape)
    for _ in range(n_rounds):
        left = filter * (weight + (1 - weight) * left)
    return left


def _is_fixed(filter: Any, weight: Any, limit: Any) -> Measurement:
    """F(1 − (1 − α)s) = αs."""
    lost = (1 - filter) + weight * filter
    return equal(limit * lost, weight * filter, lost + weight)


@claim("KD-18", kind="identity", domain=lessons, cost=256)
def soft_and_hard_labels(rg, lesson, factor=1.0, power=1):
    """Labels of weight α and a teacher's outputs: u(α + (1 − α)s), also repeatedly.

    Repetition ends at αs/(1 − (1 − α)s): for α > 0 it does not collapse.
    """
    d, (gram, slopes), design = rg.distillation, _gram(lesson), _spectrum(rg, lesson)
    teacher, student = _learned(rg, lesson)
    first, second = lesson.times
    weight = factor * lesson.label_weight
    exact = lesson.label_weight[:, None]
    nothing = 0 * lesson.start
    taught = _times(gram, _flowed(gram, slopes, nothing, first))
    mixed = exact * slopes + (1 - exact) * taught
    size = _size(lesson, slopes, first + second)
    both = d.distilled_filter(teacher, student, weight)
    rounds = [
        equal(
            d.repeated_filter(teacher, n, weight),
            _recursion(teacher, exact, n * power),
        )
        for n in (0, 1, 2, _ROUNDS)
    ]
    # Where nothing is lost and nothing is given, the limit is all.
    limit = d.repeated_filter(teacher, np.inf, weight)
    return (
        equal(design.coefficients(both), _flowed(gram, mixed, nothing, second), size),
        rounds,
        _is_fixed(teacher, exact, limit),
    )


soft_and_hard_labels.twin("0.97 α", factor=0.97)
soft_and_hard_labels.twin("α is ignored: the teacher alone", factor=0.0)
soft_and_hard_labels.twin("a round counts twice", power=2, reason="rounds are whole")


@soft_and_hard_labels.twin_function("repetition collapses to 0 for all α below 1")
def _(rg, lesson):
    teacher, _ = _learned(rg, lesson)
    limit = rg.distillation.repeated_filter(teacher, np.inf, lesson.label_weight)
    partial = (teacher < 1) & (lesson.label_weight < 1)[:, None]
    return equal(namespace(limit).where(partial, limit, 0.0), 0)


# --- KD-5: ridge regression


def _solves(gram: Any, slopes: Any, penalty: Any, beta: Any) -> Measurement:
    """(XᵀX/n + ρ)β = Xᵀy/n."""
    pull = penalty[:, None] * beta
    size = _times(abs(gram), abs(beta)) + abs(pull) + abs(slopes)
    scale = size.max(axis=-1)[:, None]
    return equal(_times(gram, beta) + pull, slopes, scale)


@claim("KD-5", kind="identity", domain=lessons, cost=32)
def ridge_filters(rg, lesson, factor=1.0):
    """Ridge regression leaves λ/(λ + ρ), and its student (λ/(λ + ρ))(λ/(λ + ρ′)).

    Repeated with a weight α of the labels it ends at the penalty ρ/α.
    """
    d, (gram, slopes), design = rg.distillation, _gram(lesson), _spectrum(rg, lesson)
    first, second = lesson.penalties
    teacher, student = (d.ridge_filter(design.spectrum, rho) for rho in (first, second))
    taught = design.coefficients(teacher)
    both = design.coefficients(d.distilled_filter(teacher, student))
    weight = 0.1 + lesson.label_weight / 2
    end = d.repeated_filter(teacher, np.inf, weight)
    return (
        _solves(gram, slopes, first, taught),
        _solves(gram, _times(gram, taught), factor * second, both),
        equal(end, d.ridge_filter(design.spectrum, first / weight)),
    )


ridge_filters.twin("the student's penalty is 3 % larger", factor=1.03)


@ridge_filters.twin_function("repetition ends at the penalty ρ(2 − α)")
def _(rg, lesson):
    d, design, (penalty, _) = rg.distillation, _spectrum(rg, lesson), lesson.penalties
    teacher, weight = d.ridge_filter(design.spectrum, penalty), lesson.label_weight
    end = d.repeated_filter(teacher, np.inf, weight)
    return equal(end, d.ridge_filter(design.spectrum, penalty * (2 - weight)))


@claim("KD-5i", kind="identity", domain=lessons, cost=8)
def iterated_ridge(rg, lesson, factor=1.0):
    """ν ridge fits, each to what the ones before left over, learn 1 − (1 + λ/ρ)^(−ν).

    The order ν may be any positive number: two orders after each other add up.
    """
    d, design, (penalty, _) = rg.distillation, _spectrum(rg, lesson), lesson.penalties
    once, order = d.ridge_filter(design.spectrum, penalty), 0.1 + lesson.teacher
    found, left = [], 1 + 0 * once
    for n in range(1, 5):
        left = left * (1 - once)
        filter = d.iterated_ridge_filter(design.spectrum, penalty, factor * n)
        found.append(equal(filter, 1 - left))
    parts = [
        1 - d.iterated_ridge_filter(design.spectrum, penalty, nu)
        for nu in (order, lesson.student + 0.1, order + lesson.student + 0.1)
    ]
    return found, equal(parts[2], parts[0] * parts[1])


iterated_ridge.twin("the order is 3 % higher", factor=1.03)


# --- KD-4: gradient descent


@dataclass(frozen=True, repr=False)
class Descent(Instance):
    """Gradient descent with stable steps.

    Attributes
    ----------
    spectrum : array of shape (..., n_directions)
    n_steps, relative_step : array of shape (...)
        The step in units of the inverse of the largest eigenvalue.
    """

    spectrum: Any
    n_steps: Any
    relative_step: Any

    @property
    def step_size(self) -> Any:
        return self.relative_step / self.spectrum.max(axis=-1)


def _descent(spectrum: list[float], n_steps: int, relative_step: float) -> Descent:
    return Descent(np.array(spectrum), np.array(n_steps), np.array(relative_step))


descents = record(
    Descent,
    "up to 6 eigenvalues of condition up to 100, up to 40 steps, ηλ ≤ 1.9",
    d=integer(1, 6),
    spectrum=spectrum("d", smallest=0.1, largest=10.0, singular=False),
    n_steps=integer(0, 40),
    relative_step=real(0.05, 1.9),
    examples=lambda: [
        _descent([2.0, 1.0], 3, 0.5),
        _descent([2.0, 1.0], 0, 1.0),
        _descent([2.0, 1.0], 5, 1.0),
        _descent([2.0, 1.0, 0.1], 7, 1.9),
    ],
)


@claim("KD-4", kind="identity", domain=descents, cost=8)
def discrete_descent(rg, descent, missing=0, longer=1.0):
    """m steps of gradient descent of size η learn the share 1 − (1 − ηλ)^m."""
    xp = namespace(descent.spectrum)
    step = descent.step_size[..., None] * descent.spectrum
    learned = xp.zeros(step.shape)
    for done in range(40):
        moved = learned + step * (1 - learned)
        learned = xp.where(descent.n_steps[..., None] > done + missing, moved, learned)
    share = rg.distillation.gradient_descent_filter(
        descent.spectrum, descent.n_steps, longer * descent.step_size
    )
    # A step of more than 1/λ multiplies the rounding of what is missing by up to 1.
    return equal(share, learned, 2)


discrete_descent.twin("steps that are 3 % longer", longer=1.03)
discrete_descent.twin("a step fewer", missing=1)


@discrete_descent.twin_function("the filter of gradient flow at time ηm")
def _(rg, descent):
    flow = rg.distillation.gradient_flow_filter(
        descent.spectrum, descent.n_steps * descent.step_size
    )
    found = descent.spectrum, descent.n_steps, descent.step_size
    return equal(rg.distillation.gradient_descent_filter(*found), flow)
