"""Nearly equal numbers: apart by 2⁻⁵³ to 2⁻²⁰, where theorems about ties break."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.domains._fields import integer_arrays

_SMALLEST, _LARGEST = 53, 20
# Hypothesis draws this many values from a plain strategy for one with near ties.
_PLAIN = 3


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


def small_steps(shape: tuple[int, ...]) -> Any:
    """A Hypothesis strategy of arrays of 0, and of 2⁻⁵³ to 2⁻²⁰."""
    arrays = integer_arrays(0, _SMALLEST - _LARGEST + 1, shape)
    return arrays.map(lambda i: (i > 0) * _power(_SMALLEST + 1 - i.astype(int)))


def mostly(plain: Any, near: Any) -> Any:
    """A Hypothesis strategy that draws from `near` in one case of four."""
    from hypothesis import strategies as st

    return st.one_of(*[plain] * _PLAIN, near)


def _power(exponents: Any) -> Any:
    """2 to the power of minus the exponents, without rounding."""
    xp = namespace(exponents)
    return xp.ldexp(xp.ones(exponents.shape), -exponents)
