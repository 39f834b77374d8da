"""Checks of batch axes, and of matrices that are to be second moments."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import as_floats, namespace

# Entries that should be equal, computed by sums in another order; also numbers that
# were written with nine decimals.
ROUNDING = 1e-9


def check_batches(**batches: tuple[int, ...]) -> None:
    """Refuse batch axes that do not broadcast.

    Examples
    --------
    >>> check_batches(base=(3, 1), matrix=(2,))
    >>> check_batches(base=(3,), matrix=(2,))
    Traceback (most recent call last):
    ValueError: batch axes do not broadcast: base (3,), matrix (2,); give equal ones
    """
    try:
        np.broadcast_shapes(*batches.values())
    except ValueError as error:
        shapes = ", ".join(f"{name} {shape}" for name, shape in batches.items())
        raise ValueError(
            f"batch axes do not broadcast: {shapes}; give equal ones"
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
