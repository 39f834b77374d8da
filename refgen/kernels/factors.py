"""Factorizations of stacks of symmetric matrices, by LAPACK."""

from __future__ import annotations

from typing import Any

import numpy as np


def cholesky(matrices: Any) -> Any:
    """Lower triangular factors of matrices (..., n, n), of which the lower is read."""
    return np.linalg.cholesky(matrices)


def eigh(matrices: Any) -> tuple[Any, Any]:
    """Eigenvalues in ascending order, and eigenvectors as columns, of either sign.

    Only the upper triangle of matrices (..., n, n) is read.
    """
    spectrum, vectors = np.linalg.eigh(matrices, UPLO="U")
    return spectrum, vectors


def eigvalsh(matrices: Any) -> Any:
    """Eigenvalues in ascending order; only the upper triangle is read."""
    return np.linalg.eigvalsh(matrices, UPLO="U")
