"""Checks of integers, and ratios of Γ: what the closed forms share."""

from __future__ import annotations

from typing import Any

from refgen.arrays import as_floats, namespace, special_functions

# From here on the next term of Stirling's series is below 2⁻⁵³.
_LARGE = 16.0


def as_counts(name: str, value: Any) -> Any:
    """`value` as a float64 array of positive integers.

    Raises
    ------
    ValueError
        If a number is none.

    Examples
    --------
    >>> as_counts("n_points", 3)
    array(3.)
    """
    array = as_floats(name, value)
    if bool(((array < 1) | (array != namespace(array).floor(array))).any()):
        raise ValueError(f"{name} must hold integers of at least 1, got {value!r}")
    return array


def as_positive(name: str, value: Any) -> Any:
    """`value` as a float64 array of positive numbers.

    Raises
    ------
    ValueError
        If a number is not positive.

    Examples
    --------
    >>> as_positive("order", 2)
    array(2.)
    """
    array = as_floats(name, value)
    if bool((array <= 0).any()):
        raise ValueError(f"{name} must be positive, got {value!r}")
    return array


def gamma_ratio(x: Any, shift: Any) -> Any:
    """Γ(x) / Γ(x + a), as accurate for large x as for small.

    Two values of log Γ would cancel: at x = 10¹⁴ no digit would be left.

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
    Source: Stirling's series (DLMF 5.11.1) of both, subtracted term by term.

    Examples
    --------
    >>> [round(float(x**2 * gamma_ratio(x, 2.0)), 12) for x in (3.0, 1e14)]
    [0.75, 1.0]
    """
    x, shift = as_floats("x", x), as_floats("shift", shift)
    if bool((x < 1).any()):
        raise ValueError("x must be at least 1")
    if bool((shift < 0).any()):
        raise ValueError("shift must not be negative")
    xp = namespace(x, shift)
    x, shift = xp.asarray(x), xp.asarray(shift)
    gammaln = special_functions(x).gammaln
    large = xp.maximum(x, _LARGE)
    growth = (large - 0.5) * xp.log1p(shift / large) - shift
    growth = growth + shift * xp.log(large + shift)
    growth = growth + (_stirling_rest(large + shift) - _stirling_rest(large))
    small = gammaln(x + shift) - gammaln(x)
    return xp.exp(-xp.where(x < _LARGE, small, growth))


def _stirling_rest(x: Any) -> Any:
    """log Γ(x) − (x − ½) log x + x − log(2π)/2, for x of at least 16."""
    y = 1 / x**2
    series = 1 / 12 - y * (1 / 360 - y * (1 / 1260 - y * (1 / 1680 - y / 1188)))
    return series / x


def as_not_negative(name: str, value: Any, xp: Any) -> Any:
    """`value` as floats of the library `xp`, none below 0.

    Examples
    --------
    >>> import numpy as np
    >>> float(as_not_negative("noise", 0.5, np))
    0.5
    """
    array = as_floats(name, xp.asarray(value))
    if bool((array < 0).any()):
        raise ValueError(f"{name} must not be negative, got {float(array.min()):g}")
    return array
