"""Checks of matrices: what `refgen.linalg` refuses, and how it says it."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import refuse
from refgen.arrays import namespace
from refgen.kernels import kernel

_cholesky = kernel("factors", "cholesky")

# Products of rows that were orthonormal in float64 are off by much less.
_NOT_ORTHONORMAL = 1e-6


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
