"""How a student deviates from its teacher: all measures of one pair at once."""

from __future__ import annotations

from typing import Any

from refgen._bounds import AuditedBound, audited_bound
from refgen._checks import check_open_unit
from refgen.arrays import UNIT_ROUNDOFF, label_of, namespace
from refgen.distillation._answers import Answers
from refgen.distillation._deviation_result import StudentTeacherDeviation
from refgen.distillation.confidence import CLIP, checked_clip, slope_of
from refgen.distillation.measures import divergences, flip_divergence, largest_two
from refgen.intervals import clopper_pearson

# With fewer points it is no wonder if two classifiers share no class.
_EXAMPLE = 10
_ASSUMPTIONS = ("points are independent draws of the population of interest",)
# Of differences of shares, which are quotients of counts.
_SLACK = 8 * UNIT_ROUNDOFF


def student_teacher_deviation(
    teacher: Any,
    student: Any,
    labels: Any = None,
    *,
    classes: Any = None,
    confidence_level: float = 0.95,
    clip: float = CLIP,
) -> StudentTeacherDeviation:
    """Compare what a student and its teacher predict for the same points.

    Parameters
    ----------
    teacher, student : array of shape (n_points, n_classes) or (n_points,)
        Class probabilities, also those of the second of two classes (a column with a
        fraction), or predicted classes.
    labels : array of shape (n_points,), optional
        True classes.
    classes : array of shape (n_classes,), optional
        The class of each column of probabilities; by default names of columns of a data
        frame, where labels fit them, or the numbers of columns from 0.
    confidence_level : float
        In (0, 1).
    clip : float
        As in `confidence_slope`.

    Returns
    -------
    StudentTeacherDeviation

    Raises
    ------
    TypeError
        If predictions are no numbers or text, or mix both, or are in different places.
    ValueError
        If they are neither probabilities nor labels, do not fit together, share no
        class (on ten points or more), or an option is out of range.

    Warns
    -----
    UserWarning
        If classes seem to be encoded in different ways.

    Notes
    -----
    The interval of the gain is guaranteed: each of the two kinds of points has an exact
    binomial interval at half the error probability. Source: claim KD-14d.

    Examples
    --------
    >>> found = student_teacher_deviation([0.9, 0.6, 0.2], [0.8, 0.4, 0.1], [1, 0, 0])
    >>> round(found.churn, 3), round(found.gain, 3), found.n_corrected
    (0.333, 0.333, 1)
    """
    return deviation_of(
        teacher, student, labels, classes, confidence_level, clip, _EXAMPLE
    )


def deviation_of(
    teacher: Any,
    student: Any,
    labels: Any,
    classes: Any,
    confidence_level: float,
    clip: float,
    n_smallest: int,
) -> StudentTeacherDeviation:
    """`student_teacher_deviation`; from `n_smallest` points on, both share a class.

    Examples
    --------
    >>> deviation_of([0, 1], [0, 0], None, None, 0.95, 1e-12, 1).churn
    0.5
    """
    level = check_open_unit("confidence_level", confidence_level)
    clip = checked_clip(clip)
    answers = Answers.of(teacher, student, labels, classes, n_smallest)
    n = len(answers.teacher)
    differ = answers.teacher != answers.student
    n_changed = int(differ.sum())
    errors, error_bounds = _errors(answers, n_changed / n, level)
    chances, chance_bounds = _chances(answers, differ, level, clip)
    slope = chances["slope"]
    return StudentTeacherDeviation(
        n_points=n,
        n_classes=len(answers.classes),
        classes=tuple(answers.classes.tolist()),
        agreement=(n - n_changed) / n,
        churn=n_changed / n,
        confidence_level=level,
        bounds=(*error_bounds, *chance_bounds),
        assumptions=_ASSUMPTIONS if slope is None else slope.assumptions,
        device=label_of(answers.teacher),
        **chances,
        **errors,
    )


def _errors(
    answers: Answers, churn: float, level: float
) -> tuple[dict[str, Any], list[AuditedBound]]:
    """Fields that need true labels."""
    if answers.truth is None:
        return dict.fromkeys(_OF_LABELS), []
    n = len(answers.truth)
    wrong, fails = (a != answers.truth for a in (answers.teacher, answers.student))
    teacher, student = int(wrong.sum()), int(fails.sum())
    corrected, spoiled = int((wrong & ~fails).sum()), int((fails & ~wrong).sum())
    repeated = int((wrong & (answers.teacher == answers.student)).sum())
    gained, lost = (
        clopper_pearson(count, n, (1 - level) / 2) for count in (corrected, spoiled)
    )
    values = (
        teacher / n,
        student / n,
        (teacher - student) / n,
        float(gained.low - lost.high),
        float(gained.high - lost.low),
        corrected,
        spoiled,
        repeated / teacher if teacher else None,
    )
    apart, both = abs(teacher - student) / n, (teacher + student) / n
    return dict(zip(_OF_LABELS, values, strict=True)), [
        audited_bound("KD-14c", "|gain| ≤ churn", apart, churn, _SLACK),
        audited_bound("KD-14c", "churn ≤ sum of the errors", churn, both, _SLACK),
    ]


_OF_LABELS = (
    "teacher_error",
    "student_error",
    "gain",
    "gain_low",
    "gain_high",
    "n_corrected",
    "n_spoiled",
    "repeated_errors",
)
_OF_CHANCES = (
    "predictive_kl",
    "n_impossible",
    "total_variation",
    "certified_agreement",
    "slope",
)


def _chances(
    answers: Answers, differ: Any, level: float, clip: float
) -> tuple[dict[str, Any], list[AuditedBound]]:
    """Fields that need class probabilities."""
    if answers.probabilities is None:
        return dict.fromkeys(_OF_CHANCES), []
    p, q = answers.probabilities
    xp, (n, k) = namespace(p), p.shape
    found, least = divergences(p, q), flip_divergence(p)
    finite = xp.isfinite(found)
    spent = xp.where(finite, found, 0.0)
    apart = abs(p - q).sum(axis=-1)
    first, second = largest_two(p)
    # Terms of a divergence, q − p and the rest of it, are at most |q − p| and that plus
    # the term; flip divergences have two terms below 1.
    rounding = (6 * k + 40) * UNIT_ROUNDOFF * (4 + spent)
    certified = finite & (found < least - rounding)
    values = (
        float(found.mean()),
        n - int(finite.sum()),
        float(apart.mean()) / 2,
        float(certified.mean()),
        slope_of(p, q, level, clip),
    )
    sides = {
        "flip divergence ≤ divergence": (xp.where(finite, least, 0.0), spent),
        "margin ≤ |p − q|₁": (first - second, apart),
    }
    slack = float(rounding.mean()) + 2 * n * UNIT_ROUNDOFF * (4 + float(spent.mean()))
    bounds = [
        _bound(f"{name}, over the churn", differ, *both, slack)
        for name, both in sides.items()
    ]
    same = 1 - float(differ.mean())
    statement = "certified agreement ≤ agreement"
    bounds.append(audited_bound("KD-14k", statement, values[3], same, _SLACK))
    return dict(zip(_OF_CHANCES, values, strict=True)), bounds


def _bound(
    statement: str, differ: Any, least: Any, found: Any, slack: float
) -> AuditedBound:
    lhs, rhs = (float((differ * side).mean()) for side in (least, found))
    return audited_bound("KD-14k", statement, lhs, rhs, slack)
