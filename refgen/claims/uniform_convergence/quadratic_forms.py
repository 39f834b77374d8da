"""UC-30g: weighted sums of squares of normal variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.domains import integer, real, record


@dataclass(frozen=True, repr=False)
class Weighted(Instance):
    """Weights of squares: two of some multiplicity, and distinct ones, twice each.

    Attributes
    ----------
    positive, negative : arrays of shape (...)
        Multiplicities.
    ratio : array of shape (...)
        The negative weight, where the positive one is 1.
    steps : array of shape (..., n)
        At least 0.3: between one distinct weight and the next.
    start : array of shape (...)
        Between 0 and 1: of all of them, what share is negative.
    """

    positive: Any
    negative: Any
    ratio: Any
    steps: Any
    start: Any


def _weighted(positive: Any, negative: Any, ratio: Any, start: Any) -> Weighted:
    steps = np.array([0.5, 1.0, 0.7])
    positive, negative, ratio, start = map(np.array, (positive, negative, ratio, start))
    return Weighted(positive, negative, ratio, steps, start)


weighted_squares = record(
    Weighted,
    "up to 12 of each sign and ratios in [0.01, 100]; 3 to 5 distinct weights",
    n=integer(3, 5),
    positive=integer(1, 12),
    negative=integer(1, 12),
    ratio=real(0.01, 100.0, log=True),
    steps=real(0.3, 1.0, shape=("n",)),
    start=real(0.1, 0.9),
    examples=lambda: [
        _weighted(1, 1, 1.0, 0.4),
        _weighted(12, 1, 0.01, 0.2),
        _weighted(1, 12, 100.0, 0.9),
    ],
)


def two_values(xp: Any, case: Weighted, power: float) -> tuple[Any, Any]:
    """Weights 1 and −ratio, up to 12 of each, and P by the ratio of two χ²."""
    order = xp.arange(12)
    some = 1.0 * (order < case.positive[:, None])
    other = case.ratio[:, None] * (order < case.negative[:, None])
    betainc = special_functions(case.ratio).betainc
    share = case.ratio / (1 + case.ratio)
    exact = betainc(power * case.positive / 2, case.negative / 2, share)
    return xp.concatenate([some, -other], axis=-1), exact


def distinct_pairs(xp: Any, case: Weighted) -> tuple[Any, Any, Any]:
    """Distinct weights, each twice, P by partial fractions, and how large these are."""
    places = xp.cumsum(case.steps, axis=-1)
    w = places - case.start[:, None] * places[:, -1:]
    total, size = 0.0, 1.0
    for j in range(w.shape[-1]):
        part = 1.0 + 0 * case.start
        for i in range(w.shape[-1]):
            if i != j:
                part = part * w[:, j] / (w[:, j] - w[:, i])
        total = total + xp.where(w[:, j] < 0, part, 0.0)
        size = size + abs(part)
    return xp.concatenate([w, w], axis=-1), total, size


@claim("UC-30g", kind="identity", domain=weighted_squares, cost=600)
def weighted_sums(rg, case, power=1.0, moved=0.0):
    """P(Σ wᵢgᵢ² < 0) for eigenvalues w: given S, no simulation is needed.

    Equal weights have the quotient of two χ² laws; pairs are exponential, and have
    partial fractions.
    """
    xp, u = namespace(case.ratio), rg.uniform_convergence
    weights, exact = two_values(xp, case, power)
    got = xp.exp(u.log_negative_mass(weights))
    pairs, total, size = distinct_pairs(xp, case)
    off = moved * abs(pairs).max(axis=-1, keepdims=True)
    return (
        equal(got, exact, 30 * exact),
        equal(xp.exp(u.log_negative_mass(pairs + off)), total, size),
    )


weighted_sums.twin("a positive weight counts 1.03 times", power=1.03)
weighted_sums.twin("the threshold is 1 % of the largest weight higher", moved=0.01)
