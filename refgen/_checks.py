"""Checks of single values; every refusal names the argument.

A message says what was wrong and what would be right. Arrays: `refgen._numbers`.
"""

from __future__ import annotations

from collections.abc import Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from refgen._shown import shown

# The largest integer that arrays count with.
LARGEST_INTEGER = 2**63 - 1
# Nothing makes arrays of more numbers: 8 TiB. A mistyped size is refused before memory
# runs out.
MOST_ENTRIES = 2**40


def is_number(value: Any) -> bool:
    """Whether `value` is a real number; True and False are not.

    Examples
    --------
    >>> is_number(0.5), is_number(True), is_number("0.5")
    (True, False, False)
    """
    return isinstance(value, Real) and not isinstance(value, _NO_NUMBERS)


def is_integer(value: Any) -> bool:
    """Whether `value` is an integer; True, False and 1.0 are not.

    Examples
    --------
    >>> is_integer(np.int8(2)), is_integer(True), is_integer(2.0)
    (True, False, False)
    """
    return isinstance(value, Integral) and not isinstance(value, _NO_NUMBERS)


# NumPy calls a span of time an integer.
_NO_NUMBERS = (bool, np.bool_, np.timedelta64)


def as_float(value: Any) -> float:
    """A real number as float64; an infinity if it is too large for that.

    Examples
    --------
    >>> as_float(-(10**400))
    -inf
    """
    try:
        return float(value)
    except OverflowError:
        return np.inf if value > 0 else -np.inf


def check_integer(
    name: str, value: Any, minimum: int, maximum: int | None = LARGEST_INTEGER
) -> int:
    """`value` as an integer from `minimum` to `maximum`; None stands for no end.

    Raises
    ------
    TypeError
        If it is not an integer; True and False are not.
    ValueError
        If it is too small or too large.

    Examples
    --------
    >>> check_integer("n_bins", 10, 1)
    10
    """
    if not is_integer(value):
        raise TypeError(
            f"{name} must be an integer of at least {minimum}, got {shown(value)}"
        )
    number = int(value)
    if number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {shown(number)}")
    if maximum is not None and number > maximum:
        most = _as_power(maximum)
        raise ValueError(f"{name} must be at most {most}, got {shown(number)}")
    return number


def _as_power(number: int) -> str:
    """2**53 and 2**63 - 1 in words that are read at once; small numbers as they are."""
    for less in (0, 1):
        power = (number + less).bit_length() - 1
        if power > 20 and number + less == 2**power:
            return f"2**{power} - 1" if less else f"2**{power}"
    return str(number)


def check_not_negative(name: str, value: Any) -> float:
    """`value` as a finite number of at least 0.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is negative, NaN or infinite.

    Examples
    --------
    >>> check_not_negative("tolerance", 1e-9)
    1e-09
    """
    if not is_number(value):
        raise TypeError(f"{name} must be a number of at least 0, got {shown(value)}")
    number = as_float(value)
    if not 0 <= number < np.inf:
        raise ValueError(
            f"{name} must be a finite number of at least 0, got {shown(value)}"
        )
    return number


def check_neighbor_count(n_neighbors: Any, n_points: int) -> int:
    """`n_neighbors` as an integer from 1 to the number of points.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is below 1, or there are fewer points.

    Examples
    --------
    >>> check_neighbor_count(3, 5)
    3
    """
    k = check_integer("n_neighbors", n_neighbors, 1)
    if k > n_points:
        raise ValueError(
            f"n_neighbors={k} is more than n_points={n_points}; ask for at most "
            f"{n_points}"
        )
    return k


def check_open_unit(name: str, value: Any) -> float:
    """`value` as a number strictly between 0 and 1.

    Raises
    ------
    TypeError
        If it is not a number.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> check_open_unit("confidence_level", 0.95)
    0.95
    """
    if not is_number(value):
        raise TypeError(f"{name} must be a number between 0 and 1, got {shown(value)}")
    number = as_float(value)
    if not 0 < number < 1:
        raise ValueError(f"{name} must be strictly between 0 and 1, got {shown(value)}")
    return number


def check_choice(name: str, value: Any, choices: Iterable[str], where: str = "") -> Any:
    """`value`, which has to be one of `choices`; `where` says when these apply.

    Raises
    ------
    ValueError
        If it is not one of `choices`; the message lists them.

    Examples
    --------
    >>> check_choice("design", "ball", ("gaussian", "ball"))
    'ball'
    """
    known = tuple(choices)
    if not isinstance(value, str) or value not in known:
        listed = ", ".join(map(repr, known))
        raise ValueError(f"{name} must be one of {listed}{where}, got {shown(value)}")
    return value
