"""Errors of the linear example when samples and dimensions grow together."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from refgen._finite import finite
from refgen.arrays import namespace, special_functions
from refgen.special import normal_density
from refgen.uniform_convergence._ratios import as_ratio, as_ratios


class LimitErrors(NamedTuple):
    """What tends to a limit for each of three errors.

    Attributes
    ----------
    test : array of shape (...)
        Of the error on new points.
    train : array of shape (...)
        Of the error on the sample.
    transformed : array of shape (...)
        Of the error on the transformed sample, whose noise is negated.

    Examples
    --------
    >>> LimitErrors(test=0.1, train=0.0, transformed=1.0).transformed
    1.0
    """

    test: Any
    train: Any
    transformed: Any


@finite
def limit_errors(signal_ratio: Any, sample_ratio: Any) -> LimitErrors:
    """The errors as m, D → ∞ with m/D = β, for a signal of α times the noise.

    Φ(−α/√β) on new points, Φ(−(1+α)/√β) on the sample, Φ((1−α)/√β) on the transformed
    sample: a training point meets its own noise, +V in its margin and −V in that of its
    transform.

    Parameters
    ----------
    signal_ratio : array of shape (...)
        α = a/V > 0.
    sample_ratio : array of shape (...)
        β = m/D > 0.

    Returns
    -------
    LimitErrors of arrays of shape (...)
        Probabilities; tiny ones keep their digits until they underflow.

    Raises
    ------
    ValueError
        If a ratio is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-12.

    Examples
    --------
    >>> errors = limit_errors(0.125, 0.01)
    >>> round(errors.test.item(), 5), errors.train < 1e-28, errors.transformed.item()
    (0.10565, np.True_, 1.0)
    """
    alpha, beta = as_ratios(signal_ratio, sample_ratio)
    ndtr, root = special_functions(alpha).ndtr, namespace(alpha).sqrt(beta)
    return LimitErrors(
        ndtr(-alpha / root), ndtr(-(1 + alpha) / root), ndtr((1 - alpha) / root)
    )


@finite
def limit_corrections(signal_ratio: Any, sample_ratio: Any) -> LimitErrors:
    """What D times an error's distance from its limit tends to, for m = βD.

    Parameters
    ----------
    signal_ratio, sample_ratio : arrays of shape (...)
        α > 0 and β > 0, as in `limit_errors`.

    Returns
    -------
    LimitErrors of arrays of shape (...)
        Coefficients C: an error is its limit + C/D + O(D⁻²).

    Raises
    ------
    ValueError
        If a ratio is not positive, shapes do not broadcast, or powers overflow.

    Notes
    -----
    Source: derived here, claim UC-56.

    Examples
    --------
    >>> [round(float(c), 4) for c in limit_corrections(0.5, 1.0)]  # (x³−3x)φ(x)/4 first
    [-0.121, -0.1012, -0.231]
    """
    alpha, beta = as_ratios(signal_ratio, sample_ratio)
    xp = namespace(alpha)
    own, signal = 1 / xp.sqrt(beta), alpha / xp.sqrt(beta)
    new = normal_density(signal) * signal * (signal * signal - 3) / 4
    train = _correction(own, signal)
    return LimitErrors(new, train, -_correction(own, -signal))


def _correction(own: Any, signal: Any) -> Any:
    """For Φ(−(r + t)) with r = 1/√β: the curvature in Q/D, and m − 1 in place of m."""
    total, apart = own + signal, own - signal
    bend = total * (apart * apart) + own - 3 * signal
    return normal_density(total) * (bend - 2 * total * (own * own)) / 4


@finite
def negation_gap(signal_ratio: Any, sample_ratio: Any) -> Any:
    """Limit of the error on the transformed sample less that on new points.

    Parameters
    ----------
    signal_ratio, sample_ratio : arrays of shape (...)
        α > 0 and β > 0, as in `limit_errors`.

    Returns
    -------
    array of shape (...)
        Φ((1−α)/√β) − Φ(−α/√β): what negation shows of the gap between test error and
        sample error over pairs. More is true: see `limit_bracket`.

    Raises
    ------
    ValueError
        If a ratio is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-13.

    Examples
    --------
    >>> round(float(negation_gap(0.5, 0.25)), 6)  # 2Φ(1) − 1
    0.682689
    """
    alpha, beta = as_ratios(signal_ratio, sample_ratio)
    xp, special = namespace(alpha), special_functions(alpha)
    high, low = (1 - alpha) / xp.sqrt(beta), -alpha / xp.sqrt(beta)
    # Around 0 both Φ are about ½, and their distances from it keep their digits.
    half = math.sqrt(0.5)
    across = (special.erf(half * high) - special.erf(half * low)) / 2
    return xp.where(high > 0, across, special.ndtr(high) - special.ndtr(low))


@finite
def best_negation_gap(sample_ratio: Any) -> Any:
    """The largest `negation_gap` over all noise levels, reached for V = 2a.

    Parameters
    ----------
    sample_ratio : array of shape (...)
        β > 0.

    Returns
    -------
    array of shape (...)
        2Φ(1/(2√β)) − 1 = erf √(D/(8m)).

    Raises
    ------
    ValueError
        If a ratio is not positive.

    Notes
    -----
    Source: derived here, claim UC-13.

    Examples
    --------
    >>> round(float(best_negation_gap(0.05)), 5)  # (m, D) = (50, 1000)
    0.97465
    """
    beta = as_ratio("sample_ratio", sample_ratio)
    xp = namespace(beta)
    return special_functions(beta).erf(1 / (math.sqrt(8) * xp.sqrt(beta)))
