"""Fields: what one argument may be, drawn two ways."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.domains._moves import replaced, shares

Size = int | str
Sizes = Mapping[str, int]


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
        if not isinstance(self.shape, tuple):
            raise TypeError(
                f"shape must be a tuple such as ('n', 3), got {self.shape!r}"
            )
        for size in self.shape:
            if not isinstance(size, str) and not (type(size) is int and size >= 1):
                raise ValueError(
                    "a size must be a positive integer or the name of an integer "
                    f"field, got {size!r}"
                )

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

    def small(self, sizes: Sizes) -> Any:
        from hypothesis import strategies as st

        return st.just(np.array(self.value))

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        return rg.arrays.to_device(np.full(count, self.value))
