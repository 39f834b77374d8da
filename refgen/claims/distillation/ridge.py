"""KD-5, KD-5i and KD-5e: ridge regression, of teachers and students."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.claims.distillation.domains import (
    gram_of,
    lessons,
    spectrum_of,
    terms_of,
    times_vector,
)
from refgen.claims.distillation.pairs import EigenPair, eigen_pairs
from refgen.claims.kinds import Measurement, equal, exceeds
from refgen.claims.registry import claim

# --- KD-5: ridge regression


def _solves(gram: Any, slopes: Any, penalty: Any, beta: Any, size: Any) -> Measurement:
    """(XᵀX/n + ρ)β = Xᵀy/n, where `size` is that of the terms of Xᵀy/n."""
    pull = penalty[:, None] * beta
    terms = times_vector(abs(gram), abs(beta)) + abs(pull) + size
    return equal(times_vector(gram, beta) + pull, slopes, terms.max(axis=-1)[:, None])


@claim("KD-5", kind="identity", domain=lessons, cost=32)
def ridge_filters(rg, lesson, factor=1.0):
    """Ridge regression leaves λ/(λ + ρ), and its student (λ/(λ + ρ))(λ/(λ + ρ′)).

    Repeated with a weight α of the labels it ends at the penalty ρ/α.
    """
    d, design = rg.distillation, spectrum_of(rg, lesson)
    gram, slopes = gram_of(lesson)
    first, second = lesson.penalties
    teacher, student = (d.ridge_filter(design.spectrum, rho) for rho in (first, second))
    taught = design.coefficients(teacher)
    both = design.coefficients(d.distilled_filter(teacher, student))
    weight = 0.1 + lesson.label_weight / 2
    end = d.repeated_filter(teacher, np.inf, weight)
    size = terms_of(lesson)
    return (
        _solves(gram, slopes, first, taught, size),
        _solves(gram, times_vector(gram, taught), factor * second, both, size),
        equal(end, d.ridge_filter(design.spectrum, first / weight)),
    )


ridge_filters.twin("the student's penalty is 3 % larger", factor=1.03)


@ridge_filters.twin_function("repetition ends at the penalty ρ(2 − α)")
def _(rg, lesson):
    d, design, (penalty, _) = rg.distillation, spectrum_of(rg, lesson), lesson.penalties
    teacher, weight = d.ridge_filter(design.spectrum, penalty), lesson.label_weight
    end = d.repeated_filter(teacher, np.inf, weight)
    return equal(end, d.ridge_filter(design.spectrum, penalty * (2 - weight)))


@claim("KD-5i", kind="identity", domain=lessons, cost=8)
def iterated_ridge(rg, lesson, factor=1.0):
    """ν ridge fits, each to what the ones before left over, learn 1 − (1 + λ/ρ)^(−ν).

    The order ν may be any positive number: two orders after each other add up.
    """
    d, design, (penalty, _) = rg.distillation, spectrum_of(rg, lesson), lesson.penalties
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


# --- KD-5e


def _penalties(pairs: EigenPair) -> tuple[Any, Any]:
    """ρ = 1/T and ρ′ = 1/t, which shrink about as much as flow for these times."""
    first, second = pairs.times
    return 1 / first, 1 / second


_ROUNDS = 5


@claim("KD-5e", kind="identity", domain=eigen_pairs, cost=4)
def equivalent_penalties(rg, pairs, factor=1.0):
    """Two ridge regressions are one with ρ + ρ′ + ρρ′/λ, and m are λ((1 + ρ/λ)ᵐ − 1).

    Both fall with λ: weak directions are shrunk more.
    """
    d, spectrum = rg.distillation, pairs.spectrum
    first, second = _penalties(pairs)
    each = [d.ridge_filter(spectrum, penalty) for penalty in (first, second)]
    found = d.equivalent_penalty(spectrum, first, second)
    one, other = first[:, None], second[:, None]
    whole = one + other + factor * one * other / spectrum
    rounds = d.repeated_penalty(spectrum, first, _ROUNDS)
    direction = spectrum[..., None]
    alone = d.equivalent_penalty(spectrum, 0 * first, second)
    return (
        equal(found, whole, whole),
        equal(alone, other + 0 * whole, other),
        equal(d.ridge_filter(direction, found)[..., 0], d.distilled_filter(*each)),
        equal(
            d.ridge_filter(direction, factor * rounds)[..., 0],
            d.repeated_filter(each[0], _ROUNDS),
        ),
        exceeds(found[:, 1], found[:, 0], found[:, 1]),
        exceeds(rounds[:, 1], rounds[:, 0], rounds[:, 1]),
    )


equivalent_penalties.twin("1.03 ρρ′/λ", factor=1.03)


def _is_penalty(rg: Any, pairs: EigenPair, filter: Any, penalty: Any) -> Measurement:
    direction = pairs.spectrum[..., None]
    return equal(rg.distillation.ridge_filter(direction, penalty)[..., 0], filter)


@equivalent_penalties.twin_function("penalties add")
def _(rg, pairs):
    d, (first, second) = rg.distillation, _penalties(pairs)
    each = [d.ridge_filter(pairs.spectrum, rho) for rho in (first, second)]
    total = (first + second)[:, None] + 0 * pairs.spectrum
    return _is_penalty(rg, pairs, d.distilled_filter(*each), total)


@equivalent_penalties.twin_function("m rounds have the penalty mρ")
def _(rg, pairs):
    d, (first, _) = rg.distillation, _penalties(pairs)
    rounds = d.repeated_filter(d.ridge_filter(pairs.spectrum, first), _ROUNDS)
    total = _ROUNDS * first[:, None] + 0 * pairs.spectrum
    return _is_penalty(rg, pairs, rounds, total)
