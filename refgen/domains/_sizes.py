"""Sizes: integers that shape the other fields of a record, or numbers."""

from __future__ import annotations

from typing import Any

# Hypothesis looks for small instances: a size takes its smallest value or one of the
# next few. The bulk sampler takes all of them.
_SMALL_SIZES = 6


def is_size(value: Any) -> bool:
    """Whether a shape may name it: a positive integer, or a field of them."""
    is_number = isinstance(value, int) and value >= 1
    return is_number or getattr(value, "may_be_size", False)


def why_no_size(value: Any) -> str:
    """What keeps a field that a shape names from being a size, in words.

    Examples
    --------
    >>> from refgen.domains import integer
    >>> why_no_size(integer(0, 5))
    'starts at 0: a size is at least 1'
    """
    if value is None:
        return "is no field of the record"
    low = value if isinstance(value, int) else getattr(value, "low", None)
    is_whole = isinstance(value, int) or hasattr(value, "may_be_size")
    if is_whole and isinstance(low, int) and low < 1:
        return f"starts at {low}: a size is at least 1"
    if hasattr(value, "may_be_size"):
        return "is an array: a size is one number"
    return f"is no integer field but {type(value).__name__}"


def small_size(size: Any) -> Any:
    """A Hypothesis strategy of its smallest values."""
    from hypothesis import strategies as st

    low, high = _range(size)
    return st.integers(low, min(high, low + _SMALL_SIZES - 1))


def size_at(size: Any, u: float) -> int:
    """Its value at a share u < 1 of the way from the lowest to the highest."""
    low, high = _range(size)
    return low + int(u * (high - low + 1))


def size_outside(size: Any, value: int) -> str | None:
    """Why a length is none of this size, or None.

    The largest value is what is drawn, for the sake of time: a theorem that holds for
    some sizes only states the smallest, or one number.

    Examples
    --------
    >>> size_outside(2, 3)
    'must be 2, got 3'
    """
    low, high = _range(size)
    if low == high != value:
        return f"must be {low}, got {value}"
    return f"must be at least {low}, got {value}" if value < low else None


def _range(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size.low, size.high)
