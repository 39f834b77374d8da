"""PAC-Bayes certificates of the linear example, for Gaussian posteriors."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any, Literal

from refgen._checks import check_choice
from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen._scales import check_scale
from refgen.arrays import namespace, on_the_host, special_functions
from refgen.uniform_convergence._least import least
from refgen.uniform_convergence.kl import bernoulli_kl, kl_inverse

Prior = Literal["origin", "oracle"]


@on_the_host("plain numbers")
def pac_bayes_threshold(prior: Prior = "origin") -> float:
    """The signal ratio from which on a prior certifies an error below ½.

    Parameters
    ----------
    prior : {"origin", "oracle"}
        As in `pac_bayes_certificate`.

    Returns
    -------
    float
        π/2 − 1 for "origin", √(π/2) − 1 for "oracle", which no prior can beat that was
        chosen without the sample.

    Raises
    ------
    ValueError
        If `prior` is no such word.

    Notes
    -----
    Source: derived here, claims UC-19 and UC-42b.

    Examples
    --------
    >>> round(pac_bayes_threshold("origin"), 5), round(pac_bayes_threshold("oracle"), 5)
    (0.5708, 0.25331)
    """
    check_choice("prior", prior, ("origin", "oracle"))
    return pi / 2 - 1 if prior == "origin" else sqrt(pi / 2) - 1


@finite
def pac_bayes_certificate(
    signal_ratio: Any, width: Any, prior: Prior = "origin"
) -> Any:
    """What a PAC-Bayes bound says in the limit of many samples and far more dimensions.

    The posterior is N(w, s²I) around the classifier w of the sample.

    Parameters
    ----------
    signal_ratio : array of shape (...)
        α > 0.
    width : array of shape (...)
        c = s√V/(a + V) > 0: Φ(−1/c) is the posterior's error on the sample.
    prior : {"origin", "oracle"}
        N(0, s²I), for which KL/m = 1/(2(1 + α)c²); or the best one that does not know
        the sample: it is centred at the signal, and as wide as weights are over
        samples, for which KL/m = 1/(2(1 + α)²c²).

    Returns
    -------
    array of shape (...)
        The largest r with kl(Φ(−1/c)‖r) ≤ KL/m: a bound on the error of randomized
        classifiers. From ½ on it says nothing.

    Raises
    ------
    ValueError
        If a number is not positive, shapes do not broadcast, or `prior` is no such
        word.

    Notes
    -----
    Source: derived here, claims UC-19 and UC-42b.

    Examples
    --------
    >>> float(pac_bayes_certificate(2.0, 1.0).round(6))
    0.427519
    """
    cost, c = together(
        cost=_cost(signal_ratio, prior),
        width=check_scale("width", as_positive("width", width)),
    )
    return _certificate(1 / c, cost)


@finite
def least_pac_bayes_certificate(signal_ratio: Any, prior: Prior = "origin") -> Any:
    """The best `pac_bayes_certificate` of all widths.

    Parameters
    ----------
    signal_ratio : array of shape (...)
        α > 0.
    prior : {"origin", "oracle"}
        As in `pac_bayes_certificate`.

    Returns
    -------
    array of shape (...)
        In (0, ½]; ½ up to `pac_bayes_threshold`. With "oracle" no prior that was chosen
        without the sample certifies less.

    Raises
    ------
    ValueError
        If a number is not positive, or `prior` is no such word.

    Notes
    -----
    Source: derived here, claims UC-19 and UC-42b.

    Examples
    --------
    >>> least_pac_bayes_certificate([0.125, 1.0, 2.0]).round(4).tolist()
    [0.5, 0.4819, 0.4275]
    >>> least_pac_bayes_certificate([0.125, 1.0, 2.0], "oracle").round(4).tolist()
    [0.5, 0.3823, 0.2555]
    """
    cost = _cost(signal_ratio, prior)
    found = least(_certificate, cost)
    return namespace(cost).where(
        cost < 1 / pi, namespace(cost).minimum(found, 0.5), 0.5
    )


@finite
def data_free_floor(signal_ratio: Any) -> Any:
    """What no PAC-Bayes bound is below, whatever its prior, by the transformed sample.

    Parameters
    ----------
    signal_ratio : array of shape (...)
        α > 0.

    Returns
    -------
    array of shape (...)
        In [0, ½], for posteriors N(w, s²I) of any width. It is 0 beyond α = 1, where
        narrow ones get the transformed sample right.
        `least_pac_bayes_certificate` with "oracle" is higher: the floor is not
        attained.

    Raises
    ------
    ValueError
        If a number is not positive.

    Notes
    -----
    Source: derived here, claim UC-20.

    Examples
    --------
    >>> data_free_floor([0.05, 0.125, 0.9]).round(4).tolist()
    [0.4896, 0.4741, 0.3258]
    """
    ratio = _as_ratio(signal_ratio)
    xp = namespace(ratio)
    inside = ratio <= 1
    found = least(_floor, xp.where(inside, ratio, 0.5))
    return xp.where(inside, xp.minimum(found, 0.5), 0.0)


def _as_ratio(signal_ratio: Any) -> Any:
    return check_scale("signal_ratio", as_positive("signal_ratio", signal_ratio))


def _cost(signal_ratio: Any, prior: str) -> Any:
    """c² KL/m."""
    check_choice("prior", prior, ("origin", "oracle"))
    cost = 1 / (1 + _as_ratio(signal_ratio))
    return cost / 2 if prior == "origin" else cost * cost / 2


def _certificate(t: Any, cost: Any) -> Any:
    return kl_inverse(special_functions(t).ndtr(-t), cost * t * t)


def _floor(t: Any, ratio: Any) -> Any:
    """kl⁻¹ of the train error, and of what the transformed sample asks of KL/m."""
    special, step = special_functions(t), t / (1 + ratio)
    wrong = special.ndtr((1 - ratio) * step)
    asked = bernoulli_kl(wrong, special.ndtr(-ratio * step))
    return kl_inverse(special.ndtr(-t), asked)
