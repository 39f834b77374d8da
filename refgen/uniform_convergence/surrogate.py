"""A surrogate for the classifier of a sample: its noise drawn anew."""

from __future__ import annotations

from math import log
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, refuse, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence._chi_square import log_chi_square_mean
from refgen.uniform_convergence._test_error import log_error, log_mean_error
from refgen.uniform_convergence.linear_example import LinearExample

# With more dimensions errors of points differ by too few digits.
_MOST_DIMENSIONS = 1e10

# In place of 0, of which there is no logarithm.
_TINY = 1e-300


@finite
def surrogate_error(example: LinearExample, noise_lengths: Any) -> Any:
    """How often a classifier with fresh noise in its weights gets points wrong.

    Parameters
    ----------
    example : LinearExample of shape (...)
    noise_lengths : array of shape (...)
        ‖ξ‖ > 0, the length of the noise in each point.

    Returns
    -------
    array of shape (...)
        Φ(−a/(√(vm) ‖ξ‖)) in [0, ½]. The surrogate keeps the signal part of the
        classifier of the sample, which is the same for all samples, and forgets the
        noise that the sample had.

    Raises
    ------
    ValueError
        If a length is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: Negrea et al. 2020 (arXiv 1912.04265), on this example: derived here, claim
    UC-22.

    Examples
    --------
    >>> example = LinearExample.published(25, 2500)
    >>> float(surrogate_error(example, 32**0.5).round(6))
    0.10565
    """
    check_instance("example", example, LinearExample)
    lengths, signal, variance, m = together(
        noise_lengths=check_scale(
            "noise_lengths", as_positive("noise_lengths", noise_lengths)
        ),
        signal=example.signal,
        variance=example.variance,
        n_samples=example.n_samples,
    )
    spread = namespace(lengths).sqrt(variance * m) * lengths
    return special_functions(lengths).ndtr(-signal / spread)


@finite
def surrogate_radius(n_samples: Any, delta: Any) -> Any:
    """How far the surrogate's error on a sample and on new points may be apart.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 1.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        √(log(2/δ)/(8m)): with probability 1 − δ they are nearer, in either direction.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Hoeffding's inequality for m errors in [0, ½]: the surrogate is one hypothesis.
    Source: derived here, claim UC-22.

    Examples
    --------
    >>> round(float(surrogate_radius(25, 0.05)), 4)
    0.1358
    """
    m, delta = together(
        n_samples=as_counts("n_samples", n_samples), delta=as_delta(delta)
    )
    xp = namespace(m)
    return xp.sqrt((log(2.0) - xp.log(delta)) / (8 * m))


@finite
def surrogate_spread(example: LinearExample) -> Any:
    """The standard deviation of the surrogate's error on a sample.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    array of shape (...)
        About xφ(x)/√(2mD) with x = α/√β, if there are many dimensions.

    Raises
    ------
    ValueError
        If there are more than 10¹⁰ dimensions, as digits would be lost.

    Notes
    -----
    Source: derived here, claim UC-59.

    Examples
    --------
    >>> round(float(surrogate_spread(LinearExample.published(25, 2500))), 6)
    0.000646
    """
    check_instance("example", example, LinearExample)
    xp, m, D = namespace(example.signal), example.n_samples, example.dimension
    hint = "; with more it is x φ(x)/√(2 m D), x = α/√β, to ten digits"
    refuse(
        "dimension", D, D > _MOST_DIMENSIONS, f"be at most {_MOST_DIMENSIONS:g}", hint
    )
    reach = example.signal_ratio * xp.sqrt(D / m)
    log_variance = log_chi_square_mean(_log_square, D, reach, log_mean_error(reach, D))
    return xp.exp(log_variance / 2) / xp.sqrt(m)


def _log_square(x: Any, reach: Any, log_mean: Any) -> Any:
    """log (Φ(−reach/√x) − mean)²."""
    xp = namespace(x)
    logs = log_error(x, reach)
    share = -xp.expm1(-abs(logs - log_mean))
    return 2 * (xp.maximum(logs, log_mean) + xp.log(xp.maximum(share, _TINY)))
