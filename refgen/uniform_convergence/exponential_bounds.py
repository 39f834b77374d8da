"""How rarely the exponential network fails to generalize, or the example to show it."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._objects import check_instance
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence.exponential_example import (
    ExponentialExample,
    log_cosh,
    log_sinh,
    log_sphere_means,
    moments_of,
)
from refgen.uniform_convergence.kl import bernoulli_kl
from refgen.uniform_convergence.sphere_caps import cap_bound, cap_probability

# Tails of the law of so many tosses have ten digits, and of many more none.
_MOST_SAMPLES = 1e12


class ExponentialBounds(NamedTuple):
    """Upper bounds in [0, 1], arrays of shape (...).

    Attributes
    ----------
    failure : array
        On the probability that not all of a sample is right, or not all of the
        transformed sample is wrong.
    test_error : array
        On the expected test error.
    """

    failure: Any
    test_error: Any


@finite
def exponential_moment_bounds(example: ExponentialExample) -> ExponentialBounds:
    """Bounds from moments of the margins: they need D of the order of ln m only.

    failure ≤ m (m − 1) cosh(2μ²) M(r²) e^(−r²), and Cantelli's inequality for the
    margin of a fresh point, test error ≤ var/(var + mean²).

    Parameters
    ----------
    example : ExponentialExample

    Returns
    -------
    ExponentialBounds
        failure, test_error: arrays of shape (...), at most 1.

    Raises
    ------
    ValueError
        If D is above 1e12.

    Notes
    -----
    M(k) = E e^(kt) is `log_sphere_mean`. Source: derived here, claim UC-43.

    Examples
    --------
    >>> bounds = exponential_moment_bounds(ExponentialExample(500, 2000, 0.5, 18.0))
    >>> [round(float(bound), 4) for bound in bounds]
    [0.0064, 0.0112]
    """
    check_instance("example", example, ExponentialExample)
    xp, m = namespace(example.signal), example.n_samples
    once, twice = log_sphere_means(example)
    rare = log_cosh(xp, 2 * example.signal) + once - example.noise
    rare = xp.log(m) + xp.log(m - 1) + rare
    log_mean, log_variance = moments_of(example, once, twice)
    spread = xp.exp(xp.minimum(log_variance - 2 * log_mean, 700.0))
    return ExponentialBounds(xp.exp(xp.minimum(rare, 0.0)), spread / (1 + spread))


@finite
def exponential_logarithmic_bounds(
    n_samples: Any, signal: Any, noise_rate: Any = 3.0, dimension_rate: Any = 18.0
) -> ExponentialBounds:
    """Powers of m that bound `exponential_moment_bounds` for r² = k ln m, D ≥ d ln m.

    failure ≤ cosh(2μ²) m^(2 + k²/2d − k), and
    test error ≤ cosh(2μ²)/sinh²(μ²) · m^(k²/d − 1).

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 2.
    signal : array of shape (...)
        μ² > 0.
    noise_rate, dimension_rate : array of shape (...)
        k and d, positive. With the defaults the powers are −3/4 and −1/2.

    Returns
    -------
    ExponentialBounds
        failure, test_error: arrays of shape (...), at most 1.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-43.

    Examples
    --------
    >>> bounds = exponential_logarithmic_bounds(1e6, 1.0)
    >>> [round(float(bound), 6) for bound in bounds]
    [0.000119, 0.002724]
    """
    m, signal, k, d = together(
        n_samples=as_counts("n_samples", n_samples, 2),
        signal=as_positive("signal", signal),
        noise_rate=as_positive("noise_rate", noise_rate),
        dimension_rate=as_positive("dimension_rate", dimension_rate),
    )
    xp = namespace(m)
    log_m, even = xp.log(m), log_cosh(xp, 2 * signal)
    rare = even + (2 + k * k / (2 * d) - k) * log_m
    wrong = even - 2 * log_sinh(xp, signal) + (k * k / d - 1) * log_m
    return ExponentialBounds(*(xp.exp(xp.minimum(b, 0.0)) for b in (rare, wrong)))


@finite
def exponential_cap_bounds(
    example: ExponentialExample, slack: Any
) -> ExponentialBounds:
    """Bounds from the largest inner product of noise; they fall exponentially with m.

    Where r² ≥ ln(m − 1) + 2μ² + η: failure ≤ ½ m (m − 1) c, and test error
    ≤ e^(−m kl(½ + ½ tanh(μ² − η) ‖ ½)) + m c, with c = (1 − η²/r⁴)^((D−1)/2).

    Parameters
    ----------
    example : ExponentialExample
    slack : array of shape (...)
        η, strictly between 0 and μ²: how far inner products of noise may be from 0.

    Returns
    -------
    ExponentialBounds
        failure, test_error: arrays of shape (...), at most 1. failure is 1 where r² is
        too small: then nothing is said of the sample.

    Raises
    ------
    ValueError
        If `slack` is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-27.

    Examples
    --------
    >>> example = ExponentialExample(200, 7398, 1.0, 7.8)
    >>> [f"{float(bound):.2e}" for bound in exponential_cap_bounds(example, 0.5)]
    ['4.84e-03', '4.87e-05']
    """
    check_instance("example", example, ExponentialExample)
    m, d, signal, noise, slack = together(
        **vars(example), slack=as_slack(slack, example.signal)
    )
    xp = namespace(m)
    cap = cap_bound(slack / noise, d)
    enough = noise >= xp.log(m - 1) + 2 * signal + slack
    failure = xp.where(enough, xp.minimum(m * ((m - 1) * cap) / 2, 1.0), 1.0)
    majority = (1 + xp.tanh(signal - slack)) / 2
    typical = xp.exp(-m * bernoulli_kl(majority, 0.5))
    return ExponentialBounds(failure, xp.minimum(typical + m * cap, 1.0))


class ErrorBracket(NamedTuple):
    """low ≤ E L ≤ high, arrays of shape (...)."""

    low: Any
    high: Any


@finite
def exponential_error_bracket(example: ExponentialExample, slack: Any) -> ErrorBracket:
    """Bounds on the expected test error from both sides, which meet as D → ∞.

    A point is wrong if too many training labels differ from its own: with the law
    N ~ Bin(m, ½), the logistic function σ and the cap probability c = P(|t| > η/r²),
    P(N ≥ m σ(2μ² + 2η)) − m c ≤ E L ≤ P(N ≥ m σ(2μ² − 2η)) + m c.

    Parameters
    ----------
    example : ExponentialExample
        Of at most 1e12 samples.
    slack : array of shape (...)
        η, strictly between 0 and μ².

    Returns
    -------
    ErrorBracket
        low, high: arrays of shape (...), in [0, 1].

    Raises
    ------
    ValueError
        If there are too many samples, `slack` is out of range, or shapes do not
        broadcast.

    Notes
    -----
    Source: derived here, claim UC-63.

    Examples
    --------
    >>> bracket = exponential_error_bracket(ExponentialExample(9, 1e9, 0.2, 1.0), 0.01)
    >>> [round(float(end), 6) for end in bracket]
    [0.253906, 0.253906]
    """
    check_instance("example", example, ExponentialExample)
    m, d, signal, noise, slack = together(
        **vars(example), slack=as_slack(slack, example.signal)
    )
    refuse("n_samples", m, m > _MOST_SAMPLES, f"be at most {_MOST_SAMPLES:g}")
    xp = namespace(m)
    beyond = m * cap_probability(slack / noise, d)
    low = _too_many(xp, m, signal + slack) - beyond
    high = _too_many(xp, m, signal - slack) + beyond
    return ErrorBracket(xp.maximum(low, 0.0), xp.minimum(high, 1.0))


def _too_many(xp: Any, m: Any, weight: Any) -> Any:
    """P(Bin(m, ½) ≥ m σ(2w)): P(Beta(k, m − k + 1) ≤ ½) for the least such k."""
    betainc = special_functions(m).betainc
    least = xp.ceil(m / (1 + xp.exp(-2 * weight)))
    return betainc(least, m - least + 1, 0.5 + 0 * m)


def as_slack(slack: Any, signal: Any) -> Any:
    """`slack` as numbers strictly between 0 and the signal."""
    slack = as_positive("slack", slack)
    given, below = together(slack=slack, example=signal)
    refuse("slack", given, given >= below, "be below the signal of the example")
    return slack
