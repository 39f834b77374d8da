"""Fields of numbers: real numbers and integers of an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import as_float, check_integer, is_number
from refgen.arrays import namespace
from refgen.domains._arguments import LARGEST, as_number, as_switch
from refgen.domains._fields import (
    Shaped,
    Size,
    Sizes,
    first_wrong,
    integer_arrays,
    plain,
)
from refgen.domains._moves import between, between_logarithms
from refgen.domains._near import steps

# Steps of the grid that Hypothesis draws reals from; both ends are included.
_STEPS = 20
# The part of the bulk draws that lies on a coarse grid, where values repeat, and the
# part that lies next to an end.
_ON_GRID, _NEAR_END = 0.25, 0.05
_COARSE = 4
# The part of the bulk draws of integers that are at an end.
_AT_END = 0.1


@dataclass(frozen=True)
class Real(Shaped):
    """Numbers of an interval; made by `real`."""

    low: float
    high: float
    log: bool
    members: tuple[float, float]

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        low, high = self.members
        inside = (value >= low) & (value <= high)
        return first_wrong(~inside, value, f"must lie in [{plain(low)}, {plain(high)}]")

    def small(self, sizes: Sizes) -> Any:
        # Two more than the grid has: the numbers next to the ends.
        steps = integer_arrays(0, _STEPS + 2, self.sized(sizes))
        return steps.map(self._at_step)

    def _at_step(self, step: Any) -> Any:
        on_grid = self._at(np.minimum(step, _STEPS) / _STEPS)
        near = np.where(step == _STEPS + 1, *self._next_to_ends())
        return np.where(step <= _STEPS, on_grid, near)

    def _next_to_ends(self) -> tuple[float, float]:
        """The numbers an ulp inside, or 2⁻⁵³ of the range where an ulp is less."""
        low, high, least = self.low, self.high, (self.high - self.low) * 2.0**-53
        return (
            max(math.nextafter(low, high), low + least),
            min(math.nextafter(high, low), high - least),
        )

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        shape = self.sized(sizes)
        u = stream.uniform((count, *shape))
        xp = namespace(u)
        mode = stream.child("grid").uniform((count, *(1 for _ in shape)))
        drawn = self._at(xp.where(mode < _ON_GRID, xp.rint(_COARSE * u) / _COARSE, u))
        near = self._next_to_an_end(u, steps(stream.child("near"), u.shape))
        return xp.where(mode > 1 - _NEAR_END, near, drawn)

    def _next_to_an_end(self, u: Any, step: Any) -> Any:
        """A number inside, a step of the range from one end, an ulp at least."""
        width = (self.high - self.low) * step
        xp = namespace(u)
        near = xp.where(u < 0.5, self.low + width, self.high - width)
        return xp.clip(near, *self._next_to_ends())

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        way = between_logarithms if self.log else between
        xp = namespace(values)
        return xp.clip(way(share, values, fresh), self.low, self.high)

    def _at(self, share: Any) -> Any:
        """The number at a share of the way, both ends without rounding."""
        if self.log:
            between = self.low * (self.high / self.low) ** share
        else:
            between = self.low + (self.high - self.low) * share
        xp = namespace(share)
        return xp.where(share == 1, self.high, xp.minimum(between, self.high))


def real(
    low: float,
    high: float,
    *,
    log: bool = False,
    shape: tuple[Size, ...] = (),
    members: tuple[float, float] | None = None,
) -> Real:
    """Real numbers in [low, high].

    Parameters
    ----------
    low, high : float
        Finite, `low` at most `high`; positive if `log`.
    log : bool
        Draw evenly on the logarithmic scale.
    shape : tuple of int or str
        Of the array; a single number by default.
    members : tuple of float, optional
        The interval, perhaps infinite, that a theorem allows where less is drawn;
        [low, high] by default.

    Raises
    ------
    TypeError
        If `low`, `high` or an end of `members` is not a number, or `log` is neither
        True nor False.
    ValueError
        If the interval is empty, infinite, or not positive where `log` is given, or
        `members` does not hold it.

    Notes
    -----
    Hypothesis draws from 21 evenly spaced values, both ends included, and the numbers
    next to the ends, and shrinks toward `low`. In bulk a quarter of the draws lie on
    five values, so that ties and the ends occur, and a twentieth lies 2⁻⁵³ to 2⁻²⁰ of
    the range from an end, an ulp at least.

    Examples
    --------
    >>> real(0.2, 20.0, log=True).log
    True
    """
    low, high = as_number("low", low), as_number("high", high)
    if not (math.isfinite(high - low) and low <= high):
        raise ValueError(f"low and high must be finite and in order, got {low}, {high}")
    if as_switch("log", log) and low <= 0:
        raise ValueError(f"low must be positive for a logarithmic scale, got {low}")
    if log and not math.isfinite(high / low):
        raise ValueError(f"high / low must be finite, got {low}, {high}")
    allowed = (low, high) if members is None else _as_members(members)
    if not allowed[0] <= low <= high <= allowed[1]:
        raise ValueError(f"members must hold [{low}, {high}], got {members}")
    return Real(shape, low, high, bool(log), allowed)


def _as_members(members: Any) -> tuple[float, float]:
    is_pair = isinstance(members, tuple | list) and len(members) == 2
    if not is_pair or not all(map(is_number, members)):
        raise TypeError(f"members must be a pair of numbers, got {members!r:.80}")
    return as_float(members[0]), as_float(members[1])


@dataclass(frozen=True)
class Integer(Shaped):
    """Integers of an interval; made by `integer`."""

    low: int
    high: int

    @property
    def may_be_size(self) -> bool:
        """Whether a shape may name it: it is one number, and positive."""
        return self.low >= 1 and not self.shape

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        inside = (value >= self.low) & (value <= self.high) & (value == np.rint(value))
        wanted = f"must be an integer from {self.low} to {self.high}"
        return first_wrong(~inside, value, wanted)

    def small(self, sizes: Sizes) -> Any:
        arrays = self.integers(self.low, self.high, sizes)
        return arrays.map(lambda a: a.astype(np.int64))

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        shape = (count, *self.sized(sizes))
        drawn = self.low + stream.integers(self.high - self.low + 1, shape)
        mode = stream.child("ends").uniform(shape)
        xp = namespace(drawn)
        drawn = xp.where(mode < _AT_END / 2, self.low, drawn)
        return xp.where(mode > 1 - _AT_END / 2, self.high, drawn)


def integer(low: int, high: int, *, shape: tuple[Size, ...] = ()) -> Integer:
    """Integers from `low` to `high`, both included.

    An integer field that the shape of another field names is a size of the record: it
    is drawn once for a batch, and small for Hypothesis.

    Raises
    ------
    TypeError, ValueError
        If `low` or `high` is not an integer up to 2**53 in size, or they are not in
        order.

    Notes
    -----
    In bulk a twentieth of the draws is `low` and a twentieth `high`; the others, and
    sizes, take all values evenly.

    Examples
    --------
    >>> integer(1, 6).high
    6
    """
    low = check_integer("low", low, -LARGEST)
    return Integer(shape, low, check_integer("high", high, low, LARGEST))
