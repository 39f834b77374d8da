"""Checks that only intervals need; they work on the host, on NumPy arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen import _numbers
from refgen._numbers import refuse
from refgen.arrays import as_floats, to_device

# A mean of values in [low, high] may leave the range by the rounding of its sum, at
# most (n − 1)·2⁻⁵³ of the larger end; a larger excess is not rounding.
ROUNDING = 1e-9


def floats(name: str, value: Any, ndim: int = 0) -> np.ndarray:
    """`value` as finite float64 on the host; device arrays raise TypeError."""
    return to_device(as_floats(name, value, ndim))


def together(**arrays: Any) -> list[np.ndarray]:
    """The arrays broadcast against each other; device arrays raise TypeError."""
    return [to_device(array) for array in _numbers.together(**arrays)]


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
            "give the true range: with a smaller one the interval guarantees nothing"
        )


def refuse_variance(variance: Any, n: Any, low: Any, high: Any) -> None:
    """Raise about a variance that no n numbers in [low, high] have."""
    refuse("variance", variance, variance < 0, "be at least 0")
    # Samples deviate most if half of them are at each end. The check is of deviations,
    # as squares of ranges may overflow.
    largest = (high - low) / 2 * np.sqrt(n / (n - 1)) * (1 + ROUNDING)
    wanted = "be at most (high - low)²/4 · n/(n - 1), as for any sample in [low, high]"
    refuse("variance", variance, np.sqrt(variance) > largest, wanted)


def log_inverse(probability: Any, factor: float) -> Any:
    """log(factor/probability), for denormal probabilities too."""
    return np.log(factor) - np.log(probability)
