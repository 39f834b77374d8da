"""Special functions that several theories need, on arrays of either library."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

import numpy as np

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, as_positive, refuse, together
from refgen._urns import LARGE, LARGEST, log_urn, stirling_rest
from refgen.arrays import (
    NORMALIZATION_TOLERANCE,
    as_floats,
    namespace,
    special_functions,
)

__all__ = [
    "beta_binomial_pmf",
    "binomial_pmf",
    "clipped_normal_moments",
    "folded_normal_mean",
    "gamma_ratio",
    "log_rising_factorial",
    "normal_density",
]

# From here on down log Γ(x) = −log x to rounding.
_TINY = 1e-300

# A pmf from logarithms is off by about n log n roundings: by 10⁻⁵ of itself.
_MOST_TRIALS = 1e9

# Used in place of a deviation of 0: quotients by it are huge, and probabilities
# computed from them are exactly 0 or 1.
_NO_DEVIATION = 1e-150

# So many deviations from the mean, all probabilities are 0 or 1.
_FAR = 1e300


@finite
def log_rising_factorial(x: Any, n: Any) -> Any:
    """log of x (x + 1) … (x + n − 1), that is log Γ(x + n) − log Γ(x).

    Parameters
    ----------
    x : array
        Positive.
    n : array
        Not negative; it need not be a whole number.

    Returns
    -------
    array
        As accurate for large x as for small x. (Two values of log Γ would cancel: at
        x = 10¹⁴ no digit would be left.)

    Raises
    ------
    ValueError
        If `x` is not positive or `n` is negative.

    Notes
    -----
    Source: Stirling's series (DLMF 5.11.1) of both values, subtracted term by term.

    Examples
    --------
    >>> round(float(log_rising_factorial(3.0, 2)), 12)  # log 12
    2.484906649788
    """
    x, n = together(x=as_positive("x", x), n=as_not_negative("n", n))
    return _log_gamma_quotient(x, n)


@finite
def gamma_ratio(x: Any, shift: Any) -> Any:
    """Γ(x) / Γ(x + a), as accurate for large x as for small x.

    Parameters
    ----------
    x : array
        At least 1.
    shift : array
        a ≥ 0, so that the result does not overflow.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If `x` is below 1 or `shift` is negative.

    Notes
    -----
    Source: as `log_rising_factorial`.

    Examples
    --------
    >>> [round(float(x**2 * gamma_ratio(x, 2.0)), 12) for x in (3.0, 1e14)]
    [0.75, 1.0]
    """
    x = as_floats("x", x)
    refuse("x", x, x < 1, "be at least 1")
    x, shift = together(x=x, shift=as_not_negative("shift", shift))
    # Where the logarithm is too large for a float64, the ratio is 0.
    with np.errstate(over="ignore"):
        return namespace(x).exp(-_log_gamma_quotient(x, shift))


def _log_gamma_quotient(x: Any, shift: Any) -> Any:
    """log Γ(x + a) − log Γ(x)."""
    xp = namespace(x)
    small, large = xp.minimum(x, LARGE), xp.maximum(x, LARGE)
    growth = (large - 0.5) * xp.log1p(shift / large) - shift
    growth = growth + shift * xp.log(large + shift)
    growth = growth + (stirling_rest(large + shift) - stirling_rest(large))
    return xp.where(x < LARGE, _log_gamma(small + shift) - _log_gamma(small), growth)


def _log_gamma(x: Any) -> Any:
    """log Γ(x), for denormal x too."""
    xp, gammaln = namespace(x), special_functions(x).gammaln
    # For small x, Γ(x) and 1/x round to the same float64.
    return xp.where(x < _TINY, -xp.log(x), gammaln(xp.maximum(x, _TINY)))


@finite
def binomial_pmf(successes: Any, n_trials: Any, probability: Any) -> Any:
    """P(Bin(n, p) = j); all arguments broadcast.

    Parameters
    ----------
    successes, n_trials : arrays of whole numbers
        j and n, with 0 ≤ j ≤ n ≤ 10⁹.
    probability : array
        p in [0, 1], with a tolerance of 1e-9 for the rounding of sums.

    Returns
    -------
    array
        Computed from logarithms: the relative error is that of n log n roundings.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [round(float(p), 12) for p in binomial_pmf([0, 1, 2], 2, 0.5)]
    [0.25, 0.5, 0.25]
    """
    k, n, p = together(
        successes=as_counts("successes", successes, 0),
        n_trials=_as_trials(n_trials),
        probability=as_floats("probability", probability),
    )
    refuse("successes", k, k > n, "be at most n_trials")
    tolerance = NORMALIZATION_TOLERANCE
    outside = (p < -tolerance) | (p > 1 + tolerance)
    refuse("probability", p, outside, "lie in [0, 1]")
    xp, special = namespace(p), special_functions(p)
    p = xp.clip(p, 0, 1)
    logs = special.xlogy(k, p) + special.xlog1py(n - k, -p)
    return xp.minimum(xp.exp(_log_choices(n, k) + logs), 1.0)


def _log_choices(n: Any, k: Any) -> Any:
    """The logarithm of n over k."""
    gammaln = special_functions(n).gammaln
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


def _as_trials(n_trials: Any) -> Any:
    n = as_counts("n_trials", n_trials, 0)
    wanted = "be at most 10**9: more would leave few digits right"
    refuse("n_trials", n, n > _MOST_TRIALS, wanted)
    return n


@finite
def beta_binomial_pmf(successes: Any, n_trials: Any, a: Any, b: Any) -> Any:
    """P(j successes in n trials) if the probability is drawn from Beta(a, b).

    C(n, j) B(j + a, n − j + b) / B(a, b); all arguments broadcast.

    Parameters
    ----------
    successes, n_trials : arrays of whole numbers
        j and n, with 0 ≤ j ≤ n.
    a, b : arrays
        Positive, up to 1e300.

    Returns
    -------
    array
        As accurate for large numbers as for small ones.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> [round(float(p), 12) for p in beta_binomial_pmf([0, 1, 2], 2, 1.0, 1.0)]
    [0.333333333333, 0.333333333333, 0.333333333333]
    """
    j, n, a, b = together(
        successes=as_counts("successes", successes, 0),
        n_trials=as_counts("n_trials", n_trials, 0),
        a=as_positive("a", a),
        b=as_positive("b", b),
    )
    refuse("successes", j, j > n, "be at most n_trials")
    for name, parameter in (("a", a), ("b", b)):
        refuse(name, parameter, parameter > LARGEST, f"be at most {LARGEST:g}")
    xp = namespace(j)
    return xp.minimum(xp.exp(log_urn(j, n, a, b)), 1.0)


def normal_density(z: Any) -> Any:
    """φ(z) = exp(−z²/2)/√(2π), which is 0 where it is below 1e-300.

    Examples
    --------
    >>> round(float(normal_density(0.0)), 12)
    0.398942280401
    """
    return _density(as_floats("z", z))


def _density(z: Any) -> Any:
    """As `normal_density`, for infinite numbers too."""
    xp = namespace(z)
    # Beyond 40 the density is below 1e-300, and the square might overflow.
    near = xp.minimum(abs(z), 40.0)
    return xp.where(abs(z) > 40, 0.0, xp.exp(-near * near / 2) / sqrt(2 * pi))


@finite
def folded_normal_mean(mean: Any, deviation: Any) -> Any:
    """E|Z| of normal variables: m (2Φ(m/s) − 1) + 2 s φ(m/s).

    Parameters
    ----------
    mean, deviation : arrays that broadcast
        m and s ≥ 0; for s = 0 the result is |m|.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If `deviation` is negative.

    Examples
    --------
    >>> round(float(folded_normal_mean(0.0, 1.0)), 12)  # √(2/π)
    0.797884560803
    """
    m, s = together(
        mean=as_floats("mean", mean), deviation=as_not_negative("deviation", deviation)
    )
    xp, ndtr = namespace(m), special_functions(m).ndtr
    # For |m| ≥ 40 s, E|Z| and |m| round to the same float64.
    near = s > abs(m) / 40
    size = abs(m) / xp.where(near, s, 1.0)
    folded = abs(m) * (1 - 2 * ndtr(-size)) + s * (2 * _density(size))
    return xp.where(near, folded, abs(m))


@finite
def clipped_normal_moments(
    mean: Any, deviation: Any, low: Any, high: Any
) -> tuple[Any, Any, Any]:
    """E c, E c² and P(low < Z < high) of c = min(max(Z, low), high), Z normal.

    Parameters
    ----------
    mean, deviation, low, high : arrays that broadcast
        deviation ≥ 0 and low ≤ high.

    Returns
    -------
    first, second, inside : arrays

    Raises
    ------
    ValueError
        If `deviation` is negative, or `low` above `high`.

    Notes
    -----
    Source: derived here, claim RM-15.

    Examples
    --------
    >>> [round(float(x), 6) for x in clipped_normal_moments(0.0, 1.0, -1.0, 1.0)]
    [0.0, 0.516059, 0.682689]
    """
    m, s, low, high = together(
        mean=as_floats("mean", mean),
        deviation=as_not_negative("deviation", deviation),
        low=as_floats("low", low),
        high=as_floats("high", high),
    )
    refuse("low", low, low > high, "not be above high")
    xp, ndtr = namespace(s), special_functions(s).ndtr
    s = xp.maximum(s, _NO_DEVIATION)
    # No further than this, as 0 times infinity would be NaN.
    with np.errstate(over="ignore"):
        a, b = (xp.clip((x - m) / s, -_FAR, _FAR) for x in (low, high))
    below, above = ndtr(a), ndtr(-b)
    # Of two equal differences take the one between small numbers: it keeps digits.
    inside = xp.where(a > 0, ndtr(-a) - above, ndtr(b) - below)
    at_a, at_b = _density(a), _density(b)
    first = low * below + high * above + m * inside + s * (at_a - at_b)
    second = low * (low * below) + high * (high * above) + m * (m * inside)
    second = second + s * (s * inside) + 2 * m * (s * (at_a - at_b))
    second = second + s * (s * (a * at_a - b * at_b))
    return first, second, inside
