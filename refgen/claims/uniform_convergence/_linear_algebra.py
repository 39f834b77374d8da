"""Norms of matrices for the other sides of claims, by sums and by eigenvalues."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace
from refgen.kernels import kernel

_eigh = kernel("factors", "eigh")


def size_of(matrices: Any) -> Any:
    """Frobenius norms."""
    return namespace(matrices).sqrt((matrices**2).sum(axis=(-2, -1)))


def column_lengths(matrices: Any) -> Any:
    return namespace(matrices).sqrt((matrices**2).sum(axis=-2))


def spectral_norm(matrices: Any) -> Any:
    """Largest singular values."""
    xp = namespace(matrices)
    products = matrices @ matrices.swapaxes(-1, -2)
    return xp.sqrt(xp.maximum(_eigh(products)[0][..., -1], 0.0))
