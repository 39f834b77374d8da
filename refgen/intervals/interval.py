"""What an interval is, and how the error probability is spent over several looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._numbers import as_counts, as_open_unit
from refgen.arrays import Instance, as_floats
from refgen.intervals._checks import together


@dataclass(frozen=True, repr=False)
class Interval(Instance):
    """Closed intervals [low, high], one for every place of the batch.

    Parameters
    ----------
    low, high : array_like of any shapes that broadcast
        Where low > high the interval is empty: every value has been ruled out.

    Raises
    ------
    TypeError
        If an end is not numeric.
    ValueError
        If an end is NaN or infinite, or the shapes do not broadcast.

    Examples
    --------
    >>> interval = Interval([0.25, 0.5], 1.0)
    >>> interval
    Interval(low=[0.25, 0.5], high=[1.0, 1.0])
    >>> interval.contains(0.25).tolist()
    [True, False]
    """

    low: Any
    high: Any

    def __post_init__(self) -> None:
        ends = together(
            low=as_floats("low", self.low), high=as_floats("high", self.high)
        )
        for name, end in zip(("low", "high"), ends, strict=True):
            object.__setattr__(self, name, end)

    @property
    def width(self) -> Any:
        """Length high − low, 0 where the interval is empty.

        Examples
        --------
        >>> Interval(0.25, [1.0, 0.0]).width.tolist()
        [0.75, 0.0]
        """
        return np.maximum(self.high - self.low, 0.0)

    @property
    def is_empty(self) -> Any:
        """Whether no value is left.

        Examples
        --------
        >>> Interval(0.25, [1.0, 0.0]).is_empty.tolist()
        [False, True]
        """
        return self.low > self.high

    def contains(self, value: Any) -> Any:
        """Whether `value` lies between the ends, which are included.

        Parameters
        ----------
        value : array_like that broadcasts against the ends

        Examples
        --------
        >>> Interval(0.25, 1.0).contains([0.0, 0.25]).tolist()
        [False, True]
        """
        value = as_floats("value", value)
        low, high, value = together(low=self.low, high=self.high, value=value)
        return (low <= value) & (value <= high)


def spend(error_probability: Any, look: Any) -> Any:
    """The error probability for one of unboundedly many looks at the data.

    At look 1, 2, 3, … take an interval for a fixed number of samples with error
    probability ``spend(error_probability, look)``. With probability at least
    1 − error_probability, all these intervals hold: the shares 6/(π² look²) add up to 1
    (Euler), and the union bound applies. The looks may be at any numbers of samples
    that were fixed beforehand.

    Parameters
    ----------
    error_probability : array_like in (0, 1)
        For all looks together.
    look : array_like of whole numbers
        From 1.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Examples
    --------
    >>> spend(0.05, [1, 2, 3]).round(4).tolist()
    [0.0304, 0.0076, 0.0034]
    """
    total, look = together(
        error_probability=as_open_unit("error_probability", error_probability),
        look=as_counts("look", look),
    )
    return total * (6 / np.pi**2) / look**2
