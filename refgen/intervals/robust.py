"""An interval for means of unbounded variables whose fourth moment is bounded."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen._checks import check_open_unit
from refgen._numbers import refuse
from refgen.arrays import UNIT_ROUNDOFF, special_functions
from refgen.intervals._checks import ROUNDING, floats
from refgen.intervals.interval import Interval

_LARGEST_KURTOSIS = 1e12


def robust_mean(samples: Any, error_probability: float, kurtosis: float) -> Interval:
    """Interval for the mean of unbounded variables, by a median of means.

    Assumption: the samples are independent, of one law with mean μ, variance σ² and
    E(X − μ)⁴ ≤ kurtosis · σ⁴. Samples cannot show that this holds. Nothing else is
    assumed: the law may be skewed and have no further moments.

    Parameters
    ----------
    samples : array_like of shape (..., n)
        n fixed before they were seen; see `spend` for several looks.
    error_probability : float in (0, 1)
        One third each is for the mean above the interval, for the mean below it, and
        for the variance.
    kurtosis : float
        From 1, the least of any law, to 1e12; 3 for normal laws, 6 for Laplace's,
        3 + 6/(ν − 4) for Student's.

    Returns
    -------
    Interval
        Of shape (...).

    Raises
    ------
    TypeError
        If an argument is not numeric.
    ValueError
        If an argument is out of range or NaN, or n is too small; the message says which
        n is needed, about 2 (kurtosis + 3) log(3/error_probability).

    Notes
    -----
    With κ the kurtosis and δ = error_probability/3:

    *Variance.* Squared differences of pairs D = (X − X')²/2 have E D = σ² and E D² ≤
    (2κ + 6)σ⁴/4. They are not negative, so e⁻ʸ ≤ 1 − y + y²/2 gives, for the
    mean of N of them, P(mean ≤ σ²(1 − s)) ≤ exp(−N s² σ⁴ / 2E D²) ≤
    exp(−N s²/(κ + 3)). The sample variance V is an average of such means over the
    ways to form N = ⌊n/2⌋ pairs, and by convexity obeys the same bound (Hoeffding
    1963, section 5). So σ² ≤ V/(1 − s), s = √((κ + 3) log(1/δ)/N), except with
    probability δ; this needs s < 1.

    *Mean.* The mean of m samples has variance σ²/m and a fourth central moment of at
    most (3 + (κ − 3)/m) σ⁴/m². By Cantelli's and by Markov's inequality it is above
    μ + tσ/√m with probability at most p = min(1/(1 + t²), (3 + (κ − 3)/m)/t⁴). The
    median of k such means, k odd, is above only if (k + 1)/2 of them are: with
    probability at most P(Binomial(k, p) ≥ (k + 1)/2). The p that makes this δ is a
    beta quantile, and t follows from it. The same bound holds below μ.

    The interval is median ± t √(V/((1 − s)m)), with the k = 1, 3, 5, … that makes
    t²/m smallest, which depends on n, κ and δ only. One block, the ordinary mean, is
    best unless the error probability is small. The last n − km samples serve the
    variance only. The rounding of the means is added to the radius.

    Sources: medians of means after Nemirovsky & Yudin (1983); lower tails of
    variables that are not negative, Maurer (2003); combined here.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> samples = Stream(0, "docs").normal(1000)
    >>> interval = robust_mean(samples, 0.05, kurtosis=3)
    >>> [round(float(end), 3) for end in (interval.low, interval.high)]
    [-0.128, 0.132]
    """
    samples = floats("samples", samples, 1)
    share = check_open_unit("error_probability", error_probability) / 3
    kurtosis = _check_kurtosis(kurtosis)
    n = samples.shape[-1]
    shrinkage = _variance_shrinkage(n, share, kurtosis)
    n_blocks, t_squared = _best_blocks(n, share, kurtosis)
    size = n // n_blocks
    # Powers of two are exact, and keep squares from overflowing or vanishing.
    exponent = np.frexp(abs(samples).max(axis=-1))[1]
    samples = np.ldexp(samples, -exponent[..., None])
    variance = samples.var(axis=-1, ddof=1) / (1 - shrinkage)
    blocks = samples[..., : n_blocks * size].reshape(*samples.shape[:-1], n_blocks, -1)
    centre = np.median(blocks.mean(axis=-1), axis=-1)
    # Entries are at most 1 now, so sums in any order are off by at most this.
    radius = np.sqrt(t_squared * variance / size) + 2 * n * UNIT_ROUNDOFF
    low, high = np.ldexp([centre - radius, centre + radius], exponent)
    return Interval(low, high)


def _check_kurtosis(kurtosis: Any) -> float:
    array = floats("kurtosis", kurtosis)
    if array.ndim:
        raise TypeError(f"kurtosis must be a single number, got shape {array.shape}")
    hint = ": E Z⁴ ≥ (E Z²)² for all laws"
    refuse("kurtosis", array, array < 1, "be at least 1", hint)
    hint = ": no sample is large enough for more"
    refuse("kurtosis", array, array > _LARGEST_KURTOSIS, "be at most 1e12", hint)
    return float(array)


def _variance_shrinkage(n: int, share: float, kurtosis: float) -> float:
    """s such that σ² ≤ V/(1 − s) except with probability `share`."""
    n_pairs = -(kurtosis + 3) * math.log(share)
    # Far enough above n_pairs that 1 − s is not rounded to 0.
    needed = 2 * (math.floor(n_pairs * (1 + ROUNDING)) + 1)
    if n < needed:
        raise ValueError(
            f"samples must be at least {needed} for error_probability "
            f"{3 * share:.6g} at kurtosis {kurtosis:g}, got {n}"
        )
    return math.sqrt(n_pairs / (n // 2))


def _best_blocks(n: int, share: float, kurtosis: float) -> tuple[int, float]:
    """The number of blocks with the smallest t²/m, and its t²."""
    # About 3 log(1/share) blocks are best with Cantelli's inequality, and fewer with
    # the fourth moment.
    most = min(n, 8 * math.ceil(-math.log(share)))
    k = np.arange(1, most + 1, 2)
    size = n // k
    majority = (k + 1) / 2
    p = special_functions().betaincinv(majority, majority, share)
    t_squared = np.minimum(1 / p - 1, np.sqrt((3 + (kurtosis - 3) / size) / p))
    best = int(np.argmin(t_squared / size))
    return int(k[best]), float(t_squared[best])
