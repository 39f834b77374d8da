"""The tail of the normal law at complex points, in real arithmetic.

CuPy has no Faddeeva function, and pairs of real numbers run on every device.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from refgen.arrays import namespace

# Terms of Weideman's series: with 40 its error is below rounding.
_N_TERMS = 40


@functools.cache
def _series() -> tuple[tuple[float, ...], float]:
    """Coefficients of Weideman's series, highest power first, and its scale."""
    n = 2 * _N_TERMS
    scale = math.sqrt(_N_TERMS / math.sqrt(2))
    t = scale * np.tan(np.arange(1 - n, n) * (math.pi / (2 * n)))
    f = np.append(0.0, np.exp(-t * t) * (scale * scale + t * t))
    found = np.fft.fft(np.fft.fftshift(f)).real / (2 * n)
    return tuple(map(float, found[_N_TERMS:0:-1])), scale


def scaled_tail(x: Any, y: Any) -> tuple[Any, Any]:
    """Real and imaginary part of e^(z²/2) Q(z) at z = x + iy, for x ≥ 0.

    Q is the upper tail of the normal law. Source: Weideman 1994, Computation of the
    complex error function, SIAM J. Numer. Anal. 31, which has w(iz) = e^(z²) erfc(z).

    Examples
    --------
    >>> real, imaginary = scaled_tail(np.array(0.0), np.array(0.0))
    >>> round(float(real), 12), float(imaginary)
    (0.5, 0.0)
    """
    coefficients, scale = _series()
    a, b = x * math.sqrt(0.5), y * math.sqrt(0.5)
    size = (scale + a) * (scale + a) + b * b
    near = ((scale - a) * (scale + a) - b * b) / size, -2 * scale * b / size
    inverse = (scale + a) / size, -b / size
    total = _polynomial(coefficients, *near)
    real, imaginary = times(total, inverse)
    total = 2 * real + 1 / math.sqrt(math.pi), 2 * imaginary
    real, imaginary = times(total, inverse)
    return real / 2, imaginary / 2


def _polynomial(coefficients: tuple[float, ...], real: Any, imaginary: Any) -> Any:
    """By Horner's rule."""
    total = coefficients[0] + 0 * real, 0 * real
    for coefficient in coefficients[1:]:
        x, y = times(total, (real, imaginary))
        total = x + coefficient, y
    return total


def times(left: tuple[Any, Any], right: tuple[Any, Any]) -> tuple[Any, Any]:
    """The product of two complex numbers.

    Examples
    --------
    >>> times((0.0, 1.0), (0.0, 1.0))
    (-1.0, 0.0)
    """
    (a, b), (c, d) = left, right
    return a * c - b * d, a * d + b * c


def turned(size: Any, angle: Any) -> tuple[Any, Any]:
    """The complex number of this size and angle.

    Examples
    --------
    >>> [float(part) for part in turned(2.0, 0.0)]
    [2.0, 0.0]
    """
    xp = namespace(size, angle)
    return size * xp.cos(angle), size * xp.sin(angle)
