"""KD-15b: bounds on disagreement for any law, from angles to the teacher's w."""

from __future__ import annotations

import itertools
import math
import operator
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most
from refgen.claims.registry import claim
from refgen.claims.sources import PHUONG_LAMPERT
from refgen.domains import distribution, integer, matrix, record, vector

# A scalar product nearer to 0 than this share of its terms has no sign.
_NO_SIGN = 1e-9


@dataclass(frozen=True, repr=False)
class FiniteInputs(Instance):
    """A law of finitely many inputs, and the teacher's w.

    Attributes
    ----------
    points : array of shape (..., k, p)
    weights : array of shape (..., k)
    coefficients : array of shape (..., p)
    """

    points: Any
    weights: Any
    coefficients: Any


def _nearly_one_sided(rare: float) -> FiniteInputs:
    """Two points on different sides of w, one of them rare and far from it."""
    points = np.array([[1.0, 0.5], [0.1, -1.0]])
    return FiniteInputs(points, np.array([1 - rare, rare]), np.array([1.0, 0.0]))


finite_inputs = record(
    FiniteInputs,
    "up to 4 points in up to 4 dimensions, repeated ones too, with any probabilities",
    k=integer(1, 4),
    p=integer(2, 4),
    points=matrix("k", "p"),
    weights=distribution("k"),
    coefficients=vector("p", norm=1),
    examples=lambda: [
        _nearly_one_sided(1e-4),
        FiniteInputs(
            np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.5]), np.array([1.0, 0])
        ),
    ],
)


def _risk(rg: Any, case: FiniteInputs, n: int) -> Any:
    """How often the limit of soft labels on n inputs disagrees, over all draws."""
    xp, x, w = namespace(case.points), case.points, case.coefficients
    mine = (x @ w[..., None])[..., 0]
    size = (abs(x) * abs(w)[:, None, :]).sum(axis=-1)
    total = 0.0
    for chosen in itertools.product(range(x.shape[-2]), repeat=n):
        inputs = xp.stack([x[:, i] for i in chosen], axis=1)
        student = rg.distillation.logistic_limit(inputs, w)
        other = (x @ student[..., None])[..., 0]
        apart = other * xp.where(mine < 0, -1.0, 1.0) < -_NO_SIGN * size
        drawn = 1.0
        for i in chosen:
            drawn = drawn * case.weights[:, i]
        total = total + drawn * (case.weights * apart).sum(axis=-1)
    return total


def _least(angles: Any, weights: Any, n: int, combined: Any) -> Any:
    """min over β of P(θ ≥ β) and P(θ ≥ π/2 − β)ⁿ combined, next to every jump."""
    xp, best = namespace(angles), 1.0
    jumps = xp.concatenate([angles, math.pi / 2 - angles], axis=-1)
    for i in range(jumps.shape[-1]):
        for step in (-1e-7, 1e-7):
            beta = xp.clip(jumps[:, i : i + 1] + step, 0.0, math.pi / 2)
            here = (weights * (angles >= beta)).sum(axis=-1)
            there = (weights * (angles >= math.pi / 2 - beta)).sum(axis=-1) ** n
            best = xp.minimum(best, combined(here, there))
    return best


@claim(
    "KD-15b",
    kind="inequality",
    domain=finite_inputs,
    source=PHUONG_LAMPERT.recalled("the bound by angles for any law"),
    cost=4000,
)
def bounds_by_angles(rg, case, share=1.0, combined=operator.add):
    """Any law: risk ≤ P(θ₀ + min θᵢ ≥ π/2), which is at most a union bound.

    The union bound is min over β of P(θ ≥ β) + P(θ ≥ π/2 − β)ⁿ, with the angles θ to
    the line of w.
    """
    angles = rg.distillation.teacher_angles(case.points, case.coefficients)
    parts = []
    for n in (1, 2, 3):
        risk = _risk(rg, case, n)
        first, union = rg.distillation.transfer_risk_bounds(angles, n, case.weights)
        least = _least(angles, case.weights, n, combined)
        parts += [
            at_most(risk, share * first, sharp=n == 1),
            at_most(first, least, sharp=True),
            at_most(union, least, sharp=True),
        ]
    return parts


bounds_by_angles.twin("0.97 P(θ₀ + min θᵢ ≥ π/2)", share=0.97)
bounds_by_angles.twin("a product in place of the sum", combined=operator.mul)
