"""Coordinates of uniform points of a sphere: how large they are, and how often."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, refuse, together
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._sphere_means import log_mean_of_exponential

# Means are computed from differences of logarithms, which lose all digits beyond.
_LARGEST = 1e12

# From so many dimensions on a series is exact to rounding; the incomplete beta function
# loses digits of tails, as 1 − h² does.
_MANY = 1e6


@finite
def log_sphere_mean(concentration: Any, dimension: Any) -> Any:
    """log E e^(kt), where t is a coordinate of a uniform point of the unit sphere.

    E e^(kt) = ₀F₁(; D/2; k²/4) = Γ(D/2) (2/k)^(D/2−1) I_(D/2−1)(k), at most e^(k²/2D).

    Parameters
    ----------
    concentration : array of shape (...)
        k, in [0, 1e12].
    dimension : array of shape (...)
        D, the dimension of the space: from 2 to 1e12.

    Returns
    -------
    array of shape (...)
        At least 0; exact to rounding of max(1, log E e^(kt)).

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claims UC-26 and UC-43.

    Examples
    --------
    >>> import math
    >>> value = float(log_sphere_mean(2.0, 3))
    >>> round(value, 12) == round(math.log(math.sinh(2.0) / 2.0), 12)
    True
    """
    k, d = together(
        concentration=as_not_negative("concentration", concentration),
        dimension=as_counts("dimension", dimension, 2),
    )
    for name, array in (("concentration", k), ("dimension", d)):
        refuse(name, array, array > _LARGEST, f"be at most {_LARGEST:g}")
    return log_mean_of_exponential(k, d)


@finite
def cap_probability(height: Any, dimension: Any) -> Any:
    """P(|t| > h) for a coordinate t of a uniform point of the unit sphere.

    Parameters
    ----------
    height : array of shape (...)
        h ≥ 0; from 1 on the probability is 0.
    dimension : array of shape (...)
        D, the dimension of the space: at least 2.

    Returns
    -------
    array of shape (...)
        In [0, 1]. Its relative error is below 1e-10 where it is above 1e-300.

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    t² has the law Beta(1/2, (D − 1)/2), which is nearly a gamma law of −log(1 − t²) in
    many dimensions. Source: derived here, claim UC-27.

    Examples
    --------
    >>> float(cap_probability(0.25, 3))  # Archimedes: t is uniform
    0.75
    """
    h, d = _height_and_dimension(height, dimension)
    xp, betainc = namespace(h), special_functions(h).betainc
    h, few = xp.minimum(h, 1.0), xp.minimum(d, _MANY)
    # Near 0 the argument of one form has all digits, in the tail that of the other.
    outside = betainc((few - 1) / 2, 0.5, (1 - h) * (1 + h))
    inside = betainc(0.5, (few - 1) / 2, h * h)
    found = xp.where(h * h * d < 1, 1 - inside, outside)
    return xp.where(d < _MANY, found, _in_many_dimensions(h, xp.maximum(d, _MANY)))


def _in_many_dimensions(h: Any, d: Any) -> Any:
    """`cap_probability`, by two terms of a series in 1/D.

    For v = −log(1 − t²) the density is that of a gamma law of rate D/2 − 3/4, times
    √(x/sinh x) with x = v/2, which is 1 − v²/48 up to v⁴/2500.
    """
    xp, gammaincc = namespace(h), special_functions(h).gammaincc
    rate = d / 2 - 0.75
    inner = xp.where(h < 1, h, 0.0)
    reach = -rate * xp.log1p(-inner * inner)
    # Of the second term, the share 3/4 · 1/48 rate².
    share = 1 / (64 * rate) / rate
    found = (gammaincc(0.5, reach) - share * gammaincc(2.5, reach)) / (1 - share)
    return xp.where(h < 1, found, 0.0)


@finite
def cap_bound(height: Any, dimension: Any) -> Any:
    """(1 − h²)^((D − 1)/2), an upper bound on `cap_probability`, equal at both ends.

    Parameters
    ----------
    height, dimension : array of shape (...)
        As in `cap_probability`.

    Returns
    -------
    array of shape (...)
        In [0, 1], and at most e^(1/2) e^(−Dh²/2).

    Raises
    ------
    ValueError
        As `cap_probability`.

    Notes
    -----
    Source: derived here, claim UC-27.

    Examples
    --------
    >>> float(cap_bound(0.5, 3))
    0.75
    """
    h, d = _height_and_dimension(height, dimension)
    xp = namespace(h)
    inner = xp.minimum(h, 1.0)
    safe = xp.where(inner < 1, inner, 0.0)
    power = xp.exp((d - 1) / 2 * xp.log1p(-safe * safe))
    return xp.where(inner < 1, power, 0.0)


def _height_and_dimension(height: Any, dimension: Any) -> list[Any]:
    return together(
        height=as_not_negative("height", height),
        dimension=as_counts("dimension", dimension, 2),
    )
