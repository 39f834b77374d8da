"""What leaves a row out of ridge regression: quotients, of series and at contours."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np

# Weideman's contour (2006) for N nodes, of which half is above the real axis: its error
# is about e^(−1.36 N), below the rounding that e^(0.17 N) magnifies.
_NODES = 24


def divide_series(above: list[Any], below: list[Any]) -> list[Any]:
    """Coefficients of the quotient of two power series.

    Examples
    --------
    >>> divide_series([1.0, 0.0, 0.0], [2.0, -1.0, 0.0])
    [0.5, 0.25, 0.125]
    """
    found: list[Any] = []
    for j, top in enumerate(above):
        known = sum(below[i] * found[j - i] for i in range(1, j + 1))
        found.append((top - known) / below[0])
    return found


def quotient_rounding(
    found: list[Any], below: list[Any], above_off: list[Any], below_off: list[Any]
) -> list[Any]:
    """How far rounding may have moved `divide_series`, if it moved the series so far.

    Examples
    --------
    >>> quotient_rounding([0.5, 0.25], [2.0, -1.0], [0.5, 0.0], [0.0, 0.0])
    [0.25, 0.125]
    """
    off: list[Any] = []
    for j, top in enumerate(above_off):
        moved = top + below_off[0] * abs(found[j])
        for i in range(1, j + 1):
            moved = (
                moved + abs(below[i]) * off[j - i] + below_off[i] * abs(found[j - i])
            )
        off.append(moved / below[0])
    return off


def _contour() -> tuple[np.ndarray, np.ndarray]:
    """Nodes z with weights c: f(t) is the sum of Re c·p·F(p) at p = z/t."""
    angles = math.pi * (2 * np.arange(_NODES // 2) + 1) / _NODES
    turned = 0.6407 * angles
    cotangent = 1 / np.tan(turned)
    z = _NODES * (-0.6122 + 0.5017 * angles * cotangent + 0.2645j * angles)
    slope = 0.5017 * (cotangent - turned / np.sin(turned) ** 2) + 0.2645j
    weights = 2 * np.exp(z) * (_NODES * slope) / (1j * _NODES * z)
    return z, weights


class FlowNodes(NamedTuple):
    """Complex penalties whose ridge regressions make up gradient flow at a time.

    Attributes
    ----------
    real, imaginary : arrays of shape (..., n_nodes)
        Of the penalties.
    weights : pair of arrays of shape (n_nodes,)
        Real and imaginary parts.
    """

    real: Any
    imaginary: Any
    weights: tuple[Any, Any]

    @classmethod
    def at(cls, xp: Any, time: Any) -> FlowNodes:
        """The nodes of times (..., 1) > 0."""
        z, weights = _contour()
        parts = [xp.asarray(a) for a in (z.real, z.imag, weights.real, weights.imag)]
        return cls(parts[0] / time, parts[1] / time, (parts[2], parts[3]))

    def inverse(self, spectrum: Any) -> tuple[Any, Any]:
        """1/(λ + p), real and imaginary part, (..., n_directions, n_nodes)."""
        real = spectrum[..., None] + self.real[..., None, :]
        imaginary = self.imaginary[..., None, :]
        # Quotients of numbers of any size: no square of them overflows.
        size = abs(real) + abs(imaginary)
        real, imaginary = real / size, imaginary / size
        square = (real * real + imaginary * imaginary) * size
        return real / square, -imaginary / square

    def combine(self, above: tuple[Any, Any], below: tuple[Any, Any]) -> Any:
        """The flow's value from quotients (..., n_nodes), given by complex parts."""
        square = below[0] * below[0] + below[1] * below[1]
        real = (above[0] * below[0] + above[1] * below[1]) / square
        imaginary = (above[1] * below[0] - above[0] * below[1]) / square
        return (self.weights[0] * real - self.weights[1] * imaginary).sum(axis=-1)
