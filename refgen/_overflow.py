"""Results that leave float64 are refused: infinity and NaN look like answers."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from refgen._checks import first_of
from refgen.arrays import namespace

_Function = TypeVar("_Function", bound=Callable)


def refuses_overflow(function: _Function) -> _Function:
    """Let a function of checked, finite arguments raise if its result is not finite.

    The result is an array or a tuple of arrays.

    Examples
    --------
    >>> @refuses_overflow
    ... def square(side):
    ...     return np.square(side)
    >>> square(1e200)
    Traceback (most recent call last):
    ValueError: square overflows float64: side is too large or too small; rescale
    """
    names = list(inspect.signature(function).parameters)
    listed = " or ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        # What overflows is refused below, with more to say than NumPy's warning.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            result = function(*args, **kwargs)
        for part in result if isinstance(result, tuple) else (result,):
            if not bool(namespace(part).isfinite(part).all()):
                raise ValueError(
                    f"{function.__name__} overflows float64: {listed} is too large or "
                    "too small; rescale"
                )
        return result

    return call  # type: ignore[return-value]


def check_scale(name: str, array: Any, ndim: int = 0) -> Any:
    """`array`, of which products of three entries neither overflow nor vanish.

    Parameters
    ----------
    name : str
        Name of the argument.
    array : array
        Finite.
    ndim : int
        How many of the last axes make one instance, of which the largest entry counts.

    Raises
    ------
    ValueError
        If the largest entry of an instance is above 2³⁰⁰ or, without being 0, below
        2⁻³⁰⁰.

    Examples
    --------
    >>> check_scale("low", np.array(1e-200))
    Traceback (most recent call last):
    ValueError: low has the scale 1e-200, at which products vanish in float64; rescale
    """
    largest = abs(array)
    if ndim:
        largest = largest.max(axis=tuple(range(-ndim, 0)))
    low, high = 2.0**-300, 2.0**300
    bad = ((largest > 0) & (largest < low)) | (largest > high)
    if bool(bad.any()):
        first = first_of(largest, bad)
        happens = "vanish" if first < low else "overflow"
        raise ValueError(
            f"{name} has the scale {first:g}, at which products {happens} in float64; "
            "rescale"
        )
    return array
