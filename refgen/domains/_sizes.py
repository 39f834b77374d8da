"""Sizes: integers that shape the other fields of a record, or numbers."""

from __future__ import annotations

from typing import Any

# Hypothesis looks for small instances: a size takes its smallest value or one of the
# next few. The bulk sampler takes all of them.
_SMALL_SIZES = 6


def small_size(size: Any) -> Any:
    from hypothesis import strategies as st

    low, high = _range(size)
    return st.integers(low, min(high, low + _SMALL_SIZES - 1))


def size_at(size: Any, u: float) -> int:
    low, high = _range(size)
    return low + int(u * (high - low + 1))


def _range(size: Any) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (size.low, size.high)


def is_size(value: Any) -> bool:
    is_number = isinstance(value, int) and value >= 1
    return is_number or getattr(value, "may_be_size", False)
