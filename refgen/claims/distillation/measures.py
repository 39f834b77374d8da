"""KD-14c and KD-14k: how far a student is from its teacher, point by point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, labels, record

# --- KD-14c: churn and the two errors


@dataclass(frozen=True, repr=False)
class Answers(Instance):
    """What a teacher and its student predict, and what is true.

    Attributes
    ----------
    teacher, student, truth : integer arrays of shape (..., n_points)
    """

    teacher: Any
    student: Any
    truth: Any


N_CLASSES = 4

answers = record(
    Answers,
    "up to 12 points of 4 classes",
    n=integer(1, 12),
    teacher=labels("n", n_classes=N_CLASSES),
    student=labels("n", n_classes=N_CLASSES),
    truth=labels("n", n_classes=N_CLASSES),
    examples=lambda: [
        Answers(*map(np.array, ([0, 1, 0], [0, 0, 1], [0, 0, 0]))),
        Answers(*map(np.array, ([1, 2], [0, 0], [0, 0]))),
    ],
)


@claim("KD-14c", kind="inequality", domain=answers)
def churn_of_a_student(rg, answers, more=1.0, less=1.0):
    """|difference of the errors| ≤ churn ≤ their sum; agreement is 1 − churn.

    Both bounds are attained.
    """
    d, xp = rg.distillation, namespace(answers.truth)
    churn = d.churn(answers.teacher, answers.student)
    teacher, student = (
        (predicted != answers.truth).mean(axis=-1)
        for predicted in (answers.teacher, answers.student)
    )
    chances = (xp.eye(N_CLASSES)[a] for a in (answers.teacher, answers.student))
    return (
        at_most(more * abs(student - teacher), churn, sharp=True),
        at_most(churn, less * (student + teacher), sharp=True),
        equal(d.agreement(*chances), 1 - churn),
    )


churn_of_a_student.twin("churn is 3 % above the difference", more=1.03)
churn_of_a_student.twin("churn is 3 % below the sum", less=0.97)


# --- KD-14k: what a change of the predicted class costs


@dataclass(frozen=True, repr=False)
class TaughtPoint(Instance):
    """Class probabilities of a teacher and its student at a point.

    Attributes
    ----------
    teacher, student : array of shape (..., n_classes)
    """

    teacher: Any
    student: Any

    @property
    def halved(self) -> Any:
        """The teacher's probabilities, with the mean of the two largest for both."""
        xp, p = namespace(self.teacher), self.teacher
        classes = xp.arange(p.shape[-1])
        first = p.argmax(axis=-1)[..., None] == classes
        others = xp.where(first, -1.0, p)
        second = others.argmax(axis=-1)[..., None] == classes
        middle = (p.max(axis=-1) + others.max(axis=-1)) / 2
        return xp.where(first | second, middle[..., None], p)


taught_points = record(
    TaughtPoint,
    "a point of 2 to 5 classes, all of them possible",
    k=integer(2, 5),
    teacher=distribution("k", positive=True),
    student=distribution("k", positive=True),
    examples=lambda: [
        TaughtPoint(np.array([0.3, 0.5, 0.2]), np.array([0.4, 0.4, 0.2])),
        TaughtPoint(np.array([0.25, 0.75]), np.array([0.5, 0.5])),
    ],
)


def _kl(p: Any, q: Any) -> Any:
    xp = namespace(p)
    return (p * (xp.log(p) - xp.log(q))).sum(axis=-1)


def _size(p: Any, q: Any) -> Any:
    """Sum of the absolute terms of a divergence."""
    xp = namespace(p)
    return 2 + (p * abs(xp.log(p)) + p * abs(xp.log(q))).sum(axis=-1)


@claim("KD-14k", kind="inequality", domain=taught_points)
def cost_of_another_class(rg, case, share=1.0):
    """Where teacher and student differ, KL(p‖q) is at least what flips the class.

    That is p₁ log(2p₁/(p₁ + p₂)) + p₂ log(2p₂/(p₁ + p₂)), and the student that has the
    mean of the teacher's two largest probabilities p₁ ≥ p₂ for both attains it. Where
    they differ, also ‖p − q‖₁ ≥ p₁ − p₂.
    """
    d, xp = rg.distillation, namespace(case.teacher)
    teacher, student, halved = (
        p[..., None, :] for p in (case.teacher, case.student, case.halved)
    )
    differs = 1 - d.agreement(teacher, student)
    least = d.flip_divergence(teacher)[..., 0]
    found = d.predictive_kl(teacher, student)
    size = _size(case.teacher, case.student)
    ordered = xp.sort(case.teacher, axis=-1)
    margin = ordered[..., -1] - ordered[..., -2]
    apart = abs(case.teacher - case.student).sum(axis=-1)
    return (
        equal(found, _kl(case.teacher, case.student), size),
        equal(share * d.predictive_kl(teacher, halved), least, 2),
        at_most(differs * least, share * found, size, sharp=True),
        at_most(differs * margin, share * apart, 2, sharp=True),
    )


cost_of_another_class.twin("3 % less flips a class", share=0.97)
