"""Fields of one of several numbers: options and class labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.domains._arguments import as_number, as_size
from refgen.domains._fields import Shaped, Size, Sizes, first_wrong, number, plain


@dataclass(frozen=True)
class Choice(Shaped):
    """One of several numbers; made by `choice`."""

    options: tuple[float, ...]

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        wanted = f"must be one of {', '.join(map(plain, self.options))}"
        return first_wrong(~np.isin(value, self.options), value, wanted)

    def small(self, sizes: Sizes) -> Any:
        indices = self.integers(0, len(self.options) - 1, sizes)
        return indices.map(lambda i: np.array(self.options)[i.astype(int)])

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        chosen = stream.integers(len(self.options), (count, *self.sized(sizes)))
        return namespace(chosen).asarray(self.options)[chosen]


def choice(*options: float, shape: tuple[Size, ...] = ()) -> Choice:
    """One of the given numbers.

    Raises
    ------
    TypeError, ValueError
        If an option is not a finite number, or no option is given.

    Examples
    --------
    >>> choice(1, 2, 5).options
    (1, 2, 5)
    """
    if not options:
        raise ValueError("choice needs at least one option")
    numbers = [as_number("options", option) for option in options]
    if all(isinstance(option, Integral) for option in options):
        return Choice(shape, tuple(map(int, options)))
    return Choice(shape, tuple(numbers))


@dataclass(frozen=True)
class Labels(Shaped):
    """Class codes; made by `labels`."""

    n_classes: Size

    @property
    def size_names(self) -> set[str]:
        named = {self.n_classes} if isinstance(self.n_classes, str) else set()
        return super().size_names | named

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        n = self.n_classes
        high = sizes.get(n, math.inf) if isinstance(n, str) else n
        inside = (value >= 0) & (value < high) & (value == np.rint(value))
        return first_wrong(~inside, value, f"must be class codes below {plain(high)}")

    def small(self, sizes: Sizes) -> Any:
        codes = self.integers(0, number(self.n_classes, sizes) - 1, sizes)
        return codes.map(lambda a: a.astype(np.int64))

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        n = number(self.n_classes, sizes)
        return stream.integers(n, (count, *self.sized(sizes)))


def labels(*shape: Size, n_classes: Size) -> Labels:
    """Class codes in ``range(n_classes)``.

    Parameters
    ----------
    *shape : int or str
        Of the array.
    n_classes : int or str
        A number, or the name of a size.

    Raises
    ------
    TypeError, ValueError
        If `n_classes` is not a positive integer or a name.

    Examples
    --------
    >>> sorted(labels("n", n_classes="k").size_names)
    ['k', 'n']
    """
    return Labels(shape, as_size("n_classes", n_classes))
