"""Bounds on a risk that are not vacuous: by held-out points, by codes, by priors."""

from __future__ import annotations

from math import log, pi
from typing import Any

from refgen._finite import finite, watched
from refgen._numbers import as_counts, as_not_negative, as_unit, refuse, together
from refgen._urns import LARGE, stirling_rest
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._checks import as_delta
from refgen.uniform_convergence.kl import bernoulli_kl, kl_inverse

# From here on the next term of the series of ξ(m) is below rounding.
_MANY = 1e6

# Quantiles of beta laws lose digits beyond.
_MOST_POINTS = 1e9


@finite
def pac_bayes_constant(n_samples: Any) -> Any:
    """ξ(m) = E e^(m kl(L̂‖L)) of the share L̂ of heads in m tosses, whatever the coin.

    Parameters
    ----------
    n_samples : array of shape (...)
        m ≥ 1.

    Returns
    -------
    array of shape (...)
        Between √(πm/2) + 2/3 and 2√m.

    Raises
    ------
    ValueError
        If `n_samples` is no whole number from 1 on.

    Notes
    -----
    Σ C(m, k)(k/m)^k(1 − k/m)^(m − k), which is 1 + m! (e/m)^m P(Poisson(m) < m).
    Source: derived here; sharpens the 2√m of Maurer 2004 (arXiv cs/0411099); claim
    UC-69.

    Examples
    --------
    >>> [round(float(pac_bayes_constant(m)), 6) for m in (1, 2, 1000)]
    [2.0, 2.5, 40.303213]
    """
    return _constant(as_counts("n_samples", n_samples))


def _constant(m: Any) -> Any:
    xp, special = namespace(m), special_functions(m)
    few, some = xp.minimum(m, LARGE), xp.clip(m, LARGE, _MANY)
    # log of m! (e/m)^m.
    exact = special.gammaln(few + 1) + few - few * xp.log(few)
    logs = xp.log(2 * pi * some) / 2 + stirling_rest(some)
    tosses = xp.minimum(m, _MANY)
    share = special.gammaincc(tosses, tosses)
    summed = xp.exp(xp.where(m < LARGE, exact, logs)) * share
    root = xp.sqrt(pi / 2 * m)
    series = root - 1 / 3 + pi / (24 * root) - 4 / (135 * m)
    return 1 + xp.where(m > _MANY, series, summed)


@finite
def pac_bayes_kl(
    empirical_risk: Any, divergence: Any, n_samples: Any, delta: Any
) -> Any:
    """A bound on the risk of a randomized classifier, from its divergence from a prior.

    Parameters
    ----------
    empirical_risk : array of shape (...)
        In [0, 1]: the mean loss on the sample of classifiers drawn from the posterior.
    divergence : array of shape (...)
        KL(posterior‖prior) ≥ 0 in nats. The sample must not have chosen the prior.
    n_samples : array of shape (...)
        m ≥ 1, the number of independent points that the empirical risk is about.
    delta : array of shape (...)
        δ in (0, 1): with probability 1 − δ the bound holds for every posterior.

    Returns
    -------
    array of shape (...)
        The largest r with kl(empirical_risk‖r) ≤ (divergence + log(ξ(m)/δ))/m, in
        [empirical_risk, 1]; 1 is vacuous. ξ is `pac_bayes_constant`.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here; sharpens Maurer 2004 (arXiv cs/0411099); claim UC-69b.

    Examples
    --------
    >>> round(float(pac_bayes_kl(0.02, 10.0, 1000, 0.05)), 6)
    0.056887
    """
    risk, divergence, m, delta = together(
        empirical_risk=as_unit("empirical_risk", empirical_risk),
        divergence=as_not_negative("divergence", divergence),
        n_samples=as_counts("n_samples", n_samples),
        delta=as_delta(delta),
    )
    return kl_inverse(risk, (divergence + _spent(m, delta)) / m)


@watched
def affordable_divergence(
    empirical_risk: Any, risk: Any, n_samples: Any, delta: Any
) -> Any:
    """The divergence from the prior at which `pac_bayes_kl` is a given risk.

    Parameters
    ----------
    empirical_risk : array of shape (...)
        In [0, 1].
    risk : array of shape (...)
        From `empirical_risk` to 1: what is to be certified.
    n_samples : array of shape (...)
        m ≥ 1.
    delta : array of shape (...)
        δ in (0, 1).

    Returns
    -------
    array of shape (...)
        m kl(empirical_risk‖risk) − log(ξ(m)/δ). Negative where even the prior itself
        would not be certified: no divergence affords this risk.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-69b.

    Examples
    --------
    >>> round(float(affordable_divergence(0.02, 0.05, 1000, 0.05)), 6)
    5.450797
    """
    empirical, risk, m, delta = together(
        empirical_risk=as_unit("empirical_risk", empirical_risk),
        risk=as_unit("risk", risk),
        n_samples=as_counts("n_samples", n_samples),
        delta=as_delta(delta),
    )
    refuse("risk", risk, risk < empirical, "not be below empirical_risk")
    return m * bernoulli_kl(empirical, risk) - _spent(m, delta)


def _spent(m: Any, delta: Any) -> Any:
    """log(ξ(m)/δ)."""
    xp = namespace(m)
    return xp.log(_constant(m)) - xp.log(delta)


@finite
def occam_bound(
    empirical_risk: Any, description_length: Any, n_samples: Any, delta: Any
) -> Any:
    """A bound on the risk of a classifier, from the length of its description.

    Parameters
    ----------
    empirical_risk : array of shape (...)
        In [0, 1]: the classifier's mean loss on the sample.
    description_length : array of shape (...)
        Bits ≥ 0 of the classifier in a prefix code that was fixed before the sample was
        seen; 0 is a classifier that was.
    n_samples : array of shape (...)
        m ≥ 1.
    delta : array of shape (...)
        δ in (0, 1): with probability 1 − δ the bound holds for all classifiers that
        have a code.

    Returns
    -------
    array of shape (...)
        The largest r with kl(empirical_risk‖r) ≤ (bits · log 2 + log(1/δ))/m.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here (Chernoff's bound and a union), claim UC-70.

    Examples
    --------
    >>> round(float(occam_bound(0.02, 16, 1000, 0.05)), 6)
    0.053013
    """
    risk, bits, m, delta = together(
        empirical_risk=as_unit("empirical_risk", empirical_risk),
        description_length=as_not_negative("description_length", description_length),
        n_samples=as_counts("n_samples", n_samples),
        delta=as_delta(delta),
    )
    spent = bits * log(2.0) - namespace(m).log(delta)
    return kl_inverse(risk, spent / m)


@finite
def held_out_bound(n_errors: Any, n_samples: Any, delta: Any) -> Any:
    """The exact bound on the error of a classifier, from points that it never saw.

    Parameters
    ----------
    n_errors : array of shape (...)
        From 0 to `n_samples`: how many of the points it gets wrong.
    n_samples : array of shape (...)
        From 1 to 10⁹ independent points, which had no part in choosing the classifier.
    delta : array of shape (...)
        δ in (0, 1): the bound holds with probability 1 − δ.

    Returns
    -------
    array of shape (...)
        The largest error with which so few errors have the probability δ, to 10⁻¹⁵.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    The upper end of a one-sided interval. Source: Clopper & Pearson 1934, claim UC-70.

    Examples
    --------
    >>> held_out_bound([0, 20], [100, 1000], 0.05).round(6).tolist()
    [0.029513, 0.02893]
    """
    errors, n, delta = together(
        n_errors=as_counts("n_errors", n_errors, 0),
        n_samples=as_counts("n_samples", n_samples),
        delta=as_delta(delta),
    )
    refuse("n_errors", errors, errors > n, "be at most n_samples")
    refuse("n_samples", n, n > _MOST_POINTS, "be at most 10**9")
    xp, special = namespace(n), special_functions(n)
    bound = 1 - special.betaincinv(xp.maximum(n - errors, 1), errors + 1, delta)
    none = -xp.expm1(xp.log(delta) / n)
    return xp.where(errors == 0, none, xp.where(errors == n, 1.0, bound))
