"""Fields: what one argument may be, drawn two ways."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from refgen.domains._arguments import as_shape
from refgen.domains._moves import replaced, shares

Size = int | str
Sizes = Mapping[str, int]
NO_SIZES: Sizes = MappingProxyType({})


class Field(ABC):
    """What one argument may be: drawn singly by Hypothesis, or in bulk by a stream.

    Sizes in a field's shape are numbers, or names of integer fields of its record.
    """

    @property
    def size_names(self) -> set[str]:
        """Names of the sizes that this field needs."""
        return set()

    @abstractmethod
    def small(self, sizes: Sizes) -> Any:
        """A Hypothesis strategy of single values: NumPy arrays that shrink."""

    @abstractmethod
    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        """`count` values along a new first axis, where the package `rg` computes."""

    def draw_values(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        """The same as `bulk`; a record draws the values of its fields instead."""
        return self.bulk(rg, stream, count, sizes)

    def moved(
        self, rg: Any, stream: Any, values: Any, size: float, sizes: Sizes
    ) -> Any:
        """Values of this field, each up to `size` of the way to a fresh one, or fresh.

        Parameters
        ----------
        rg, stream, sizes
            As `bulk` takes them.
        values : array
            As `bulk` draws them.
        size : float
            In (0, 1].
        """
        fresh = self.bulk(rg, stream.child("fresh"), len(values), sizes)
        shape = values.shape[: values.ndim - self.row_axes]
        share = shares(stream, shape, size).reshape(*shape, *(1,) * self.row_axes)
        return self.toward(share, values, fresh)

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        """Why a value is none of this field, or None: "must be at least 0, got -1".

        `sizes` holds what the instance's shapes say. The value has the field's shape.
        """
        return None

    @property
    def row_axes(self) -> int:
        """How many of the last axes move as one."""
        return 0

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        """Values at a share of the way to fresh ones.

        Where nothing lies between them, they stay unless the share is 1.
        """
        return replaced(share, values, fresh)


@dataclass(frozen=True)
class Shaped(Field):
    """A field whose values are arrays of a shape given by sizes."""

    shape: tuple[Size, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", as_shape(self.shape))

    @property
    def size_names(self) -> set[str]:
        return {size for size in self.shape if isinstance(size, str)}

    def sized(self, sizes: Sizes) -> tuple[int, ...]:
        """The shape in numbers."""
        return tuple(number(size, sizes) for size in self.shape)

    def integers(self, low: int, high: int, sizes: Sizes) -> Any:
        """Strategy of float arrays of this shape with integers in [low, high]."""
        return integer_arrays(low, high, self.sized(sizes))


def number(size: Size, sizes: Sizes) -> int:
    """A size in numbers."""
    return sizes[size] if isinstance(size, str) else size


def integer_arrays(low: int, high: int, shape: tuple[int, ...]) -> Any:
    """Strategy of float arrays of integers, which shrink one by one."""
    from hypothesis import strategies as st

    n = int(np.prod(shape))
    lists = st.lists(st.integers(low, high), min_size=n, max_size=n)
    return lists.map(lambda numbers: np.array(numbers, float).reshape(shape))


@dataclass(frozen=True)
class Constant(Field):
    """A field with one value."""

    value: float

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        wrong = np.asarray(value) != self.value
        return first_wrong(wrong, value, f"must be {plain(self.value)}")

    def small(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        return st.just(np.array(self.value))

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        return rg.arrays.to_device(np.full(count, self.value))


def as_field(value: Any) -> Any:
    """`value` if it is a field or a record, else a constant field."""
    return value if hasattr(value, "outside") else Constant(value)


def first_wrong(wrong: Any, value: Any, wanted: str) -> str | None:
    """What is wanted and the first entry that is not so, if there is any.

    Examples
    --------
    >>> x = np.array([0.5, -1.0])
    >>> first_wrong(x < 0, x, "must be at least 0")
    'must be at least 0, got -1'
    """
    wrong, value = np.broadcast_arrays(wrong, value)
    return f"{wanted}, got {plain(value[wrong][0])}" if wrong.any() else None


def plain(number: Any) -> str:
    """A number in the fewest digits that read back to it.

    Examples
    --------
    >>> plain(3.0), plain(0.1 + 0.2)
    ('3', '0.30000000000000004')
    """
    short = f"{float(number):g}"
    return short if float(short) == number else repr(float(number))
