"""Checks of matrices and of their batch axes, and how refusals say it."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import refuse
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel

_cholesky = kernel("factors", "cholesky")

# Products of rows that were orthonormal in float64 are off by much less.
_NOT_ORTHONORMAL = 1e-6

# Entries that should be equal, computed by sums in another order; also numbers that
# were written with nine decimals.
ROUNDING = 1e-9


def check_orthonormal(basis: Any) -> None:
    """Refuse a matrix unless its rows are orthonormal, or 0.

    Raises
    ------
    ValueError
        If they are not.

    Examples
    --------
    >>> check_orthonormal(np.array([[1.0, 0.0], [0.0, 0.0]]))
    """
    xp, refused = namespace(basis), "have rows that are orthonormal or 0"
    refuse("basis", basis, abs(basis) > 1 + _NOT_ORTHONORMAL, refused)
    products = basis @ basis.swapaxes(-1, -2)
    squares = xp.diagonal(products, axis1=-2, axis2=-1)
    # A row is 0, or has length 1; products with other rows are 0.
    apart = products - xp.eye(basis.shape[-2]) * (squares > 0.5)[..., None]
    if bool((abs(apart) > _NOT_ORTHONORMAL).any()):
        raise ValueError(
            f"basis must {refused}; take those that orthonormal_rows(basis) returns"
        )


def batch_shape(**shapes: tuple[int, ...]) -> tuple[int, ...]:
    """What leading axes broadcast to.

    Raises
    ------
    ValueError
        If they do not; the message has their names.

    Examples
    --------
    >>> batch_shape(gram=(3, 1), radius=(4,))
    (3, 4)
    """
    try:
        return np.broadcast_shapes(*shapes.values())
    except ValueError as error:
        named = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
        raise ValueError(
            f"leading axes do not broadcast: {named}; give equal ones, or none"
        ) from error


def as_moments(name: str, value: Any) -> Any:
    """`value` as square matrices that are symmetric up to rounding.

    Raises
    ------
    ValueError
        If they are not square, not symmetric, or have a negative diagonal entry.

    Examples
    --------
    >>> as_moments("matrix", [[1.0, 2.0], [3.0, 4.0]])
    Traceback (most recent call last):
    ValueError: matrix must be symmetric; take (M + Mᵀ)/2
    """
    matrix = as_floats(name, value, 2)
    if matrix.shape[-1] != matrix.shape[-2]:
        raise ValueError(f"{name} must be square, got shape {matrix.shape}")
    largest = abs(matrix).max(axis=(-1, -2))
    skew = abs(matrix - matrix.swapaxes(-1, -2)).max(axis=(-1, -2))
    if bool((skew > ROUNDING * largest).any()):
        raise ValueError(f"{name} must be symmetric; take (M + Mᵀ)/2")
    lowest = namespace(matrix).einsum("...ii->...i", matrix).min(axis=-1)
    refuse_indefinite(name, lowest, largest)
    return matrix


def refuse_indefinite(name: str, lowest: Any, scale: Any) -> None:
    """Refuse a matrix with a value xᵀMx below 0 by more than the rounding of `scale`.

    Examples
    --------
    >>> refuse_indefinite("matrix", np.array(-1e-12), 1.0)
    """
    if bool((lowest < -ROUNDING * scale).any()):
        raise ValueError(
            f"{name} must be positive semidefinite, as a mean of squares is; xᵀMx is "
            f"{float(lowest.min()):g} for some x"
        )


def cholesky(matrices: Any) -> Any:
    """Lower triangular factors of symmetric positive definite matrices.

    Raises
    ------
    numpy.linalg.LinAlgError
        If a matrix is not positive definite.

    Examples
    --------
    >>> cholesky(np.diag([4.0, 1.0])).tolist()
    [[2.0, 0.0], [0.0, 1.0]]
    """
    try:
        return _cholesky(matrices)
    except np.linalg.LinAlgError as error:
        raise np.linalg.LinAlgError(
            "matrices must be positive definite, and one of them is not"
        ) from error


def forward_solution(lower: Any, rhs: Any) -> Any:
    """L⁻¹ b for lower triangular L, by substitution, vectorized over the batch.

    Examples
    --------
    >>> forward_solution(np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([[4.0], [3.0]]))
    array([[2.],
           [1.]])
    """
    xp = namespace(lower)
    batch = np.broadcast_shapes(lower.shape[:-2], rhs.shape[:-2])
    found = xp.array(xp.broadcast_to(rhs, batch + rhs.shape[-2:]), dtype=float)
    for i in range(lower.shape[-1]):
        known = xp.einsum("...j,...jk->...k", lower[..., i, :i], found[..., :i, :])
        found[..., i, :] = (found[..., i, :] - known) / lower[..., i, i, None]
    return found
