"""KD-1 and KD-18: what gradient flow does to each eigendirection."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.distillation.domains import (
    LONGEST,
    Lesson,
    end_of,
    gram_of,
    lessons,
    spectrum_of,
    terms_of,
    times_vector,
)
from refgen.claims.kinds import Measurement, equal
from refgen.claims.registry import claim

# --- KD-1 and KD-18

# Steps of the flow, in which λh ≤ ½, and terms of the exponential series of each:
# what is left out is below ½¹⁶/16!.
_STEPS, _TERMS = int(2 * LONGEST), 15


def _flowed(gram: Any, slopes: Any, start: Any, time: Any) -> Any:
    """β′ = Xᵀy/n − XᵀXβ/n, integrated from `start` by series of its derivatives."""
    beta, h = start, time[:, None] / _STEPS
    for _ in range(_STEPS):
        term = h * (slopes - times_vector(gram, beta))
        beta = beta + term
        for k in range(2, _TERMS + 1):
            term = -h / k * times_vector(gram, term)
            beta = beta + term
    return beta


def _size(lesson: Lesson, duration: Any) -> Any:
    """How far flows may go: an error of XᵀX/n moves them by its size times this."""
    length = terms_of(lesson).sum(axis=-1)
    away = abs(lesson.start).sum(axis=-1)
    moved = duration * length + away
    return (moved * (1 + lesson.largest * duration))[:, None]


def _learned(rg: Any, lesson: Lesson) -> tuple[Any, Any]:
    """The filters of teacher and student."""
    flow, design = rg.distillation.gradient_flow_filter, spectrum_of(rg, lesson)
    teacher, student = (flow(design.spectrum, time) for time in lesson.times)
    return teacher, student


@claim("KD-1", kind="identity", domain=lessons, cost=256)
def flow_filters(rg, lesson, later=1.0, kept=1.0):
    """Flow for time T learns 1 − e^(−λT) of each direction; its student learns su.

    A start β₀ adds what is left of it; null directions stay where they start, and for
    T = ∞ the others reach X⁺y.
    """
    (gram, slopes), design = gram_of(lesson), spectrum_of(rg, lesson)
    teacher, student = _learned(rg, lesson)
    first, second = lesson.times
    duration = first + second
    size, start = _size(lesson, duration), lesson.start
    nothing = 0 * start
    taught = _flowed(gram, slopes, nothing, first)
    both = rg.distillation.distilled_filter(teacher, student)
    with_teacher, begun = design.with_teacher(teacher), kept * start
    ever = rg.distillation.gradient_flow_filter(design.spectrum, np.inf)
    end, terms = end_of(lesson)
    return (
        *(
            equal(design.coefficients(f, start), end, terms)
            for f in (ever, 1 + 0 * ever)
        ),
        equal(
            design.coefficients(teacher, begun),
            _flowed(gram, slopes, start, first),
            size,
        ),
        equal(
            design.coefficients(both),
            _flowed(gram, times_vector(gram, taught), nothing, later * second),
            size,
        ),
        equal(
            with_teacher.coefficients(student, begun),
            _flowed(gram, times_vector(gram, taught), start, second),
            size,
        ),
    )


flow_filters.twin("the student trains 3 % longer", later=1.03)
flow_filters.twin("0.97 of the start counts", kept=0.97)
flow_filters.twin("the start is forgotten", kept=0.0)


@flow_filters.twin_function("times add: the student is its teacher at time T + t")
def _(rg, lesson):
    (gram, slopes), design = gram_of(lesson), spectrum_of(rg, lesson)
    first, second = lesson.times
    longer = rg.distillation.gradient_flow_filter(design.spectrum, first + second)
    nothing = 0 * lesson.start
    taught = times_vector(gram, _flowed(gram, slopes, nothing, first))
    student = _flowed(gram, taught, nothing, second)
    size = _size(lesson, first + second)
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
    d, design = rg.distillation, spectrum_of(rg, lesson)
    gram, slopes = gram_of(lesson)
    teacher, student = _learned(rg, lesson)
    first, second = lesson.times
    weight = factor * lesson.label_weight
    exact = lesson.label_weight[:, None]
    nothing = 0 * lesson.start
    taught = times_vector(gram, _flowed(gram, slopes, nothing, first))
    mixed = exact * slopes + (1 - exact) * taught
    size = _size(lesson, first + second)
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
