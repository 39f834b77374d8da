"""The arguments that all fields have: shapes, numbers and switches."""

from __future__ import annotations

import math
from numbers import Integral
from typing import Any

import numpy as np

from refgen._checks import is_number

# An array of more entries fits into no memory.
_MOST_ENTRIES = 2**40


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
    sizes = tuple(_as_size(size) for size in shape)
    if math.prod(size for size in sizes if not isinstance(size, str)) > _MOST_ENTRIES:
        raise ValueError(f"shape {shape} has more than {_MOST_ENTRIES} entries")
    return sizes


def _as_size(size: Any) -> Any:
    if isinstance(size, str) and size.isidentifier():
        return size
    if not isinstance(size, Integral) or not is_number(size):
        raise TypeError(
            "shape must consist of positive integers and names of integer fields, got "
            f"{size!r:.80}"
        )
    if size < 1:
        raise ValueError(f"shape must have no size below 1, got {size}")
    return int(size)


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
    if not math.isfinite(value):
        raise ValueError(f"{name} must be finite, got {value}")
    return float(value)


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
