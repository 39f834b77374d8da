"""Confidence intervals for what a part of a Monte-Carlo claim speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen import intervals
from refgen.verify.sums import added


def over_looks(looks: Sequence[dict], error_probability: float) -> tuple[Any, Any]:
    """The intersection of the intervals of all looks.

    The error probability is spent over the looks, so that all intervals hold together.
    """
    low, high = np.array(-np.inf), np.array(np.inf)
    total: dict[str, Any] | None = None
    for number, look in enumerate(looks, start=1):
        total = look if total is None else added(total, look)
        found = mean_interval(total, float(intervals.spend(error_probability, number)))
        low, high = np.maximum(low, found[0]), np.minimum(high, found[1])
    # If the ends cross, some interval missed its mean: keep the range between them.
    return np.minimum(low, high), np.maximum(low, high)


def mean_interval(part: dict, error_probability: float) -> tuple[Any, Any]:
    """Intervals of the means, (batch,) or (batch, n_sizes)."""
    if part["grid"] is None:
        return _unbounded(part, error_probability)
    n, sums = part["n"], np.array(part["sums"], object)
    if part["grid"] == 1:
        exact = intervals.clopper_pearson(sums.astype(float), n, error_probability)
        return exact.low, exact.high
    squares = np.array(part["squares"], object)
    grid = part["grid"]
    mean = (sums / (n * grid)).astype(float)
    # Of integers, without rounding; (n − 1) is at least 255.
    spread = n * squares - sums**2
    variance = (spread / (n * (n - 1) * grid**2)).astype(float)
    low, high = _bounded(mean, variance, (n, part["repeats"]), error_probability)
    start, end = np.array(part["low"]), np.array(part["high"])
    # Draws were rounded by half a step at most.
    low, high = np.maximum(low - 1 / grid, 0), np.minimum(high + 1 / grid, 1)
    return start + (end - start) * low, start + (end - start) * high


def _bounded(
    mean: Any, variance: Any, counts: tuple[int, int], error_probability: float
) -> Any:
    """Intersection of Hoeffding's and Bernstein's intervals, half the error each."""
    half, (n, repeats) = error_probability / 2, counts
    one = intervals.hoeffding(mean, n * repeats, half)
    if repeats == 1:
        two = intervals.empirical_bernstein(mean, variance, n, half)
    else:
        two = intervals.bernstein_of_averages(mean, variance, n, repeats, half)
    return np.maximum(one.low, two.low), np.minimum(one.high, two.high)


def _unbounded(part: dict, error_probability: float) -> tuple[Any, Any]:
    values = np.moveaxis(np.array(part["values"]), 1, -1)
    try:
        found = intervals.robust_mean(values, error_probability, part["kurtosis"])
    except ValueError:  # the rest is checked: too few draws for any interval
        nothing = np.full(values.shape[:-1], np.inf)
        return -nothing, nothing
    return found.low, found.high


def claimed_interval(part: dict, low: Any, high: Any) -> tuple[float, float]:
    """Interval for the mean, rate or limit that is claimed, from those of the means."""
    if part["kind"] not in ("rate", "limit"):
        return float(low), float(high)
    sizes = np.array(part["sizes"])
    if not (np.isfinite(low).all() and np.isfinite(high).all()):
        return -np.inf, np.inf
    if part["kind"] == "limit":
        return extrapolated(sizes, part["order"], low, high)
    if (low <= 0).any():  # no logarithm: more draws are needed
        return -np.inf, np.inf
    slope = intervals.loglog_slope(sizes, intervals.Interval(low, high))
    return float(slope.low), float(slope.high)


def extrapolated(sizes: Any, order: float, low: Any, high: Any) -> tuple[float, float]:
    """L of the least-squares fit L + c · size^−order: linear in the means."""
    design = np.stack([np.ones(len(sizes)), sizes**-order], axis=1)
    weights = np.linalg.pinv(design)[0]
    up, down = np.maximum(weights, 0), np.minimum(weights, 0)
    return float(up @ low + down @ high), float(up @ high + down @ low)
