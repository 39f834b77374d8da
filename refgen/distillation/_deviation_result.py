"""What a comparison of a student with its teacher found, as numbers and as rows."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from refgen._bounds import AuditedBound, WithBounds
from refgen._shown import bare, listed
from refgen.arrays import on_the_host
from refgen.distillation.confidence import ConfidenceSlope

# By `ConfidenceSlope.exaggerates`.
_EXAGGERATES = {
    "yes": "The slope is above 1: the student exaggerates the teacher's confidence.",
    "no": "The slope is below 1: the student levels the teacher's confidence.",
    "undecided": "The interval of the slope holds 1: it may be exaggerated or not.",
}


@on_the_host("plain numbers")
@dataclass(frozen=True)
class StudentTeacherDeviation(WithBounds):
    """What a student does differently from its teacher, on one set of points.

    Attributes
    ----------
    n_points, n_classes : int
    classes : tuple
        Of the columns of probabilities, or the labels that occur, sorted.
    agreement, churn : float
        Shares of points with the same and with different predictions.
    predictive_kl : float or None
        Mean divergence of the student; this and what follows need probabilities.
    n_impossible : int or None
        Points where the student excludes a class that the teacher does not: there the
        divergence is infinite.
    total_variation : float or None
        Mean total variation distance.
    certified_agreement : float or None
        Share of points where the divergence is too small for another prediction.
    slope : ConfidenceSlope or None
        None also if there are fewer than three points, or all are equally sure.
    teacher_error, student_error : float or None
        This and what follows need labels.
    gain : float or None
        How much smaller the student's error is.
    gain_low, gain_high : float or None
        Ends of its interval.
    n_corrected, n_spoiled : int or None
        Points where only the student is right, and where only the teacher is.
    repeated_errors : float or None
        Share of the teacher's errors that the student makes too; None without errors.
    confidence_level : float
    bounds : tuple of AuditedBound
        The theorems on these measures, as they hold on the data.
    assumptions : tuple of str
        What has to hold for the intervals.
    device : str
    """

    n_points: int
    n_classes: int
    classes: tuple[Any, ...]
    agreement: float
    churn: float
    predictive_kl: float | None
    n_impossible: int | None
    total_variation: float | None
    certified_agreement: float | None
    slope: ConfidenceSlope | None
    teacher_error: float | None
    student_error: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None
    n_corrected: int | None
    n_spoiled: int | None
    repeated_errors: float | None
    confidence_level: float
    bounds: tuple[AuditedBound, ...]
    assumptions: tuple[str, ...]
    device: str

    @property
    def headline(self) -> str:
        """One line: how many points, which classes, and what is known of them.

        Examples
        --------
        >>> from refgen.distillation import student_teacher_deviation
        >>> student_teacher_deviation(["cat", "dog"], ["cat", "cat"]).headline
        '2 points, classes cat, dog, labels'
        """
        kind = "labels" if self.total_variation is None else "probabilities"
        known = listed(self.classes, show=bare)
        return f"{self.n_points} points, classes {known}, {kind}"

    @property
    def remarks(self) -> list[str]:
        """What the numbers do not say themselves, in sentences.

        Examples
        --------
        >>> from refgen.distillation import student_teacher_deviation
        >>> student_teacher_deviation([[0.5, 0.5]], [[1.0, 0.0]]).remarks[0]
        'The student excludes a class that the teacher does not at 1 of 1 points.'
        """
        if self.total_variation is None:
            return []
        said = []
        if self.n_impossible:
            said.append(
                "The student excludes a class that the teacher does not at "
                f"{self.n_impossible} of {self.n_points} points."
            )
        if self.slope is None:
            said.append(
                "No confidence slope: it needs three points of which the teacher is "
                "not equally sure."
            )
            return said
        said.append(_EXAGGERATES[self.slope.exaggerates])
        if self.slope.n_clipped:
            said.append(
                f"{self.slope.n_clipped} of {self.n_points} points have probabilities "
                f"within {self.slope.clip:g} of 0 or 1 and were moved there: the slope "
                "depends on it."
            )
        return said

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for JSON; None for an infinite divergence."""
        values = asdict(self) | {"bounds": [asdict(b) for b in self.bounds]}
        values |= {name: list(values[name]) for name in ("classes", "assumptions")}
        if self.predictive_kl == math.inf:
            values["predictive_kl"] = None
        if self.slope is not None:
            values["slope"] = self.slope.to_dict()
        return values

    def measure_rows(self) -> list[tuple[str, float]]:
        """Names and values of what is known without labels.

        Examples
        --------
        >>> from refgen.distillation import student_teacher_deviation
        >>> student_teacher_deviation([0, 1], [1, 1]).measure_rows()[0]
        ('Agreement', 0.5)
        """
        rows = [
            ("Agreement", self.agreement),
            ("Churn", self.churn),
            ("Predictive KL of the student", self.predictive_kl),
            ("Total variation distance, mean", self.total_variation),
            ("Agreement certified by divergences", self.certified_agreement),
        ]
        return [(name, value) for name, value in rows if value is not None]

    def slope_rows(self) -> list[tuple[str, float]]:
        """Names and values of the confidence slope; none without it.

        Examples
        --------
        >>> from refgen.distillation import student_teacher_deviation
        >>> student_teacher_deviation([0, 1], [1, 1]).slope_rows()
        []
        """
        if self.slope is None:
            return []
        rows = [
            ("Confidence slope", self.slope.slope),
            *_ends(self.confidence_level, self.slope.low, self.slope.high),
            ("Student's logit where the teacher's is 0", self.slope.intercept),
        ]
        without = self.slope.unclipped_slope
        if self.slope.n_clipped and without is not None:
            rows.append(("Slope of the points that are not clipped", without))
        return rows

    def label_rows(self) -> list[tuple[str, float]]:
        """Names and values of what labels add.

        Examples
        --------
        >>> from refgen.distillation import student_teacher_deviation
        >>> student_teacher_deviation([0, 1], [1, 1], [1, 1]).label_rows()[0]
        ('Error of the teacher', 0.5)
        """
        rows = [
            ("Error of the teacher", self.teacher_error),
            ("Error of the student", self.student_error),
            ("Gain: teacher − student", self.gain),
            *_ends(self.confidence_level, self.gain_low, self.gain_high),
            ("Teacher's errors that the student repeats", self.repeated_errors),
        ]
        return [(name, value) for name, value in rows if value is not None]


def _ends(level: float, low: Any, high: Any) -> list[tuple[str, Any]]:
    name = f"{100 * level:g} % interval"
    return [(f"{name}, low", low), (f"{name}, high", high)]
