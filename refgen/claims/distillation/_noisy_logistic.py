"""Models of label noise with logistic loss, and times of teacher and student."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.distillation import LabelNoiseModel
from refgen.domains import first_wrong, not_a

# Steps leave some 1e-12 of the margins, several times the default allowance for
# rounding, 2⁻⁴².
INTEGRATION = 16.0


@dataclass(frozen=True, repr=False)
class LogisticCase(Instance):
    """A model of label noise, and times of a teacher and its student.

    Attributes
    ----------
    model : LabelNoiseModel
    teacher_time, student_time : arrays of shape (...)
    """

    model: LabelNoiseModel
    teacher_time: Any
    student_time: Any


def logistic_case(
    n: Any, n_flipped: Any, shared: Any, private: Any, teacher: Any, student: Any
) -> LogisticCase:
    """Times in units of that in which margins change."""
    model = LabelNoiseModel(n - n_flipped, n_flipped, shared, private)
    unit = 4 / model.spectrum[..., 0]
    return LogisticCase(model, unit * teacher, unit * student)


def not_a_logistic_case(case: Any) -> str | None:
    """Why there is no model with positive times."""
    reason = not_a(LogisticCase, case)
    if reason:
        return reason
    times = np.array([case.teacher_time, case.student_time], float)
    return first_wrong(~(times > 0), times, "times must be positive")


def example(n: tuple[int, int], *numbers: float) -> LogisticCase:
    shared, private, teacher, student = map(np.array, numbers)
    return LogisticCase(LabelNoiseModel(*n, shared, private), teacher, student)


def private_norm(fit: Any) -> Any:
    """Of the coefficients of private features."""
    return abs(fit.shared_score / fit.top_ratio)
