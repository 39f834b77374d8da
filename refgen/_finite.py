"""Results that leave the range of float64 are refused, and not returned as infinity."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from refgen.arrays import namespace

_F = TypeVar("_F", bound=Callable[..., Any])


def finite(function: _F) -> _F:
    """Let a function refuse arguments for which it overflows.

    On the CPU every operation is watched, as a result may be finite although it rests
    on a number that overflowed. On a device only the result is.

    Raises
    ------
    ValueError
        By the function, which names its arguments.

    Examples
    --------
    >>> @finite
    ... def square(x):
    ...     return np.asarray(x) ** 2
    >>> float(square(3.0))
    9.0
    """
    watching = watched(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        result = watching(*args, **kwargs)
        if not all(bool(namespace(a).isfinite(a).all()) for a in _numbers(result)):
            raise ValueError(_message(function))
        return result

    return call  # type: ignore[return-value]


def watched(function: _F) -> _F:
    """Let a function refuse arguments for which it overflows; infinity may be a result.

    Operations are watched on the CPU only.

    Raises
    ------
    ValueError
        By the function, which names its arguments.

    Examples
    --------
    >>> @watched
    ... def waiting_time(rate):
    ...     rate = np.asarray(rate)
    ...     return np.where(rate > 0, 1 / np.where(rate > 0, rate, 1.0), np.inf)
    >>> float(waiting_time(0.0))
    inf
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            with np.errstate(over="raise", invalid="raise", divide="raise"):
                return function(*args, **kwargs)
        except FloatingPointError as error:
            raise ValueError(_message(function)) from error

    return call  # type: ignore[return-value]


def _message(function: Callable[..., Any]) -> str:
    parameters = inspect.signature(function).parameters
    names = ", ".join(name for name in parameters if name != "self")
    return (
        f"{function.__name__} leaves the range of float64 for these arguments "
        f"({names}); give numbers nearer to 1, in other units"
    )


def _numbers(result: Any) -> Iterator[Any]:
    """The arrays and numbers of a result."""
    if isinstance(result, tuple | list):
        for part in result:
            yield from _numbers(part)
    elif isinstance(result, dict):
        yield from _numbers(list(result.values()))
    elif isinstance(result, float) or getattr(result, "dtype", None) == np.float64:
        yield result
