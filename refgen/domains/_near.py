"""Nearly equal numbers: apart by 2⁻⁵³ to 2⁻²⁰, where theorems about ties break."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace

_SMALLEST, _LARGEST = 53, 20
# Hypothesis draws values with near ties in one case of this many.
_CASES = 4


def steps(stream: Any, shape: tuple[int, ...]) -> Any:
    """Powers of two from 2⁻⁵³ to 2⁻²⁰, each equally likely.

    Examples
    --------
    >>> from refgen.random import Stream
    >>> drawn = steps(Stream(0), (1000,))
    >>> bool(drawn.min() == 2.0**-53), bool(drawn.max() == 2.0**-20)
    (True, True)
    """
    n = _SMALLEST - _LARGEST + 1
    return _power(stream.integers(n, shape) + _LARGEST)


def nearly(arrays: Any) -> Any:
    """A Hypothesis strategy of the arrays of another one, or nearly those.

    In one case of four 2⁻⁵³ to 2⁻²⁰ is added at some places, and in half of these cases
    to copies of the first row.
    """
    from hypothesis import strategies as st

    n = _SMALLEST - _LARGEST + 1
    # Negative numbers, the first of which is the simplest, are plain.
    modes = st.integers(0, 2 * n * _CASES - 1).map(lambda i: i - 2 * n * (_CASES - 1))
    return st.tuples(arrays, modes).map(lambda pair: _moved(*pair))


def _moved(array: Any, mode: int) -> Any:
    if mode < 0:
        return array
    exponent, repeats = mode // 2 + _LARGEST, mode % 2
    rows = np.broadcast_to(array[:1], array.shape) if repeats else array
    # The odd places of the Thue–Morse sequence: no pattern of rows or columns.
    places = [place.bit_count() % 2 for place in range(array.size)]
    return rows + np.reshape(places, array.shape) * 2.0**-exponent


def _power(exponents: Any) -> Any:
    """2 to the power of minus the exponents, without rounding."""
    xp = namespace(exponents)
    return xp.ldexp(xp.ones(exponents.shape), -exponents)
