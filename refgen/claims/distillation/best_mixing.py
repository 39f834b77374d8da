"""KD-12: the best mix of labels and a teacher's outputs."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.claims.distillation._data_sets import (
    RidgeCase,
    cancelled,
    ridge_cases,
    solved,
    students,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.claims.sources import OPTIMAL_SELF_DISTILLATION


def _product(metric: Any, left: Any, right: Any) -> Any:
    """leftᵀ M right."""
    return namespace(metric).einsum("...i,...ij,...j->...", left, metric, right)


def _setting(case: RidgeCase) -> tuple[Any, ...]:
    return case.X, case.y, case.target, case.penalty, case.metric


def _risk(case: RidgeCase, coefficients: Any) -> Any:
    error = coefficients - case.target
    return _product(case.metric, error, error)


def _student(rg: Any, case: RidgeCase, *mixing: Any) -> Any:
    return students(rg, case.gram, case.penalty, case.moment, mixing)


@claim(
    "KD-12",
    kind="identity",
    domain=ridge_cases,
    source=OPTIMAL_SELF_DISTILLATION.sharpened("the optimal mixing weight"),
    cost=8,
)
def optimal_mixing(rg, case, shift=1.0, quarter=4.0):
    """R(β_ξ) = R(β_ρ) − R′(ρ)²/(4‖β′‖²_M) + ρ²‖β′‖²_M (ξ − ξ*)², β′ = dβ_ρ/dρ.

    For all data, targets and matrices M of the risk, with ξ* = −R′(ρ)/(2ρ‖β′‖²_M).
    """
    teacher = _student(rg, case)
    slope = -solved(rg, case.gram, case.penalty, teacher)
    square = _product(case.metric, slope, slope)
    best = shift * rg.distillation.optimal_mixing(*_setting(case))
    gain = (4 / quarter) * rg.distillation.mixing_gain(*_setting(case))
    away = (case.mixing - best) * case.penalty
    told = _risk(case, teacher) - gain + square * away**2
    step = case.penalty[:, None] * abs(slope)
    terms, lost = cancelled(case.X, case.y)
    reach = terms / case.penalty[:, None] + abs(case.target)
    reach = reach + (abs(case.mixing) + abs(best))[:, None] * step
    scale = case.condition**2 * lost * _product(abs(case.metric), reach, reach)
    return (
        equal(_risk(case, _student(rg, case, case.mixing)), told, scale),
        equal(
            2 * best * square * case.penalty,
            -2 * _product(case.metric, teacher - case.target, slope),
            case.condition**2
            * lost
            * _product(abs(case.metric), reach, reach / case.penalty[:, None]),
        ),
    )


optimal_mixing.twin("ξ* is 1.03 times as large", shift=1.03)
optimal_mixing.twin("the gain is R′²/(4.1 ‖β′‖²)", quarter=4.1)
optimal_mixing.twin("the gain is R′²/(2 ‖β′‖²)", quarter=2.0)


@optimal_mixing.twin_function("a mix with any ξ in (0, 1] improves on the teacher")
def _(rg, case):
    share = abs(case.mixing) / 3
    student, teacher = _student(rg, case, share), _student(rg, case)
    scale = case.condition**2 * _product(
        abs(case.metric), *[abs(student) + abs(teacher) + abs(case.target)] * 2
    )
    return at_most(_risk(case, student), _risk(case, teacher), scale)
