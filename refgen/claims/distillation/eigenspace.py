"""KD-14e: what a report on two sets of predictions finds in the eigendirections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record, vector


@dataclass(frozen=True, repr=False)
class Taught(Instance):
    """A design with known eigenvectors, a linear teacher, and steps of its student.

    Attributes
    ----------
    left : array of shape (..., n_points)
        Unit vector of the reflection whose first columns are left singular vectors.
    right : array of shape (..., n_features)
        The same for the right ones.
    falls : array of shape (..., n_features)
        Quotients of each singular value and the one before; the first of 1.
    teacher : array of shape (..., n_features)
        The teacher's coefficients in the eigenvectors.
    curved : array of shape (...)
        Size of what the teacher predicts beside that, which is not linear.
    n_steps : array of shape (...)
        Of gradient descent on the teacher's outputs, from 0.
    """

    left: Any
    right: Any
    falls: Any
    teacher: Any
    curved: Any
    n_steps: Any

    @property
    def spectrum(self) -> Any:
        singular = namespace(self.falls).cumprod(self.falls, axis=-1)
        return singular * singular

    @property
    def vectors(self) -> Any:
        return _reflection(self.right)

    @property
    def features(self) -> Any:
        xp, d = namespace(self.left), self.right.shape[-1]
        turned = _reflection(self.left)[..., :d] * xp.sqrt(self.spectrum)[..., None, :]
        return self.left.shape[-1] ** 0.5 * turned @ self.vectors.swapaxes(-1, -2)

    @property
    def outputs(self) -> Any:
        """Of the teacher."""
        d, n = self.right.shape[-1], self.left.shape[-1]
        weights = (self.vectors @ self.teacher[..., None])[..., 0]
        linear = (self.features @ weights[..., None])[..., 0]
        return linear + n**0.5 * self.curved[..., None] * _reflection(self.left)[..., d]


def _reflection(unit: Any) -> Any:
    xp = namespace(unit)
    return xp.eye(unit.shape[-1]) - 2 * unit[..., :, None] * unit[..., None, :]


def _example(falls: list[float], n_steps: int) -> Taught:
    d = len(falls)
    left, right = np.zeros(5), np.zeros(d)
    left[:2], right[-1] = [0.6, 0.8], 1.0
    return Taught(
        left,
        right,
        np.array(falls),
        np.ones(d),
        np.array(0.5),
        np.array(float(n_steps)),
    )


MOST_STEPS = 12

designs = record(
    Taught,
    "5 or 6 points of 2 to 4 features, singular values at least 10 % apart",
    n=integer(5, 6),
    p=integer(2, 4),
    left=vector("n", norm=1),
    right=vector("p", norm=1),
    falls=real(0.5, 0.9, shape=("p",)),
    teacher=real(0.5, 2.0, shape=("p",)),
    curved=real(0.0, 2.0),
    n_steps=integer(1, MOST_STEPS),
    examples=lambda: [_example([0.9, 0.9], 1), _example([0.9, 0.5, 0.7], 12)],
)

RELATIVE_STEP = 0.9


def _student(case: Taught) -> Any:
    """Its outputs: gradient descent on all features at once."""
    xp, X, y = namespace(case.left), case.features, case.outputs
    step = RELATIVE_STEP / case.spectrum[..., :1]
    weights = xp.zeros(case.right.shape)
    for done in range(MOST_STEPS):
        missing = y - (X @ weights[..., None])[..., 0]
        gradient = (missing[..., None, :] @ X)[..., 0, :] / y.shape[-1]
        moves = case.n_steps[..., None] > done
        weights = xp.where(moves, weights + step * gradient, weights)
    return (X @ weights[..., None])[..., 0]


def _mirrored(X: Any, teacher: Any, student: Any, shift: float) -> list[Any]:
    """The same with every point's mirror image, so that means are 0; then shifted."""
    xp = namespace(X)
    return [xp.concatenate([a, -a]) + shift for a in (teacher, student, X)]


@claim("KD-14e", kind="identity", domain=designs, cost=3_000)
def report_finds_the_filter(rg, case, share=1.0):
    """On two sets of linear predictions, ratios are the student's filter.

    For gradient descent they are 1 − (1 − ηλ)^m, fall with the eigenvalue, and are the
    same if means are taken out of shifted data.
    """
    xp, report = namespace(case.left), rg.distillation.eigenspace_report
    given = list(zip(case.features, case.outputs, _student(case), strict=True))
    plain = [report(t, s, X, center=False) for X, t, s in given]
    moved = [report(*_mirrored(X, t, s, 2.0)) for X, t, s in given]
    left = 1 - RELATIVE_STEP * case.spectrum / case.spectrum[..., :1]
    kept = 1 - xp.exp(xp.log(left) * case.n_steps[..., None])

    squares = (case.spectrum * case.teacher**2).sum(axis=-1)
    linear = squares / (squares + case.curved**2)

    def numbers(reports, name):
        return xp.asarray([getattr(one, name) for one in reports])

    # Eigenvalues are at least 0.05 of the largest and 0.1 of themselves apart.
    scale = 1e3
    return (
        equal(numbers(plain, "eigenvalues"), case.spectrum, scale),
        equal(share * numbers(plain, "ratios"), kept, scale),
        equal(share * numbers(moved, "ratios"), kept, scale),
        equal(abs(numbers(plain, "teacher")), case.teacher, scale),
        equal(numbers(plain, "teacher_linear"), linear),
        equal(numbers(plain, "rank_correlation"), 1.0, reason="so it is everywhere"),
    )


report_finds_the_filter.twin("the student keeps 3 % more", share=1.03)
