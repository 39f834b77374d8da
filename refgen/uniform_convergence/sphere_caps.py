"""Coordinates of uniform points of a sphere: how large they are, and how often."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, refuse, together
from refgen.arrays import namespace, special_functions
from refgen.uniform_convergence._sphere_means import log_mean_of_exponential

# Means are computed from differences of logarithms, which lose all digits beyond.
_LARGEST = 1e12


@finite
def log_sphere_mean(concentration: Any, dimension: Any) -> Any:
    """log E e^(kt), where t is a coordinate of a uniform point of the unit sphere.

    E e^(kt) = ₀F₁(; D/2; k²/4) = Γ(D/2) (2/k)^(D/2−1) I_(D/2−1)(k), at most e^(k²/2D).

    Parameters
    ----------
    concentration : array
        k, in [0, 1e12].
    dimension : array
        D, the dimension of the space: at least 2.

    Returns
    -------
    array
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
    height : array
        h ≥ 0; from 1 on the probability is 0.
    dimension : array
        D, the dimension of the space: at least 2.

    Returns
    -------
    array
        In [0, 1].

    Raises
    ------
    ValueError
        If an argument is out of range, or shapes do not broadcast.

    Notes
    -----
    t² has the law Beta(1/2, (D − 1)/2). Source: derived here, claim UC-27.

    Examples
    --------
    >>> float(cap_probability(0.25, 3))  # Archimedes: t is uniform
    0.75
    """
    h, d = _height_and_dimension(height, dimension)
    xp, betainc = namespace(h), special_functions(h).betainc
    h = xp.minimum(h, 1.0)
    # Near 0 the argument of one form has all digits, in the tail that of the other.
    outside = betainc((d - 1) / 2, 0.5, (1 - h) * (1 + h))
    inside = betainc(0.5, (d - 1) / 2, h * h)
    return xp.where(h * h * d < 1, 1 - inside, outside)


@finite
def cap_bound(height: Any, dimension: Any) -> Any:
    """(1 − h²)^((D − 1)/2), an upper bound on `cap_probability`, equal at both ends.

    Parameters
    ----------
    height, dimension : arrays
        As in `cap_probability`.

    Returns
    -------
    array
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
