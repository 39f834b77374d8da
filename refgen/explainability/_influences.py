"""Affine least squares: how much each value moves each coefficient.

Features are in units of the scale, and coefficients belong to 1 and the features.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen.arrays import namespace
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")

# Eigenvalues below this share of the largest are rounding.
_SINGULAR = 1e-12


class Influences(NamedTuple):
    """Of n values on 1 + p coefficients: one design for all rows, or one for each."""

    features: Any
    """Of shape (..., n, p)."""
    weights: Any
    """Of the values, of shape (..., n); they sum to 1 over all pieces of a design."""
    matrix: Any
    """Coefficients are its products with the values; of shape (..., 1 + p, n)."""
    leverages: Any
    """Of each value on what is fitted to it, of shape (..., n)."""

    def coefficients(self, values: Any) -> Any:
        """Of shape (n_rows, 1 + p), for values of shape (n_rows, n)."""
        return times(self.matrix, values)

    def fitted(self, coefficients: Any) -> Any:
        """What is fitted to the values of each row, of shape (n_rows, n)."""
        return coefficients[:, :1] + times(self.features, coefficients[:, 1:])


def times(matrix: Any, rows: Any) -> Any:
    """The matrix times each row; there may be a matrix for each.

    Examples
    --------
    >>> import numpy as np
    >>> times(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0], [0.0, 1.0]])).tolist()
    [[11.0], [2.0]]
    """
    if matrix.ndim == 2:
        return rows @ matrix.T
    return (matrix @ rows[..., None])[..., 0]


def gram(features: Any, weights: Any) -> Any:
    """Weighted sums of products of 1 and the features, of shape (..., 1 + p, 1 + p)."""
    columns = _with_ones(features)
    return (columns * weights[..., None]).swapaxes(-1, -2) @ columns


def inverse(gram_matrix: Any, penalty: float) -> Any:
    """(G + λI)⁻¹, where the constant is not penalized.

    Raises
    ------
    ValueError
        If a matrix is singular to rounding.
    """
    xp = namespace(gram_matrix)
    ridge = xp.full(gram_matrix.shape[-1], penalty)
    ridge[0] = 0.0
    spectrum, vectors = _eigh(gram_matrix + xp.diag(ridge))
    if bool((spectrum[..., 0] <= _SINGULAR * spectrum[..., -1]).any()):
        raise ValueError(
            "the points of a neighbourhood do not determine an explanation: they are "
            "too far away, or their features depend on each other; give a larger scale "
            "or penalty"
        )
    return (vectors / spectrum[..., None, :]) @ vectors.swapaxes(-1, -2)


def influences(features: Any, weights: Any, inverse_gram: Any) -> Influences:
    """Of values at points with these features, given (G + λI)⁻¹ of all points."""
    columns = _with_ones(features).swapaxes(-1, -2)
    matrix = inverse_gram @ columns
    leverages = (matrix * columns).sum(axis=-2) * weights
    return Influences(features, weights, matrix * weights[..., None, :], leverages)


def _with_ones(features: Any) -> Any:
    xp = namespace(features)
    return xp.concatenate([xp.ones((*features.shape[:-1], 1)), features], axis=-1)
