"""Designs for flows and fits, and their eigendirections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import integer as whole
from refgen.domains import matrix, real, record, spectrum, vector

# Training times are at most this over the largest eigenvalue.
LONGEST = 4.0


@dataclass(frozen=True, repr=False)
class Lesson(Instance):
    """A design by its singular values, labels, and how long teacher and student train.

    Attributes
    ----------
    left, right : arrays of shape (..., n, n) and (..., p, p)
        Orthogonal.
    spectrum : array of shape (..., p)
        Eigenvalues of XᵀX/n, of which the first min(n, p) are taken.
    labels, start : arrays of shape (..., n) and (..., p)
    teacher, student : arrays of shape (...)
        Training times, in units of the inverse of the largest eigenvalue.
    label_weight : array of shape (...)
    """

    left: Any
    right: Any
    spectrum: Any
    labels: Any
    start: Any
    teacher: Any
    student: Any
    label_weight: Any

    @property
    def features(self) -> Any:
        """X = √n U √Λ Vᵀ."""
        n, p = self.left.shape[-1], self.right.shape[-1]
        few, xp = min(n, p), namespace(self.left)
        sizes = xp.sqrt(n * self.spectrum[..., :few])
        columns = self.left[..., :few] * sizes[..., None, :]
        return xp.matmul(columns, self.right[..., :few].swapaxes(-1, -2))

    @property
    def largest(self) -> Any:
        """The largest eigenvalue, 1 for a design of zeros."""
        few = min(self.left.shape[-1], self.right.shape[-1])
        largest = self.spectrum[..., :few].max(axis=-1)
        return namespace(largest).where(largest > 0, largest, 1.0)

    @property
    def times(self) -> tuple[Any, Any]:
        """Of the teacher and of the student."""
        return self.teacher / self.largest, self.student / self.largest

    @property
    def penalties(self) -> tuple[Any, Any]:
        """Of ridge regressions that shrink about as much."""
        teacher, student = self.times
        return 1 / (teacher + 0.1), 1 / (student + 0.1)


def _lesson(n: int, p: int, times: tuple[float, float], weight: float) -> Lesson:
    """Reflected axes, eigenvalues 1, ½, …, and labels that alternate."""
    left, right = (np.eye(k) - 2 / k for k in (n, p))
    spectrum, labels = 1 / np.arange(1.0, p + 1), (-1.0) ** np.arange(n)
    start, numbers = 0.5 * np.ones(p), map(np.array, (*times, weight))
    return Lesson(left, right, spectrum, labels, start, *numbers)


lessons = record(
    Lesson,
    "designs of rank 0 to 5, fewer points than features too, times up to 4/λ₁",
    n=whole(1, 5),
    p=whole(1, 5),
    left=matrix("n", "n", kind="orthogonal"),
    right=matrix("p", "p", kind="orthogonal"),
    spectrum=spectrum("p", smallest=0.05, largest=10.0),
    labels=vector("n"),
    start=vector("p"),
    teacher=real(0.0, LONGEST),
    student=real(0.0, LONGEST),
    label_weight=real(0.0, 1.0),
    examples=lambda: [
        _lesson(4, 3, (1.0, 2.0), 0.5),
        _lesson(2, 4, (3.0, 0.5), 0.25),
        _lesson(3, 3, (0.0, LONGEST), 1.0),
    ],
)


def times_vector(matrix: Any, vector: Any) -> Any:
    return (matrix * vector[..., None, :]).sum(axis=-1)


def gram_of(lesson: Lesson) -> tuple[Any, Any]:
    """XᵀX/n and Xᵀy/n."""
    X = lesson.features
    xp, n, turned = namespace(X), X.shape[-2], X.swapaxes(-1, -2)
    return xp.matmul(turned, X) / n, times_vector(turned, lesson.labels) / n


def terms_of(lesson: Lesson) -> Any:
    """|X|ᵀ|y|/n, the sums of absolute terms of Xᵀy/n."""
    turned = abs(lesson.features).swapaxes(-1, -2)
    return times_vector(turned, abs(lesson.labels)) / lesson.labels.shape[-1]


def end_of(lesson: Lesson) -> tuple[Any, Any]:
    """Where training from `start` ends, by the singular vectors, and how large it is.

    An error of XᵀX/n is multiplied by 1/λ, for the smallest λ > 0, twice.
    """
    n, p = lesson.left.shape[-1], lesson.right.shape[-1]
    few, xp = min(n, p), namespace(lesson.left)
    spectrum, right = lesson.spectrum[..., :few], lesson.right[..., :few]
    seen = spectrum > 0
    safe = xp.where(seen, spectrum, 1.0)
    turned = lesson.left[..., :few].swapaxes(-1, -2)
    limits = times_vector(turned, lesson.labels) / xp.sqrt(n * safe)
    known = times_vector(right.swapaxes(-1, -2), lesson.start)
    end = lesson.start + times_vector(right, xp.where(seen, limits - known, 0.0))
    condition = 1 + lesson.largest / safe.min(axis=-1)
    away = abs(lesson.start).sum(axis=-1) + terms_of(lesson).sum(axis=-1)
    return end, (condition**2 * (1 + 1 / lesson.largest) * away)[..., None]


def spectrum_of(rg: Any, lesson: Lesson) -> Any:
    return rg.distillation.DesignSpectrum.from_design(lesson.features, lesson.labels)
