"""Checks that make arrays of numbers; every refusal names the argument.

Functions `as_…` make float64 arrays by `refgen.arrays.as_floats`, which refuses NaN.
They raise ValueError if an entry is out of range.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import as_floats, namespace, plain_array

# Squares and cubes of numbers up to this are far from overflow. Theorems about limits
# need more than 2**53, from where on not every whole number is a float64.
LARGEST_COUNT = 1e100


def refuse(name: str, array: Any, bad: Any, wanted: str, hint: str = "") -> None:
    """Refuse an array if any entry is `bad`, and show the first such entry.

    Parameters
    ----------
    name : str
        Name of the argument.
    array : array
    bad : boolean array that broadcasts with `array`
    wanted : str
        What the entries must do, such as "be positive".
    hint : str
        What to do instead, if `wanted` does not say it.

    Raises
    ------
    ValueError
        If any entry is bad.

    Examples
    --------
    >>> refuse("radius", np.array([0.5, 1.0]), np.array([False, False]), "be positive")
    """
    if bool(bad.any()):
        raise ValueError(f"{name} must {wanted}, got {first_of(array, bad)!r}{hint}")


def first_of(array: Any, chosen: Any) -> float:
    """The first of the chosen entries, to be shown in a message.

    Examples
    --------
    >>> first_of(np.array([1.0, 2.0, 3.0]), np.array([False, True, True]))
    2.0
    """
    array, chosen = namespace(array).broadcast_arrays(array, chosen)
    return float(array.ravel()[chosen.ravel()][0])


def as_positive(name: str, value: Any, ndim: int = 0) -> Any:
    """`value` as an array of positive numbers.

    Examples
    --------
    >>> as_positive("order", 2)
    array(2.)
    """
    array = as_floats(name, value, ndim)
    refuse(name, array, array <= 0, "be positive")
    return array


def as_not_negative(name: str, value: Any, ndim: int = 0) -> Any:
    """`value` as an array of numbers of at least 0.

    Examples
    --------
    >>> as_not_negative("noise", 0)
    array(0.)
    """
    array = as_floats(name, value, ndim)
    refuse(name, array, array < 0, "not be negative")
    return array


def as_open_unit(name: str, value: Any) -> Any:
    """`value` as an array of numbers strictly between 0 and 1.

    Examples
    --------
    >>> as_open_unit("error_probability", 0.05)
    array(0.05)
    """
    array = as_floats(name, value)
    refuse(name, array, (array <= 0) | (array >= 1), "be strictly between 0 and 1")
    return array


def as_unit(name: str, value: Any, ndim: int = 0) -> Any:
    """`value` as an array of numbers in [0, 1].

    Examples
    --------
    >>> as_unit("error", 1)
    array(1.)
    """
    array = as_floats(name, value, ndim)
    refuse(name, array, (array < 0) | (array > 1), "lie in [0, 1]")
    return array


def as_counts(name: str, value: Any, minimum: int = 1) -> Any:
    """`value` as an array of whole numbers from `minimum` to 1e100, in float64.

    Examples
    --------
    >>> as_counts("n_points", 3)
    array(3.)
    """
    array = as_floats(name, _not_flags(name, value))
    refuse(name, array, array != namespace(array).floor(array), "be a whole number")
    refuse(name, array, array < minimum, f"be at least {minimum}")
    refuse(name, array, array > LARGEST_COUNT, f"be at most {LARGEST_COUNT:g}")
    return array


def _not_flags(name: str, value: Any) -> Any:
    """An array of numbers; True and False count nothing."""
    array = plain_array(name, value)
    if array.dtype.kind == "b":
        raise TypeError(f"{name} must hold whole numbers, got True or False")
    return array


def as_range(low: Any, high: Any) -> tuple[Any, Any]:
    """`low` and `high` as the ends of ranges, with low < high.

    Raises
    ------
    ValueError
        If low ≥ high, or the width overflows; otherwise as `refgen.arrays.as_floats`.

    Examples
    --------
    >>> as_range(0, 1)
    (array(0.), array(1.))
    """
    low, high = together(low=as_floats("low", low), high=as_floats("high", high))
    bad = low >= high
    if bool(bad.any()):
        first, last = first_of(low, bad), first_of(high, bad)
        raise ValueError(
            f"low must be below high, got low {first!r} and high {last!r}; give the "
            "ends of the range"
        )
    with np.errstate(over="ignore"):
        width = high - low
    if not bool(namespace(width).isfinite(width).all()):
        raise ValueError("high - low must be finite in float64; rescale the variable")
    return low, high


def together(**arrays: Any) -> list[Any]:
    """Arrays in the same library, broadcast against each other.

    Raises
    ------
    TypeError
        As `in_one_place`.
    ValueError
        If the shapes do not broadcast.

    Examples
    --------
    >>> n, k = together(n=np.array([3.0, 4.0]), k=2.0)
    >>> k
    array([2., 2.])
    """
    placed = in_one_place(**arrays)
    xp = namespace(*placed)
    try:
        shape = xp.broadcast_shapes(*(array.shape for array in placed))
    except ValueError as error:
        named = zip(arrays, placed, strict=True)
        shapes = ", ".join(f"{name} {array.shape}" for name, array in named)
        raise ValueError(
            f"shapes do not broadcast: {shapes}; give equal shapes or single numbers"
        ) from error
    return [xp.broadcast_to(array, shape) for array in placed]


def in_one_place(**arrays: Any) -> list[Any]:
    """Arrays in the same library; single numbers are moved to where the arrays are.

    Raises
    ------
    TypeError
        If one array is on the host and another on a device: nothing is moved silently.

    Examples
    --------
    >>> in_one_place(points=np.array([3.0, 4.0]), radius=2.0)
    [array([3., 4.]), array(2.)]
    """
    xp = namespace(*arrays.values())
    for name, array in arrays.items():
        if namespace(array) is not xp and np.ndim(array):
            raise TypeError(
                f"{name} is on the host and other arguments are on a device; move all "
                "of them to one place"
            )
    return [xp.asarray(array) for array in arrays.values()]
