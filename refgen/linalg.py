"""Batched linear algebra that both packages share."""

from __future__ import annotations

from typing import Any

from refgen.arrays import namespace


def orthonormal_rows(rows: Any, tolerance: float = 1e-9) -> tuple[Any, Any]:
    """Orthonormal basis of the row space, by Gram–Schmidt with reorthogonalization.

    Everything is vectorized over the batch, which suits small, well-conditioned
    systems in large batches (0-1 equations), where singular values would cost more.

    Parameters
    ----------
    rows : array of shape (..., m, n)
    tolerance : float
        A row whose part orthogonal to the earlier ones is shorter than `tolerance`
        times its length counts as dependent.

    Returns
    -------
    basis : array of shape (..., m, n)
        Orthonormal rows; a row of zeros where the row of `rows` is dependent.
    rank : integer array of shape (...)

    Notes
    -----
    "Twice is enough": Giraud, Langou & Rozložník (2005).

    Examples
    --------
    >>> import numpy as np
    >>> basis, rank = orthonormal_rows(np.array([[3.0, 0.0], [1.0, 0.0], [1.0, 2.0]]))
    >>> basis.tolist(), int(rank)
    ([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0]], 2)
    """
    xp = namespace(rows)
    basis = xp.zeros(rows.shape)
    kept = xp.zeros(rows.shape[:-1], bool)
    for i in range(rows.shape[-2]):
        row = rest = rows[..., i, :]
        if i:
            rest = project_out(basis[..., :i, :], row)
        length = xp.sqrt((rest**2).sum(axis=-1))
        independent = length > tolerance * xp.sqrt((row**2).sum(axis=-1))
        scale = xp.where(independent, 1 / xp.where(independent, length, 1.0), 0.0)
        basis[..., i, :] = rest * scale[..., None]
        kept[..., i] = independent
    return basis, kept.sum(axis=-1)


def project_out(basis: Any, vectors: Any) -> Any:
    """The part of `vectors` (..., n) orthogonal to the rows of `basis` (..., m, n).

    Examples
    --------
    >>> import numpy as np
    >>> project_out(np.array([[1.0, 0.0]]), np.array([3.0, 4.0])).tolist()
    [0.0, 4.0]
    """
    columns = vectors[..., None]
    for _ in range(2):  # the second projection removes the first one's rounding
        columns = columns - basis.swapaxes(-1, -2) @ (basis @ columns)
    return columns[..., 0]


def solve_positive(matrices: Any, rhs: Any) -> Any:
    """Solutions of A x = b for symmetric positive definite matrices, by Cholesky.

    Parameters
    ----------
    matrices : array of shape (..., n, n)
        Symmetric; only the lower triangle is read.
    rhs : array of shape (..., n, k)

    Raises
    ------
    numpy.linalg.LinAlgError
        If a matrix is not positive definite. On device arrays only the function of
        refgen_gpu raises: CuPy's default is to return meaningless numbers.
    ValueError
        If `rhs` does not have n rows.

    Examples
    --------
    >>> import numpy as np
    >>> solve_positive(np.diag([4.0, 1.0]), np.array([[8.0], [3.0]])).tolist()
    [[2.0], [3.0]]
    """
    xp = namespace(matrices)
    lower = xp.linalg.cholesky(matrices)
    if rhs.ndim < 2 or rhs.shape[-2] != lower.shape[-1]:
        raise ValueError(
            f"rhs must have shape (..., {lower.shape[-1]}, k) for matrices of shape "
            f"{lower.shape}, got {rhs.shape}"
        )
    shape = xp.broadcast_shapes(lower.shape[:-2], rhs.shape[:-2]) + rhs.shape[-2:]
    solution = xp.array(xp.broadcast_to(rhs, shape), dtype=float)
    n = shape[-2]
    # Substitution, vectorized over the batch: L y = b forward, then Lᵀ x = y.
    for i in range(n):
        known = xp.einsum("...j,...jk->...k", lower[..., i, :i], solution[..., :i, :])
        rest = solution[..., i, :] - known
        solution[..., i, :] = rest / lower[..., i, i, None]
    for i in reversed(range(n)):
        below = lower[..., i + 1 :, i]
        known = xp.einsum("...j,...jk->...k", below, solution[..., i + 1 :, :])
        rest = solution[..., i, :] - known
        solution[..., i, :] = rest / lower[..., i, i, None]
    return solution
