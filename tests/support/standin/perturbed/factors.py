"""Factors of matrices as another library may give them.

All are computed for rows and columns in reverse order, which changes the rounding and
turns the bases of eigenspaces of more than one dimension. Signs that are arbitrary are
so that the largest component of a vector is negative. Cholesky multiplies by reciprocal
square roots, which CUDA computes within a unit in the last place.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .functions import moved
from .sums import matmul


def _reversed(a: Any) -> Any:
    return a[..., ::-1, ::-1]


def _signs(columns: Any) -> Any:
    """Signs that make the largest entry of every column negative."""
    if columns.size == 0:
        return np.ones((*columns.shape[:-2], 1, columns.shape[-1]))
    largest = np.abs(columns).argmax(axis=-2)[..., None, :]
    return -np.copysign(1.0, np.take_along_axis(columns, largest, axis=-2))


def _symmetric(a: Any, triangle: str) -> Any:
    """The matrix of one triangle, which is all that is read."""
    lower = np.tril(a) if triangle == "L" else np.triu(a).swapaxes(-1, -2)
    return lower + np.tril(lower, -1).swapaxes(-1, -2)


def eigh(a: Any, UPLO: str = "L") -> tuple[Any, Any]:
    values, vectors = np.linalg.eigh(_reversed(_symmetric(a, UPLO)))
    vectors = vectors[..., ::-1, :]
    return values, vectors * _signs(vectors)


def eigvalsh(a: Any, UPLO: str = "L") -> Any:
    return np.linalg.eigvalsh(_reversed(_symmetric(a, UPLO)))


def svd(a: Any, full_matrices: bool = True, compute_uv: bool = True) -> Any:
    if not compute_uv:
        return np.linalg.svd(_reversed(a), compute_uv=False)
    u, values, vh = np.linalg.svd(_reversed(a), full_matrices)
    u, vh, n = u[..., ::-1, :], vh[..., :, ::-1], values.shape[-1]
    signs = _signs(u)
    vh = vh.copy()
    vh[..., :n, :] *= signs[..., :n].swapaxes(-1, -2)
    return u * signs, values, vh


def qr(a: Any, mode: str = "reduced") -> Any:
    if mode != "reduced":
        raise NotImplementedError(f"qr with mode={mode!r}")
    q, r = np.linalg.qr(a[..., ::-1, :])
    q = q[..., ::-1, :]
    signs = _signs(q)
    return q * signs, r * signs.swapaxes(-1, -2)


def cholesky(a: Any) -> Any:
    lower = np.zeros(a.shape, np.result_type(a, np.float32))
    for j in range(a.shape[-1]):
        row = lower[..., j, :j, None]
        column = a[..., j:, j] - matmul(lower[..., j:, :j], row)[..., 0]
        pivot = column[..., :1]
        if not (pivot > 0).all():
            raise np.linalg.LinAlgError("Matrix is not positive definite")
        lower[..., j:, j] = column * moved(1 / np.sqrt(pivot), 1, pivot)
    return lower


def solve(a: Any, b: Any) -> Any:
    if b.ndim == 1:
        return np.linalg.solve(_reversed(a), b[::-1])[..., ::-1]
    return np.linalg.solve(_reversed(a), b[..., ::-1, :])[..., ::-1, :]


def inv(a: Any) -> Any:
    return _reversed(np.linalg.inv(_reversed(a)))


def rfft(a: Any, n: int | None = None, axis: int = -1) -> Any:
    """From all coefficients, where NumPy computes one half."""
    length = a.shape[axis] if n is None else n
    return np.fft.fft(a, length, axis).take(range(length // 2 + 1), axis)


def irfft(a: Any, n: int | None = None, axis: int = -1) -> Any:
    """From a signal shifted by one place, and shifted back."""
    length = 2 * (a.shape[axis] - 1) if n is None else n
    kept = np.moveaxis(a, axis, -1)[..., : length // 2 + 1]
    turn = np.exp(-2j * np.pi * np.arange(kept.shape[-1]) / length)
    signal = np.roll(np.fft.irfft(kept * turn, length), -1, axis=-1)
    return np.moveaxis(signal, -1, axis)


COMPUTED = {
    f"cupy.linalg.{f.__name__}": f
    for f in (eigh, eigvalsh, svd, qr, cholesky, solve, inv)
} | {f"cupy.fft.{f.__name__}": f for f in (rfft, irfft)}
