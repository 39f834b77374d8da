"""The checks that arguments go through; every refusal names the argument.

A message says what was wrong and what would be right. Functions `check_…` take single
values. Functions `as_…` make float64 arrays by `refgen.arrays.as_floats`, which refuses
NaN, and raise ValueError if an entry is out of range.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from numbers import Integral, Real
from typing import Any

import numpy as np

from refgen._shown import shown
from refgen.arrays import as_floats, namespace, plain_array

# The largest integer that arrays count with.
LARGEST_INTEGER = 2**63 - 1
# Squares and cubes of numbers up to this are far from overflow. Theorems about limits
# need more than 2**53, from where on not every whole number is a float64.
LARGEST_COUNT = 1e100
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


# NumPy calls a span of time an integer.
_NO_NUMBERS = (bool, np.bool_, np.timedelta64)


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
    if isinstance(value, _NO_NUMBERS) or not isinstance(value, Integral):
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


def check_size(name: str, value: Any, minimum: int, entries: int = 1) -> int:
    """`value` as the number of parts that arrays are made for.

    Parameters
    ----------
    name : str
    value : int
    minimum : int
    entries : int
        Numbers that each part takes. All of them together are `MOST_ENTRIES` at most.

    Raises
    ------
    TypeError
        If it is not an integer.
    ValueError
        If it is out of range; nothing has been allocated.

    Examples
    --------
    >>> check_size("n_bins", 10, 1)
    10
    """
    return check_integer(name, value, minimum, MOST_ENTRIES // entries)


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
    if not 0 <= float(value) < np.inf:
        raise ValueError(
            f"{name} must be a finite number of at least 0, got {shown(value)}"
        )
    return float(value)


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
    if not 0 < float(value) < 1:
        raise ValueError(f"{name} must be between 0 and 1, got {shown(value)}")
    return float(value)


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


def listed(
    values: Iterable[Any], most: int = 4, show: Callable[[Any], str] = repr
) -> str:
    """The first few values, as a message shows them, and how many more there are.

    Parameters
    ----------
    values : iterable
    most : int
        How many to show.
    show : function
        The text of a value.

    Examples
    --------
    >>> listed(["cat", "dog"])
    "'cat', 'dog'"
    >>> listed(range(3000), most=2)
    '0, 1, … and 2,998 more'
    """
    known = list(values)
    shown = ", ".join(shortened(show(value)) for value in known[:most])
    return shown if len(known) <= most else f"{shown}, … and {len(known) - most:,} more"


def shortened(text: str, longest: int = 60) -> str:
    """A text of at most `longest` characters; the middle of a longer one is left out.

    Examples
    --------
    >>> shortened("a" * 100, longest=9)
    'aaaa…aaaa'
    """
    half = (longest - 1) // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"
