"""Norms of weights, at any scale that float64 has."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen.arrays import namespace
from refgen.kernels import kernel

_eigvalsh = kernel("factors", "eigvalsh")


class LayerNorms(NamedTuple):
    """A norm of the weights of each layer, biases left out.

    Attributes
    ----------
    hidden, output : arrays of shape (...)
    """

    hidden: Any
    output: Any


def frobenius_norm(matrices: Any) -> Any:
    """‖W‖_F of matrices (..., m, n).

    Examples
    --------
    >>> import numpy as np
    >>> f"{frobenius_norm(np.array([[3e200, 4e200]])):.6g}"
    '5e+200'
    """
    return length(matrices.reshape(*matrices.shape[:-2], -1))


def length(rows: Any) -> Any:
    """‖·‖₂ of rows (..., n).

    Examples
    --------
    >>> import numpy as np
    >>> length(np.array([3.0, 4.0])).tolist()
    5.0
    """
    xp = namespace(rows)
    exponents = _exponents(abs(rows).max(axis=-1))
    scaled = xp.ldexp(rows, -exponents[..., None])
    return xp.ldexp(xp.sqrt((scaled * scaled).sum(axis=-1)), exponents)


def spectral_norm(matrices: Any) -> Any:
    """‖W‖₂, the largest singular value, of matrices (..., m, n).

    Examples
    --------
    >>> import numpy as np
    >>> round(float(spectral_norm(np.array([[3.0, 0.0], [0.0, 4.0], [0.0, 0.0]]))), 12)
    4.0
    """
    xp = namespace(matrices)
    m, n = matrices.shape[-2:]
    tall = matrices if m >= n else matrices.swapaxes(-1, -2)
    exponents = _exponents(abs(tall).max(axis=(-2, -1)))
    scaled = xp.ldexp(tall, -exponents[..., None, None])
    # The error of the largest eigenvalue is relative to itself.
    largest = _eigvalsh(scaled.swapaxes(-1, -2) @ scaled)[..., -1]
    return xp.ldexp(xp.sqrt(xp.maximum(largest, 0.0)), exponents)


def _exponents(largest: Any) -> Any:
    """Powers of two, which are exact, at which squares neither overflow nor vanish."""
    return namespace(largest).frexp(largest)[1]
