"""Fields of eigenvalues."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.domains._arguments import as_number, as_switch
from refgen.domains._fields import Shaped, Size, Sizes, first_wrong, plain
from refgen.domains._matrices import ROUNDING
from refgen.domains._moves import between_logarithms
from refgen.domains._near import nearly, steps

# Parts of the bulk draws of eigenvalues with ties, nearly so, and with zeros.
_TIED, _NEARLY_TIED, _SINGULAR = 1 / 3, 0.1, 0.2
_STEPS = 50


@dataclass(frozen=True)
class Spectrum(Shaped):
    """Eigenvalues along the last axis; made by `spectrum`."""

    smallest: float
    largest: float
    singular: bool

    def outside(self, value: Any, sizes: Sizes) -> str | None:
        low, high = self.smallest, self.largest
        positive = value[value > 0]
        condition = positive.max() / positive.min() if positive.size else 1.0
        if condition > high / low * (1 + ROUNDING):
            return f"has condition {condition:.3g}, at most {high / low:.3g}"
        inside = (value >= low) & (value <= high) | self.singular & (value == 0)
        zero = "0 or " if self.singular else ""
        return first_wrong(
            ~inside, value, f"must be {zero}in [{plain(low)}, {plain(high)}]"
        )

    def small(self, sizes: Sizes) -> Any:
        # The whole part is the step of the scale, the rest how far below it.
        return nearly(self.integers(0 if self.singular else 1, _STEPS, sizes)).map(
            lambda a: self._apart(self._at_step(np.floor(a)), a - np.floor(a))
        )

    def _apart(self, values: Any, steps: Any) -> Any:
        """The values a relative step lower, inside; zeros stay."""
        xp = namespace(values)
        return xp.where(values > 0, xp.maximum(values * (1 - steps), self.smallest), 0)

    def toward(self, share: Any, values: Any, fresh: Any) -> Any:
        moved = between_logarithms(share, values, fresh)
        xp = namespace(values)
        inside = xp.clip(moved, self.smallest, self.largest)
        return xp.where(moved > 0, inside, 0.0)

    def _at_step(self, steps: Any) -> Any:
        if self.largest / self.smallest > _STEPS**2:
            values = self._at_share(np.maximum(steps - 1, 0) / (_STEPS - 1))
        else:
            values = np.maximum(steps * (self.largest / _STEPS), self.smallest)
        return np.where(steps > 0, values, 0.0)

    def _at_share(self, share: Any) -> Any:
        """The eigenvalue at a share of the way on the logarithmic scale."""
        values = self.smallest * (self.largest / self.smallest) ** share
        return namespace(values).clip(values, self.smallest, self.largest)

    def bulk(self, rg: Any, stream: Any, count: int, sizes: Sizes) -> Any:
        shape = (count, *self.sized(sizes))
        u = stream.uniform(shape)
        xp = namespace(u)
        mode = stream.child("mode").uniform((2, count, *(1 for _ in shape[1:])))
        # Three levels only: most eigenvalues are shared.
        tied = xp.where(mode[0] < _TIED + _NEARLY_TIED, xp.floor(3 * u) / 3, u)
        values = self._at_share(tied)
        near = (mode[0] >= _TIED) & (mode[0] < _TIED + _NEARLY_TIED)
        apart = self._apart(values, steps(stream.child("near"), shape))
        values = xp.where(near, apart, values)
        if not self.singular:
            return values
        zero = (mode[1] < _SINGULAR) & (stream.child("zeros").uniform(shape) < 0.4)
        return xp.where(zero, 0.0, values)


def spectrum(
    *shape: Size,
    smallest: float = 1e-13,
    largest: float = 10.0,
    singular: bool = True,
) -> Spectrum:
    """Eigenvalues of a positive semidefinite matrix, in any order.

    Parameters
    ----------
    *shape : int or str
    smallest, largest : float
        Every eigenvalue that is not 0 lies between them; both positive. Condition
        numbers go up to 1e14 by default.
    singular : bool
        Whether some eigenvalues may be 0.

    Raises
    ------
    TypeError, ValueError
        If there is no axis, `singular` is neither True nor False, or the bounds are not
        positive and in order.

    Notes
    -----
    Hypothesis draws multiples of largest/50, where those below `smallest` become
    `smallest`, or 50 values that are even on the logarithmic scale if largest/smallest
    is above 2500; and in one case of four some of them are 2⁻⁵³ to 2⁻²⁰ of themselves
    lower. In bulk eigenvalues are even on the logarithmic scale; a third of the
    instances have ties, a tenth have eigenvalues so near, a fifth may have zeros.

    Examples
    --------
    >>> spectrum("d", smallest=0.2, largest=10.0).singular
    True
    """
    if not shape:
        raise ValueError("shape must say how many eigenvalues a spectrum has")
    low, high = as_number("smallest", smallest), as_number("largest", largest)
    if not (0 < low <= high and math.isfinite(high / low)):
        raise ValueError(
            "smallest and largest must be positive, in order and with a finite "
            f"quotient, got {smallest}, {largest}"
        )
    return Spectrum(shape, low, high, as_switch("singular", singular))
