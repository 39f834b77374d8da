"""KD-14m and KD-14j: the confidence slope of a teacher and its student, from points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, labels, real, record


@dataclass(frozen=True, repr=False)
class TaughtPoints(Instance):
    """Points that a teacher is sure of in different degrees, and its student's answers.

    Attributes
    ----------
    steps : array of shape (..., n_points)
        From the teacher's logit at a point to that at the next one.
    tops : integer array of shape (..., n_points)
        What the teacher predicts.
    others : array of shape (..., n_points, n_classes)
        How the rest is shared by the other classes.
    student : array of shape (..., n_points, n_classes)
        Class probabilities.
    """

    steps: Any
    tops: Any
    others: Any
    student: Any

    @property
    def is_top(self) -> Any:
        classes = namespace(self.tops).arange(self.others.shape[-1])
        return self.tops[..., None] == classes

    @property
    def teacher_logits(self) -> Any:
        return namespace(self.steps).cumsum(self.steps, axis=-1)

    @property
    def teacher(self) -> Any:
        """Class probabilities, that of the predicted class above ½."""
        return self.sharpened(1.0)

    def sharpened(self, times: float) -> Any:
        """The teacher with logits of its class that are so many times as large."""
        xp = namespace(self.steps)
        rest = 1 / (1 + xp.exp(times * self.teacher_logits))
        shares = xp.where(self.is_top, 0.0, self.others)
        shares = shares / shares.sum(axis=-1, keepdims=True)
        return xp.where(self.is_top, 1 - rest[..., None], rest[..., None] * shares)

    @property
    def student_logits(self) -> Any:
        """log(p/(1 − p)) of the teacher's class."""
        xp = namespace(self.steps)
        p = xp.where(self.is_top, self.student, 0.0).sum(axis=-1)
        return xp.log(p / (1 - p))

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        """Probabilities of teacher and student, instance by instance."""
        return list(zip(self.teacher, self.student, strict=True))


def _example(student: list[list[float]]) -> TaughtPoints:
    proba = np.array(student)
    n, k = proba.shape
    others = np.full((n, k), 1 / k)
    return TaughtPoints(np.full(n, 0.5), np.zeros(n, int), others, proba)


taught = record(
    TaughtPoints,
    "3 to 6 points of 2 to 4 classes, logits of the teacher 0.2 to 0.8 apart",
    n=integer(3, 6),
    k=integer(2, 4),
    steps=real(0.2, 0.8, shape=("n",)),
    tops=labels("n", n_classes="k"),
    others=distribution("n", "k", positive=True),
    student=distribution("n", "k", positive=True),
    examples=lambda: [
        _example([[0.5, 0.5], [0.75, 0.25], [0.9, 0.1], [0.95, 0.05]]),
        _example([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25], [0.25, 0.25, 0.5]]),
    ],
)


def _between_pairs(x: Any, y: Any) -> Any:
    """The mean slope between two points, weighted by squared distances."""
    dx, dy = (v[..., :, None] - v[..., None, :] for v in (x, y))
    return (dx * dy).sum(axis=(-1, -2)) / (dx * dx).sum(axis=(-1, -2))


def _slopes(rg: Any, case: TaughtPoints, names: tuple[str, ...]) -> list[Any]:
    """Fields of the slopes of all instances."""
    found = [rg.distillation.confidence_slope(*pair) for pair in case.pairs]
    xp = namespace(case.steps)
    return [xp.asarray([getattr(one, name) for one in found]) for name in names]


# Logits of at most 5 over distances of 0.2 at least.
SCALE = 100.0


@claim("KD-14m", kind="identity", domain=taught, cost=2_000)
def slope_is_a_mean_over_pairs(rg, case, share=1.0):
    """The slope is the mean of the slopes between two points, weighted by (xᵢ − xⱼ)².

    x and y are the logits of the teacher's class in the teacher and in its student, and
    the line goes through their means.
    """
    d = rg.distillation
    x, y = case.teacher_logits, share * case.student_logits
    slope, intercept = _slopes(rg, case, ("slope", "intercept"))
    mean = _between_pairs(x, y)
    found_x, found_y = d.confidence_logits(case.teacher, case.student)
    # Here 1 − p is rounded to 0.
    sure, _ = d.confidence_logits(case.sharpened(10.0), case.student, 1e-30)
    return (
        equal(sure, 10 * x, SCALE),
        equal(found_x, x, SCALE),
        equal(found_y, y, SCALE),
        equal(slope, mean, SCALE),
        equal(intercept, y.mean(axis=-1) - mean * x.mean(axis=-1), 10 * SCALE),
    )


slope_is_a_mean_over_pairs.twin("the student's logit is 3 % smaller", share=0.97)


def _without_each(x: Any, y: Any) -> Any:
    """The slopes without one point, for each point."""
    xp, n = namespace(x), x.shape[-1]
    left = [xp.asarray([j for j in range(n) if j != i]) for i in range(n)]
    return xp.stack([_between_pairs(x[..., i], y[..., i]) for i in left], axis=-1)


def _trace_ratio(x: Any, weights: Any) -> Any:
    """(tr B)²/tr B², B = A(I − H), for residuals of independent normal noise."""
    xp, n = namespace(x), x.shape[-1]
    ones = xp.ones(x.shape)
    basis = xp.stack([ones / n**0.5, x / xp.sqrt((x * x).sum(-1, keepdims=True))], -1)
    matrix = xp.eye(n) - basis @ basis.swapaxes(-1, -2)
    weighted = weights[..., None] * matrix
    trace = xp.einsum("...ii->...", weighted)
    return trace**2 / xp.einsum("...ij,...ji->...", weighted, weighted)


def _chance_outside(error: Any, freedom: Any, half: Any) -> Any:
    """P(|T| > half/error) in Student's law; 5 % where nothing is off the line."""
    xp, special = namespace(error), special_functions(error)
    scattered = error > 1e-6
    t = half / xp.where(scattered, error, 1.0)
    tail = special.betainc(freedom / 2, 0.5, freedom / (freedom + t * t))
    return xp.where(scattered, tail, 0.05)


@claim("KD-14j", kind="identity", domain=taught, cost=2_000)
def error_by_leaving_points_out(rg, case, share=1.0):
    """Its squared standard error is Σ (slope − slope without a point)².

    The degrees of freedom are those of the quadratic form of the residuals that
    estimates the variance of the slope, (tr A(I − H))²/tr (A(I − H))² with
    A = diag(wᵢ²/(1 − Hᵢᵢ)), where residuals are normal with equal variances. Student's
    law has the chance 5 % outside as many standard errors as the interval.
    """
    x, y = case.teacher_logits, case.student_logits
    slope, error, freedom, low, high = _slopes(
        rg, case, ("slope", "standard_error", "degrees_of_freedom", "low", "high")
    )
    moved = slope[..., None] - _without_each(x, y)
    centred = x - x.mean(axis=-1, keepdims=True)
    shares = centred / (centred * centred).sum(axis=-1, keepdims=True)
    weights = shares**2 / (1 - (1 / x.shape[-1] + centred * shares))
    return (
        equal(share * error**2, (moved**2).sum(axis=-1), SCALE**2),
        equal(share * freedom, _trace_ratio(centred, weights), SCALE),
        equal(_chance_outside(error, freedom, (high - low) / 2), 0.05, 10),
        equal(low + high, 2 * slope, SCALE**2 + high - low),
    )


error_by_leaving_points_out.twin("the variance is 3 % smaller", share=0.97)
