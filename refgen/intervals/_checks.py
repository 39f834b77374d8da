"""The checks that arguments of intervals go through."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import as_floats, to_device

# A mean of values in [low, high] may leave the range by the rounding of its sum, at
# most (n − 1)·2⁻⁵³ of the larger end; anything above this is no rounding.
ROUNDING = 1e-9


def floats(name: str, value: Any, ndim: int = 0) -> np.ndarray:
    """`value` as finite float64 on the host; device arrays are a TypeError."""
    return to_device(as_floats(name, value, ndim))


def refuse(name: str, array: np.ndarray, bad: Any, wanted: str) -> None:
    """Raise about the first entry of `array` that is `bad`."""
    bad = np.broadcast_to(bad, array.shape)
    if bad.any():
        raise ValueError(f"{name} must be {wanted}, got {float(array[bad][0])!r}")


def error_probabilities(value: Any) -> np.ndarray:
    """`value` as numbers strictly between 0 and 1."""
    array = floats("error_probability", value)
    wanted = "strictly between 0 and 1"
    refuse("error_probability", array, (array <= 0) | (array >= 1), wanted)
    return array


def whole_numbers(name: str, value: Any, minimum: int) -> np.ndarray:
    """`value` as whole numbers (in float64) of at least `minimum`."""
    array = floats(name, value)
    refuse(name, array, array != np.floor(array), "a whole number")
    refuse(name, array, array < minimum, f"at least {minimum}")
    return array


def ranges(low: Any, high: Any) -> tuple[np.ndarray, np.ndarray]:
    """`low` and `high` as finite ends with low < high."""
    low, high = floats("low", low), floats("high", high)
    low, high = together(low=low, high=high)
    bad = low >= high
    if bad.any():
        raise ValueError(
            f"low must be below high, got low {float(low[bad][0])!r} and high "
            f"{float(high[bad][0])!r}; give the range that the variable cannot leave"
        )
    with np.errstate(over="ignore"):
        width = high - low
    if not np.isfinite(width).all():
        raise ValueError("high - low must be finite in float64; rescale the variable")
    return low, high


def refuse_outside(
    name: str, array: np.ndarray, low: Any, high: Any, rounding: float = 0.0
) -> None:
    """Raise about the first entry outside [low, high]."""
    slack = rounding * np.maximum(np.abs(low), np.abs(high))
    outside = (array < low - slack) | (array > high + slack)
    if outside.any():
        value, low, high = (
            float(np.broadcast_to(a, outside.shape)[outside][0])
            for a in (array, low, high)
        )
        raise ValueError(
            f"{name} must lie in [low, high] = [{low!r}, {high!r}], got {value!r}; "
            "give the true range, a smaller one voids the interval"
        )


def together(**arrays: np.ndarray) -> list[np.ndarray]:
    """The arrays broadcast against each other."""
    try:
        return list(np.broadcast_arrays(*arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{name} {a.shape}" for name, a in arrays.items())
        raise ValueError(
            f"shapes do not broadcast: {shapes}; give equal shapes or single numbers"
        ) from error
