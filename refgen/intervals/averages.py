"""An interval for a mean of which every sample is itself a mean of bounded draws."""

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
def bernstein_of_averages(
    mean: Any,
    variance: Any,
    n: Any,
    repeats: Any,
    error_probability: Any,
    low: Any = 0.0,
    high: Any = 1.0,
) -> Interval:
    """Bernstein's interval for n averages of `repeats` bounded variables each.

    The range of a single variable matters n · repeats times less than the spread, where
    `empirical_bernstein`, told nothing of the repeats, divides it by n only.

    Parameters
    ----------
    mean : array_like in [low, high]
        Mean of the averages.
    variance : array_like
        V, the sample variance of the averages, with n − 1 in the denominator.
    n : array_like of whole numbers
        Number of averages, from 2, fixed before they were seen.
    repeats : array_like of whole numbers
        R, the number of independent variables of one law in each of them.
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
        that of any numbers in [low, high], or shapes do not broadcast.

    Notes
    -----
    In units of the range. With v the variance of an average, Rv is that of a variable,
    and all nR variables obey Bernstein's inequality: their mean is off by more than
    √(2vL/n) + L/(3nR) with probability e^−L at most, on either side (Boucheron, Lugosi
    & Massart 2013, theorem 2.10). To bound v: halved squares D of differences of two
    averages have mean v and E D² ≤ 3v² + v/(2R²), as the fourth central moment of an
    average is at most 3v² + v/R². V is a mean of means of N = ⌊n/2⌋ such D, and falls
    below v − √(2 E D² L/N) with probability e^−L at most (Maurer 2003; Hoeffding 1963,
    section 5): solve for v. Besides, v ≤ 1/(4R). Each of the three events has a third
    of the error probability. Combined here.

    Examples
    --------
    >>> interval = bernstein_of_averages(0.01, 0.0001, 1000, 64, 0.05)
    >>> [round(float(end), 5) for end in (interval.low, interval.high)]
    [0.00893, 0.01107]
    """
    low, high = as_range(low, high)
    mean, variance, n, repeats, error, low, high = together(
        mean=as_floats("mean", mean),
        variance=as_floats("variance", variance),
        n=as_counts("n", n, 2),
        repeats=as_counts("repeats", repeats),
        error_probability=as_open_unit("error_probability", error_probability),
        low=low,
        high=high,
    )
    refuse_outside("mean", mean, low, high, ROUNDING)
    refuse_variance(variance, n, low, high)
    span, log = high - low, log_inverse(error, 3)
    spread = np.sqrt(_largest_variance(variance / span / span, n, repeats, log))
    radius = span * (spread * np.sqrt(2 * log / n) + log / (3 * n * repeats))
    ends = np.clip([mean - radius, mean + radius], low, high)
    return Interval(ends[0], ends[1])


def _largest_variance(seen: Any, n: Any, repeats: Any, log: Any) -> Any:
    """The largest v with (v − V)² ≤ (6v² + v/R²) log/N, at most 1/(4R)."""
    share = log / (n // 2)
    square, linear = 1 - 6 * share, 2 * seen + share / repeats**2
    # Where `square` is not positive no v is too large.
    solvable = square > 0
    root = np.sqrt(np.maximum(linear**2 - 4 * square * seen**2, 0))
    found = (linear + root) / (2 * np.where(solvable, square, 1.0))
    return np.minimum(np.where(solvable, found, np.inf), 1 / (4 * repeats))
