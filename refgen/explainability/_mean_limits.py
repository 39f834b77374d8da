"""Limits of means."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri, rel_entr

from refgen.intervals import hoeffding


def normal_limit(values: np.ndarray, delta: float) -> float:
    """An upper limit of the mean by the normal approximation."""
    error = values.std(ddof=1) / len(values) ** 0.5
    return float(values.mean() - ndtri(delta) * error)


def bernoulli_limits(
    values: np.ndarray, most: float, delta: float
) -> tuple[float, float]:
    """Limits of the mean of numbers in [0, most]; each fails with probability ≤ δ.

    Source: Hoeffding (1963), theorem 1: the mean of n is q or less with probability
    exp(−n kl(q, p)) at most, if it has the expectation p > q.
    """
    mean = min(max(float(values.mean()) / most, 0.0), 1.0)
    allowed = -np.log(delta) / len(values)
    return most * _farthest(mean, 0.0, allowed), most * _farthest(mean, 1.0, allowed)


def _farthest(mean: float, end: float, allowed: float) -> float:
    """The p nearest to `end` with kl(mean, p) ≤ allowed, or a bit nearer."""
    inside, outside = mean, end
    for _ in range(60):
        p = (inside + outside) / 2
        kl = rel_entr(mean, p) + rel_entr(1 - mean, 1 - p)
        inside, outside = (p, outside) if kl <= allowed else (inside, p)
    return float(outside)


def drawn_limit(
    values: np.ndarray, most: float, n: int, delta: float
) -> tuple[float, float]:
    """The mean of n independent draws in [0, most], of different laws, and a limit."""
    mean = min(float(values.mean()), most)
    return mean, float(hoeffding(mean, n, 2 * delta, 0.0, most).high)
