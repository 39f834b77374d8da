"""Intervals for means of bounded variables, at a number of samples fixed beforehand."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_open_unit, as_range
from refgen.arrays import as_floats
from refgen.intervals._checks import (
    ROUNDING,
    log_inverse,
    refuse_outside,
    refuse_variance,
    together,
)
from refgen.intervals.interval import Interval


@finite
def hoeffding(
    mean: Any, n: Any, error_probability: Any, low: Any = 0.0, high: Any = 1.0
) -> Interval:
    """Hoeffding's interval for the mean of bounded variables.

    mean ± (high − low) √(log(2/error_probability) / 2n), cut to [low, high]. It holds
    for independent variables in [low, high]. If their laws differ, it is an interval
    for the mean of their expectations.

    Parameters
    ----------
    mean : array_like in [low, high]
        Mean of the samples.
    n : array_like of whole numbers
        Number of samples, from 1, fixed before they were seen; see `spend` for
        several looks.
    error_probability : array_like in (0, 1)
    low, high : array_like
        The range that the variables cannot leave.

    Returns
    -------
    Interval
        Of the broadcast shape of the arguments.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range or NaN, or shapes do not broadcast.

    Notes
    -----
    Source: Hoeffding (1963), theorem 2, on both sides.

    Examples
    --------
    >>> interval = hoeffding(0.5, 1000, 0.05)
    >>> [round(float(end), 4) for end in (interval.low, interval.high)]
    [0.4571, 0.5429]
    """
    low, high = as_range(low, high)
    mean, n, error, low, high = together(
        mean=as_floats("mean", mean),
        n=as_counts("n", n),
        error_probability=as_open_unit("error_probability", error_probability),
        low=low,
        high=high,
    )
    refuse_outside("mean", mean, low, high, ROUNDING)
    radius = (high - low) * np.sqrt(log_inverse(error, 2) / (2 * n))
    return _cut(mean, radius, low, high)


@finite
def empirical_bernstein(
    mean: Any,
    variance: Any,
    n: Any,
    error_probability: Any,
    low: Any = 0.0,
    high: Any = 1.0,
) -> Interval:
    """Maurer and Pontil's interval, short where the variables vary little.

    mean ± (√(2 V L / n) + (high − low) 7L / 3(n − 1)) with L =
    log(3/error_probability), cut to [low, high], for independent variables with the
    same law on [low, high].

    Parameters
    ----------
    mean : array_like in [low, high]
        Mean of the samples.
    variance : array_like
        V, the sample variance with n − 1 in the denominator (``ddof=1``).
    n : array_like of whole numbers
        Number of samples, from 2, fixed before they were seen; see `spend` for
        several looks.
    error_probability : array_like in (0, 1)
    low, high : array_like
        The range that the variables cannot leave.

    Returns
    -------
    Interval
        Of the broadcast shape of the arguments.

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range or NaN, a variance is negative or larger than
        any sample in [low, high] can have, or shapes do not broadcast.

    Notes
    -----
    Source: Maurer & Pontil (2009), theorem 4. Its proof combines Bennett's inequality
    with a bound on the deviation √variance, each with half of the error probability.
    Two sides need Bennett's inequality twice and the bound on the deviation once, so
    that each of the three events has a third of it.

    Examples
    --------
    >>> interval = empirical_bernstein(0.01, 0.0099, 1000, 0.05)
    >>> [round(float(end), 4) for end in (interval.low, interval.high)]
    [0.0, 0.0286]
    """
    low, high = as_range(low, high)
    mean, variance, n, error, low, high = together(
        mean=as_floats("mean", mean),
        variance=as_floats("variance", variance),
        n=as_counts("n", n, 2),
        error_probability=as_open_unit("error_probability", error_probability),
        low=low,
        high=high,
    )
    refuse_outside("mean", mean, low, high, ROUNDING)
    refuse_variance(variance, n, low, high)
    deviation = np.sqrt(variance)
    log = log_inverse(error, 3)
    terms = deviation * np.sqrt(2 * log / n), (high - low) * (7 / 3) * log / (n - 1)
    return _cut(mean, terms[0] + terms[1], low, high)


def _cut(mean: Any, radius: Any, low: Any, high: Any) -> Interval:
    ends = np.clip([mean - radius, mean + radius], low, high)
    return Interval(ends[0], ends[1])
