"""Factorizations of stacks of symmetric matrices, by cuSOLVER, a chunk at a time.

Failures raise ``LinAlgError``, as NumPy's do: CuPy's default is to return what it has.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from refgen_gpu.backend import backend
from refgen_gpu.chunks import in_chunks

# cuSOLVER counts the workspace of a stack in 32-bit elements. That of eigenvalues was
# seen to be about 1024 + (n + 1)² for each matrix, so that two million are too many:
# https://github.com/cupy/cupy/issues/7261. A gigabyte is far from the limit, fits most
# devices, and holds enough matrices to fill one.
_CHUNK_BYTES = 1 << 30

NOT_COMPARED = dict.fromkeys(
    ("cholesky", "eigh", "eigvalsh"),
    "the last bits, and signs of eigenvectors, are those of the library",
)


def cholesky(matrices: Any) -> Any:
    """Lower triangular factors of matrices (..., n, n), of which the lower is read.

    Parameters
    ----------
    matrices : device array of shape (..., n, n), float64

    Returns
    -------
    device array of shape (..., n, n)
    """
    xp = backend().xp
    lower = xp.empty(matrices.shape)
    return _in_stacks(lambda part: (xp.linalg.cholesky(part),), matrices, lower)[0]


def eigh(matrices: Any) -> tuple[Any, Any]:
    """Eigenvalues in ascending order, and eigenvectors as columns, of either sign.

    Parameters
    ----------
    matrices : device array of shape (..., n, n), float64
        Only the upper triangle is read.

    Returns
    -------
    spectrum : device array of shape (..., n)
    vectors : device array of shape (..., n, n)
    """
    xp = backend().xp
    found = xp.empty(matrices.shape[:-1]), xp.empty(matrices.shape)
    spectrum, vectors = _in_stacks(
        lambda part: xp.linalg.eigh(part, UPLO="U"), matrices, *found
    )
    return spectrum, vectors


def eigvalsh(matrices: Any) -> Any:
    """Eigenvalues in ascending order; only the upper triangle is read.

    Parameters
    ----------
    matrices : device array of shape (..., n, n), float64

    Returns
    -------
    device array of shape (..., n)
    """
    xp = backend().xp
    spectrum = xp.empty(matrices.shape[:-1])
    return _in_stacks(
        lambda part: (xp.linalg.eigvalsh(part, UPLO="U"),), matrices, spectrum
    )[0]


def _in_stacks(
    factor: Callable[[Any], tuple], matrices: Any, *out: Any
) -> tuple[Any, ...]:
    """`out` with the factors of all matrices; a single one goes another way in CuPy."""
    n, batch = matrices.shape[-1], matrices.shape[:-2]
    size = math.prod(batch)
    stack = matrices.reshape(size, n, n)
    flat = [a.reshape(size, *a.shape[len(batch) :]) for a in out]

    def compute(start: int, stop: int) -> None:
        found = factor(stack[start:stop] if batch else matrices)
        for rows, values in zip(flat, found, strict=True):
            rows[start:stop] = values

    with backend().linalg_errors():
        in_chunks(size, _matrix_bytes(n), compute, _CHUNK_BYTES)
    return out


def _matrix_bytes(n: int) -> int:
    """Bytes for a matrix in a chunk: its copies, its factors and the workspace."""
    return 8 * (1024 + 4 * (n + 1) ** 2)
