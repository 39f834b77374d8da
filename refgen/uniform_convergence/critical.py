"""The sharp phase diagram: where uniform convergence is bad for every proof."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_open_unit
from refgen.arrays import namespace, special_functions
from refgen.special import normal_density
from refgen.uniform_convergence._checks import as_epsilon
from refgen.uniform_convergence._ratios import as_ratio, as_ratios

# Newton's method on a convex function, from above: its digits are exhausted after
# eight steps for every ratio.
_STEPS = 10


class LimitBracket(NamedTuple):
    """Between what the gap of uniform convergence stays, as m and D grow.

    Attributes
    ----------
    low, high : arrays of shape (...)
        Below the limit inferior, and above the limit superior.

    Examples
    --------
    >>> LimitBracket(low=0.5, high=0.75).high
    0.75
    """

    low: Any
    high: Any


@finite
def critical_signal(sample_ratio: Any) -> Any:
    """α*(β): below it, uniform convergence is as bad as generalization is good.

    Parameters
    ----------
    sample_ratio : array of shape (...)
        β = m/D > 0.

    Returns
    -------
    array of shape (...)
        √β κ* with E(g + κ*)₊² = 1/β for a standard normal g: κ* is the largest margin
        that m = βD normal points in D dimensions have. It is 0 for β ≥ 2, where no
        direction has a positive margin.

    Raises
    ------
    ValueError
        If a ratio is not positive.

    Notes
    -----
    Source: derived here, claim UC-41; the limit of the largest margin is Gardner's.

    Examples
    --------
    >>> round(float(critical_signal(0.5)), 4)
    0.7314
    """
    beta = as_ratio("sample_ratio", sample_ratio)
    xp = namespace(beta)
    capped = xp.minimum(beta, 2.0)
    # Less E g₊² = ½, so that small margins keep their digits.
    goal = (2 - capped) / (2 * capped)
    root = xp.sqrt(capped)
    margin = 1 / root
    for _ in range(_STEPS):
        margin = margin - (_gain(margin) - goal) / _slope(margin)
        margin = xp.maximum(margin, 0.0)
    return xp.where(beta < 2, root * margin, 0.0)


def square_excess(margin: Any) -> Any:
    """E(g + κ)₊² = (1 + κ²)Φ(κ) + κφ(κ), for margins κ ≥ 0.

    Examples
    --------
    >>> float(square_excess(0.0))
    0.5
    """
    return 0.5 + _gain(margin)


def _gain(margin: Any) -> Any:
    """E(g + κ)₊² − ½ without cancellation."""
    special = special_functions(margin)
    half = special.erf(margin / 2**0.5) / 2
    square = margin * margin * special.ndtr(margin)
    return square + half + margin * normal_density(margin)


def _slope(margin: Any) -> Any:
    ndtr = special_functions(margin).ndtr
    return 2 * (margin * ndtr(margin) + normal_density(margin))


@finite
def limit_bracket(signal_ratio: Any, sample_ratio: Any) -> LimitBracket:
    """Bounds on the best possible bound by uniform convergence, as m and D grow.

    Parameters
    ----------
    signal_ratio, sample_ratio : arrays of shape (...)
        α > 0 and β > 0, as in `limit_errors`.

    Returns
    -------
    LimitBracket of arrays of shape (...)
        For every failure probability. Both are Φ(α/√β) up to the critical signal;
        beyond, `low` is min(1, 1/(β E(g + α/√β)₊²)) Φ(α/√β).

    Raises
    ------
    ValueError
        If a ratio is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims UC-41 and UC-57.

    Examples
    --------
    >>> [round(float(end), 4) for end in limit_bracket(0.7, 0.5)]  # below α* = 0.7314
    [0.8389, 0.8389]
    >>> [round(float(end), 4) for end in limit_bracket(3.0, 0.01)]
    [0.111, 0.1344]
    """
    alpha, beta = as_ratios(signal_ratio, sample_ratio)
    xp, ndtr = namespace(alpha), special_functions(alpha).ndtr
    root = xp.sqrt(beta)
    x = alpha / root
    share = xp.minimum(1.0, 1 / (beta * square_excess(x)))
    error, rest = ndtr(-x), ndtr(x)
    wrong = xp.minimum(1.0, (1 + root) / alpha) ** 2
    high = xp.where(share < 1, xp.maximum(error, wrong - error), rest)
    return LimitBracket(share * rest, high)


@finite
def least_dimensions(epsilon: Any) -> Any:
    """The least D/m at which some noise level has test error ε and a gap of 1 − ε.

    Parameters
    ----------
    epsilon : array of shape (...)
        ε in (0, ½).

    Returns
    -------
    array of shape (...)
        (1 + z²)Φ(z) + zφ(z) with z = z_{1−ε}, in the limit of large m and D. The noise
        level that does it has α = z √(m/D).

    Raises
    ------
    ValueError
        If ε is not between 0 and ½.

    Notes
    -----
    The published constants need 64z², and the best noise level with negated noise
    `negation_dimensions`. Source: derived here, claim UC-41.

    Examples
    --------
    >>> [round(float(d), 3) for d in least_dimensions([0.1, 0.01])]
    [2.603, 6.41]
    """
    return square_excess(_quantile(as_epsilon(epsilon)))


@finite
def negation_dimensions(epsilon: Any) -> Any:
    """The least D/m at which `best_negation_gap` is 1 − ε: 4z² with z = z_{1−ε/2}.

    Parameters
    ----------
    epsilon : array of shape (...)
        ε in (0, 1).

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If ε is not between 0 and 1.

    Notes
    -----
    Source: derived here, claim UC-13.

    Examples
    --------
    >>> round(float(negation_dimensions(0.01)), 1)
    26.5
    """
    z = _quantile(as_open_unit("epsilon", epsilon) / 2)
    return 4 * z * z


def _quantile(error: Any) -> Any:
    """z with Φ(−z) = error."""
    return -special_functions(error).ndtri(error)
