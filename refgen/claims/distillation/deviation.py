"""KD-14d: what a comparison of a student with its teacher reports."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, labels, record


@dataclass(frozen=True, repr=False)
class LabelledPair(Instance):
    """Class probabilities of a teacher and its student, and true labels.

    Attributes
    ----------
    teacher, student : array of shape (..., n_points, n_classes)
    truth : integer array of shape (..., n_points)
    """

    teacher: Any
    student: Any
    truth: Any


pairs = record(
    LabelledPair,
    "1 to 8 points of 2 to 4 classes, all of them possible",
    n=integer(1, 8),
    k=integer(2, 4),
    teacher=distribution("n", "k", positive=True),
    student=distribution("n", "k", positive=True),
    truth=labels("n", n_classes="k"),
    examples=lambda: [
        LabelledPair(
            np.array([[0.75, 0.25], [0.5, 0.5]]),
            np.array([[0.25, 0.75], [0.25, 0.75]]),
            np.array([1, 0]),
        )
    ],
)

# Fields of the report, in the order of `_counted`.
NAMES = (
    "agreement", "churn", "predictive_kl", "total_variation", "teacher_error",
    "student_error", "gain", "n_corrected", "n_spoiled", "gain_low", "gain_high",
)  # fmt: skip
LEVEL = 0.95


def _counted(teacher: Any, student: Any, truth: Any) -> list[float]:
    """The same, point by point and class by class."""
    kl = variation = 0.0
    same = wrong = fails = corrected = spoiled = repeated = 0
    for p, q, y in zip(*(a.tolist() for a in (teacher, student, truth)), strict=True):
        # The first of tied classes.
        first, second = p.index(max(p)), q.index(max(q))
        kl += sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
        variation += sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2
        same += first == second
        wrong += first != y
        fails += second != y
        corrected += first != y == second
        spoiled += first == y != second
        repeated += first == second != y
    n = len(truth)
    shares = [same, n - same, kl, variation, wrong, fails, wrong - fails]
    low = _lowest(corrected, n) - (1 - _lowest(n - spoiled, n))
    high = 1 - _lowest(n - corrected, n) - _lowest(spoiled, n)
    counts = [corrected, spoiled, low, high, repeated / n]
    return [*(total / n for total in shares), *counts]


def _lowest(count: int, n: int) -> float:
    """The chance at which `count` or more of n have probability (1 − LEVEL)/4."""
    if count == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(60):
        p = (low + high) / 2
        tail = sum(
            math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(count, n + 1)
        )
        low, high = (p, high) if tail < (1 - LEVEL) / 4 else (low, p)
    return low


def _reported(found: Any) -> list[float]:
    """Fields, and the share of points where both make the same error."""
    repeated = (found.repeated_errors or 0.0) * found.teacher_error
    return [*(getattr(found, name) for name in NAMES), repeated]


@claim("KD-14d", kind="identity", domain=pairs, cost=2_000)
def reports_count_points(rg, case, share=1.0):
    """A report of probabilities and labels has what counting gives, and bounds hold.

    Agreement that is certified by divergences is at most the agreement.
    """
    xp = namespace(case.teacher)
    given = list(zip(case.teacher, case.student, case.truth, strict=True))
    found = [rg.distillation.student_teacher_deviation(*one) for one in given]
    numbers = xp.asarray([_reported(f) for f in found])
    certified = xp.asarray([f.certified_agreement for f in found])
    agreement = xp.asarray([f.agreement for f in found])
    failures = xp.asarray([sum(not b.holds for b in f.bounds) for f in found])
    return (
        equal(share * numbers, xp.asarray([_counted(*one) for one in given]), 20),
        at_most(certified, agreement, sharp=True),
        equal(failures, 0.0 * agreement, reason="none fails on any instance"),
    )


reports_count_points.twin("the numbers are 2 % larger", share=1.02)
