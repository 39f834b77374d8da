"""What independent draws in a known range say of the mean of their expectations."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, as_open_unit, as_unit, refuse, together
from refgen.arrays import namespace

# Of Newton's method from Bernstein's end: four leave 10⁻¹⁵.
_STEPS = 5


class MeanInterval(NamedTuple):
    """Ends of an interval, of shape (...) each."""

    low: Any
    high: Any


class MeanEstimate(NamedTuple):
    """A mean by simulation, and a certified interval for it."""

    value: Any
    """The mean of the draws, which is unbiased, of shape (...)."""
    standard_error: Any
    """Of the mean, from differences within pairs of draws, of shape (...)."""
    low: Any
    """With `high`, holds with the probability that was asked for, of shape (...)."""
    high: Any


@finite
def chernoff_interval(mean: Any, n_draws: Any, error_probability: Any) -> MeanInterval:
    """Chernoff's interval for the mean of variables in [0, 1], by relative entropy.

    Parameters
    ----------
    mean : array of shape (...)
        x̄ in [0, 1], of the draws.
    n_draws : array of shape (...)
        n, a number of independent draws that was fixed beforehand. Their laws may
        differ; then the mean of their expectations is what the interval is for.
    error_probability : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    MeanInterval
        low, high : arrays of shape (...), all μ with kl(x̄, μ) ≤ log(2/δ)/n.

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    Hoeffding (1963), theorem 1. It lies within Hoeffding's interval, and within
    Bernstein's with the largest variance μ(1 − μ) that a variable in [0, 1] with mean μ
    can have: claim LE-52.

    Examples
    --------
    >>> [round(float(end), 4) for end in chernoff_interval(0.01, 1000, 0.05)]
    [0.0037, 0.0211]
    """
    mean, n, error = together(
        mean=as_unit("mean", mean),
        n_draws=as_counts("n_draws", n_draws),
        error_probability=as_open_unit("error_probability", error_probability),
    )
    xp = namespace(mean)
    most = (math.log(2) - xp.log(error)) / n
    return MeanInterval(1 - _upper(1 - mean, most), _upper(mean, most))


def _upper(mean: Any, most: Any) -> Any:
    """The largest μ with kl(mean, μ) ≤ most, by Newton's method from above.

    kl is convex in μ, so that no step goes below the solution: an end is never too low.
    """
    xp, inner = namespace(mean), mean < 1
    rest = xp.where(inner, 1 - mean, 1.0)
    first = xp.where(mean > 0, mean, 1.0)
    # By the term of 1 − μ alone.
    floor = rest * xp.exp(-(most - first * xp.log(first)) / rest)
    end = xp.minimum(1 - floor, mean + _bernstein(mean, most))
    for _ in range(_STEPS):
        above = xp.where(inner & (end < 1), end - mean, 0.0)
        last = xp.where(above > 0, 1 - end, 1.0)
        excess = rest * xp.log1p(above / last) - mean * xp.log1p(above / first) - most
        slope = above / (xp.where(above > 0, end, 1.0) * last)
        step = excess / xp.where(above > 0, slope, 1.0)
        end = end - xp.where(above > 0, xp.clip(step, 0.0, above), 0.0)
    return xp.where(inner, end, 1.0)


def _bernstein(mean: Any, most: Any) -> Any:
    """The largest t with t² ≤ 2 most (μ(1 − μ) + t/3), μ = mean + t."""
    xp = namespace(mean)
    half, product = most * (4 / 3 - 2 * mean), 2 * most * mean * (1 - mean)
    root = xp.sqrt(half * half + (1 + 2 * most) * product)
    # Of two forms of the solution the one that does not cancel.
    rest = xp.where(half < 0, root - half, 1.0)
    return xp.where(half < 0, product / rest, (half + root) / (1 + 2 * most))


@finite
def paired_bernstein_interval(
    mean: Any, half_square: Any, n_draws: Any, error_probability: Any
) -> MeanInterval:
    """Bernstein's interval for variables in [0, 1], their variance seen within pairs.

    Draws of a pair should have laws that are alike: then differences between the means
    of pairs, as in a stratified sample, do not count as variance.

    Parameters
    ----------
    mean : array of shape (...)
        x̄ in [0, 1], of all draws.
    half_square : array of shape (...)
        h̄ in [0, ½], the mean of (a − b)²/2 over the pairs.
    n_draws : array of shape (...)
        n, an even number of independent draws that was fixed beforehand.
    error_probability : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    MeanInterval
        low, high : arrays of shape (...), cut to [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    x̄ ± (√(2wL/n) + L/(3n)) with √w = √(L/2n) + √(h̄ + L/2n) and L = log(3/δ). Source:
    derived here, claim LE-53.

    Examples
    --------
    >>> ends = paired_bernstein_interval(0.5, 0.001, 1000, 0.05)
    >>> [round(float(end), 4) for end in ends]
    [0.4895, 0.5105]
    """
    mean, half, n, error = together(
        mean=as_unit("mean", mean),
        half_square=as_unit("half_square", half_square),
        n_draws=as_counts("n_draws", n_draws, 2),
        error_probability=as_open_unit("error_probability", error_probability),
    )
    refuse("half_square", half, half > 0.5, "be at most ½, as draws lie in [0, 1]")
    refuse("n_draws", n, n % 2 != 0, "be even, as draws come in pairs")
    xp = namespace(mean)
    share = (math.log(3) - xp.log(error)) / n
    deviation = xp.sqrt(share / 2) + xp.sqrt(half + share / 2)
    radius = deviation * xp.sqrt(2 * share) + share / 3
    return MeanInterval(xp.maximum(mean - radius, 0.0), xp.minimum(mean + radius, 1.0))


def bounded_mean(draws: Any, low: Any, high: Any, error: Any) -> MeanEstimate:
    """The estimate from draws in [low, high]: both intervals, each with δ/2.

    Parameters
    ----------
    draws : array of shape (..., n)
        Independent; n is even, and draws 2j and 2j + 1 have laws that are alike.
    low, high : arrays of shape (...)
        Where they are equal the mean is known.
    error : array of shape (...)

    Examples
    --------
    >>> import numpy as np
    >>> zero = np.array(0.0)
    >>> found = bounded_mean(np.array([1.0, 1.5] * 500), zero, zero + 2, zero + 0.05)
    >>> [round(float(part), 3) for part in found]
    [1.25, 0.011, 1.201, 1.299]
    """
    xp, n = namespace(draws), draws.shape[-1]
    span = high - low
    unit = (draws - low[..., None]) / xp.where(span > 0, span, 1.0)[..., None]
    unit = xp.clip(unit, 0.0, 1.0)
    mean, steps = unit.mean(axis=-1), unit[..., ::2] - unit[..., 1::2]
    half = (steps * steps).mean(axis=-1) / 2
    first = chernoff_interval(mean, n, error / 2)
    second = paired_bernstein_interval(mean, half, n, error / 2)
    return MeanEstimate(
        low + span * mean,
        span * xp.sqrt(half / n),
        low + span * xp.maximum(first.low, second.low),
        low + span * xp.minimum(first.high, second.high),
    )
