"""The arguments that all fields have: shapes, numbers and switches."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np

from refgen._checks import MOST_ENTRIES, as_float, check_integer, is_number
from refgen._shown import shown

# Integers up to this are exact in float64.
LARGEST = 2**53


def as_shape(shape: Any) -> tuple[Any, ...]:
    """A shape of numbers and names.

    Raises
    ------
    TypeError
        If it is not a tuple, or a size is neither an integer nor a name.
    ValueError
        If a size is below 1, or all of them make too large an array.

    Examples
    --------
    >>> as_shape(("n", np.int32(3)))
    ('n', 3)
    """
    if not isinstance(shape, tuple):
        raise TypeError(f"shape must be a tuple such as ('n', 3), got {shape!r:.80}")
    sizes = tuple(as_size("shape", size) for size in shape)
    if math.prod(size for size in sizes if not isinstance(size, str)) > MOST_ENTRIES:
        raise ValueError(f"shape {shape} has more than {MOST_ENTRIES} entries")
    return sizes


def as_size(name: str, size: Any) -> Any:
    """A positive integer, or the name of an integer field.

    Raises
    ------
    TypeError, ValueError

    Examples
    --------
    >>> as_size("n_classes", "k")
    'k'
    """
    if isinstance(size, str) and size.isidentifier():
        return size
    if not isinstance(size, Integral) or not is_number(size):
        raise TypeError(
            f"{name} takes positive integers and names of integer fields, got "
            f"{size!r:.80}"
        )
    return check_integer(name, size, 1, LARGEST)


def as_number(name: str, value: Any) -> float:
    """A finite number.

    Raises
    ------
    TypeError, ValueError

    Examples
    --------
    >>> as_number("norm", 2)
    2.0
    """
    if not is_number(value):
        raise TypeError(f"{name} must be a number, got {value!r:.80}")
    number = as_float(value)
    if not math.isfinite(number):
        raise ValueError(f"{name} must be finite in float64, got {shown(value)}")
    return number


def as_switch(name: str, value: Any) -> bool:
    """True or False.

    Raises
    ------
    TypeError

    Examples
    --------
    >>> as_switch("log", True)
    True
    """
    if isinstance(value, bool | np.bool_):
        return bool(value)
    raise TypeError(f"{name} must be True or False, got {value!r:.80}")
