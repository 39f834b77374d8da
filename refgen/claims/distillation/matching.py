"""KD-2, KD-3 and KD-32: a student is a teacher that weak directions leave earlier."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.distillation.pairs import EigenPair, eigen_pairs, pair
from refgen.claims.kinds import (
    Measurement,
    ascending,
    at_most,
    equal,
    exceeds,
    tends_to,
)
from refgen.claims.registry import claim
from refgen.claims.sources import NAGARAJAN
from refgen.domains import real


def _filters(rg: Any, pairs: EigenPair) -> tuple[Any, Any]:
    """s and u along λ₁ and λ₂."""
    flow = rg.distillation.gradient_flow_filter
    return tuple(flow(pairs.spectrum, time) for time in pairs.times)


def _leaves_earlier(rg: Any, pairs: EigenPair) -> Measurement:
    """The time that the student loses is longer along λ₂, strictly."""
    lost = rg.distillation.lost_time(pairs.spectrum, *pairs.sorted_times)
    return exceeds(lost[:, 1], lost[:, 0], lost[:, 1])


# --- KD-2


@claim(
    "KD-2",
    kind="inequality",
    domain=eigen_pairs,
    cost=4,
    source=NAGARAJAN.recalled("the theorem on exaggerated bias; proof derived here"),
)
def exaggerated_bias(rg, pairs, share=1.0):
    """A teacher that agrees with a student along λ₁ has more along λ₂ < λ₁, strictly.

    It is the student's own teacher, stopped earlier.
    """
    d, (teacher, student) = rg.distillation, _filters(rg, pairs)
    both = d.distilled_filter(teacher, student)
    stop = d.equivalent_time(pairs.strong[:, None], *pairs.times)[:, 0]
    matched = d.gradient_flow_filter(pairs.spectrum, stop)
    return (
        equal(both[:, 0], matched[:, 0]),
        at_most(both[:, 1], share * matched[:, 1], sharp=True),
        _leaves_earlier(rg, pairs),
        exceeds(pairs.times[0], stop, pairs.times[0]),
        # So the student leans more to λ₁ than its teacher ever does.
        exceeds(student[:, 0] * teacher[:, 1], both[:, 1], student[:, 0]),
    )


exaggerated_bias.twin("the student has at most 0.97 of it", share=0.97)


def _against_teacher(rg: Any, pairs: EigenPair, along: int, share: float) -> Any:
    """Student and teacher, matched along a direction, and stopped at a share of that.

    Both along the other one.
    """
    d, other = rg.distillation, 1 - along
    both = d.distilled_filter(*_filters(rg, pairs))
    stop = d.equivalent_time(pairs.spectrum, *pairs.times)[:, along]
    matched = d.gradient_flow_filter(pairs.spectrum, share * stop)
    return both[:, other], matched[:, other]


@exaggerated_bias.twin_function("against the teacher at 0.97 of that time")
def _(rg, pairs):
    return at_most(*_against_teacher(rg, pairs, 0, 0.97))


@exaggerated_bias.twin_function("along λ₁, if they agree along λ₂")
def _(rg, pairs):
    return at_most(*_against_teacher(rg, pairs, 1, 1.0))


@exaggerated_bias.twin_function("strictly for a teacher trained to the end, too")
def _(rg, pairs):
    d, (_, time) = rg.distillation, pairs.times
    both = d.distilled_filter(
        d.gradient_flow_filter(pairs.spectrum, np.inf),
        d.gradient_flow_filter(pairs.spectrum, time),
    )
    stop = d.equivalent_time(pairs.strong[:, None], np.inf, time)[:, 0]
    matched = d.gradient_flow_filter(pairs.spectrum, stop)
    return at_most(both[:, 1], matched[:, 1]), exceeds(matched[:, 1], both[:, 1])


# --- KD-3

# Of 1/λ for small λ, and of λ for large ones, in units of a time.
_SIZES = (1e1, 1e2, 1e3, 1e4)


def _harmonic(first: Any, second: Any) -> Any:
    return first * second / (first + second)


@claim("KD-3", kind="limit", domain=eigen_pairs, cost=4)
def direction_wise_stopping(rg, pairs, start=1.0, end=1.0):
    """The student is a teacher stopped at τ, which rises with λ: from λTt to min(T, t).

    Flow for the time τ learns as much as the student, direction by direction.
    """
    d, (first, second) = rg.distillation, pairs.times
    xp, spectrum = namespace(first), pairs.spectrum
    times = d.equivalent_time(spectrum, first, second)
    both = d.distilled_filter(*_filters(rg, pairs))
    stopped = d.gradient_flow_filter(spectrum[..., None], times)[..., 0]
    # A rounding of a share f moves the time by that over λ(1 − f).
    scale = times + 1 / (spectrum * (1 - both))
    sizes = xp.asarray(_SIZES)
    longer, shorter = pairs.sorted_times
    weak = d.equivalent_time(1 / sizes / longer[:, None], first, second)
    strong = d.equivalent_time(sizes / longer[:, None], first, second)
    slope, least = first * second, shorter[:, None]
    return (
        equal(stopped, both),
        equal(d.stopping_times(spectrum, both), times, scale),
        equal(
            shorter[:, None] - times,
            d.lost_time(spectrum, *pairs.sorted_times),
            shorter[:, None],
        ),
        _leaves_earlier(rg, pairs),
        tends_to(
            weak * sizes * longer[:, None],
            start * slope[:, None],
            [(slope * (first + second) / longer / 2, 1)],
            _SIZES,
            slope[:, None],
        ),
        tends_to(strong, end * least, [(LOG_TWO * longer, 1)], _SIZES, least),
    )


direction_wise_stopping.twin("τ/λ tends to 1.03 Tt", start=1.03)
direction_wise_stopping.twin("τ tends to 1.03 min(T, t)", end=1.03)


def _is_stopped_at(rg: Any, pairs: EigenPair, time: Any) -> Measurement:
    flow, both = rg.distillation.gradient_flow_filter, rg.distillation.distilled_filter
    return equal(both(*_filters(rg, pairs)), flow(pairs.spectrum, time))


@direction_wise_stopping.twin_function("τ is Tt/(T + t) for every λ")
def _(rg, pairs):
    return _is_stopped_at(rg, pairs, _harmonic(*pairs.times))


@direction_wise_stopping.twin_function("τ is T + t")
def _(rg, pairs):
    return _is_stopped_at(rg, pairs, sum(pairs.times))


@direction_wise_stopping.twin_function("τ is the longer of both times")
def _(rg, pairs):
    return _is_stopped_at(rg, pairs, pairs.sorted_times[0])


# --- KD-32

LOG_TWO = math.log(2)

long_pairs = eigen_pairs.but(
    "λ₁ from .1 to 10, λ₂/λ₁ from .05 to .97, λ₁T and λ₁t from 10⁻³ to 30",
    examples=lambda: [
        *eigen_pairs.examples(),
        pair(1.0, 0.5, 30.0, 30.0),
        pair(1.0, 0.5, 1e-3, 1e-3),
        pair(1.0, 0.05, 1e-3, 30.0),
    ],
    teacher=real(1e-3, 30.0, log=True),
    student=real(1e-3, 30.0, log=True),
)


@claim("KD-32", kind="inequality", domain=long_pairs, cost=4)
def bounds_of_stopping(rg, pairs, early=1.0, late=LOG_TWO, least=1.0):
    """su/λ ≤ τ ≤ λTt, and min(T, t) − log(2)/λ ≤ τ < min(T, t).

    All are approached. A direction is left at most log(2)/λ earlier than by the shorter
    of both trainings alone.
    """
    d, spectrum = rg.distillation, pairs.spectrum
    longer, shorter = (time[:, None] for time in pairs.sorted_times)
    times = d.equivalent_time(spectrum, *pairs.sorted_times)
    lost = d.lost_time(spectrum, *pairs.sorted_times)
    both = d.distilled_filter(*_filters(rg, pairs))
    return (
        ascending(
            least * both / spectrum,
            times,
            early * spectrum * longer * shorter,
            scale=times,
            sharp=True,
        ),
        at_most(lost, late / spectrum, 1 / spectrum, sharp=True),
        at_most(times, shorter, shorter, sharp=True),
        exceeds(lost, 0.0 * lost, lost),
    )


bounds_of_stopping.twin("0.97 λTt is late enough", early=0.97)
bounds_of_stopping.twin("1.03 su/λ is early enough", least=1.03)
bounds_of_stopping.twin(
    "a direction is left 0.97 log(2)/λ earlier", late=0.97 * LOG_TWO
)


@bounds_of_stopping.twin_function("τ is at most Tt/(T + t)")
def _(rg, pairs):
    times = rg.distillation.equivalent_time(pairs.spectrum, *pairs.times)
    return at_most(times, _harmonic(*pairs.times)[:, None], times)
