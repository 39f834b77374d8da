"""eˣ, tanh and log from + − × ÷ and powers of 2, in one order: the same bits anywhere.

No function has a table or needs a branch, so that loops over numbers are vectorized.
"""

import numpy as np

from refgen.kernels.linked import FLOATS, INTEGER, NOTHING, inlined, linked
from refgen.kernels.random import _52, _bits_of, _from_bits, _log

FARTHEST = 700.0

_inlined_log = inlined(_log.py_func)

_WHOLE = 2.0**52  # from here on numbers are whole


@inlined
def _reduced(size):
    """k, even and odd: e^(−size) is 2⁻ᵏ (even − odd)/(even + odd)."""
    near = size * 1.4426950408889634 + 0.5
    k = (near + _WHOLE) - _WHOLE
    k = k - 1.0 if k > near else k
    # log 2 in two parts; k times the first one is exact.
    r = size - k * 6.93147180369123816490e-01
    r = r - k * 1.90821492927058770002e-10
    t = r * r
    even = 665280.0 + t * (75600.0 + t * (840.0 + t))
    odd = r * (332640.0 + t * (10080.0 + t * 42.0))
    return k, even, odd


@inlined
def _power_of_2(k):
    """2ᵏ, of a whole float64 between −1022 and 1023."""
    return _from_bits(_bits_of(_WHOLE + (1023.0 + k)) << _52)


@inlined
def falling(size):
    """e^(−size) in three parts: a power of 2, and Padé's numerator and denominator.

    The size is in [0, 700]. What the quotient of polynomials of degree 6 is off by is
    2·10⁻¹⁹ of it.
    """
    k, even, odd = _reduced(size)
    return _power_of_2(-k), even - odd, even + odd


@inlined
def _exp(x):
    """eˣ; infinite above 700, 0 below −700."""
    size = abs(x)
    k, even, odd = _reduced(size if size <= FARTHEST else FARTHEST)
    up = x > 0.0
    odd = odd if up else -odd
    value = (even + odd) / (even - odd) * _power_of_2(k if up else -k)
    far = np.inf if up else (0.0 if x == x else x)
    return value if size <= FARTHEST else far


@inlined
def _tanh(x):
    """The hyperbolic tangent; ±1 from 350 on."""
    size = abs(x)
    k, even, odd = _reduced(2.0 * size if size <= 350.0 else FARTHEST)
    # Not (1 − e^(−2x))/(1 + e^(−2x)), which loses digits of a small x: k is 0 then.
    half = _power_of_2(-k)
    less, more = 1.0 - half, 1.0 + half
    value = (less * even + more * odd) / (more * even + less * odd)
    value = value if size <= 350.0 else (1.0 if x == x else x)
    return value if x >= 0.0 else -value


@linked(NOTHING, FLOATS, INTEGER)
def exps(x, n):
    """In place: eˣ of n numbers."""
    for i in range(n):
        x[i] = _exp(x[i])


@linked(NOTHING, FLOATS, INTEGER)
def tanhs(x, n):
    """In place: hyperbolic tangents of n numbers."""
    for i in range(n):
        x[i] = _tanh(x[i])


@linked(NOTHING, FLOATS, INTEGER)
def logs(x, n):
    """In place: logarithms of n normal numbers in (0, 1]."""
    for i in range(n):
        x[i] = _inlined_log(x[i])
