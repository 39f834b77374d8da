"""Batched linear algebra that both packages share."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import as_not_negative, as_positive, in_one_place, together
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel

__all__ = [
    "ball_constrained_least_squares",
    "orthonormal_rows",
    "project_out",
    "secular_multiplier",
    "solve_positive",
]

ball_by_cholesky = kernel("secular", "ball_by_cholesky")
secular_roots = kernel("secular", "secular_roots")

# A Cholesky pivot below this share of the largest diagonal entry may mean that the
# matrix is singular; eigenvalues then decide.
_SAFE_PIVOT = 1e-6


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


def secular_multiplier(spectrum: Any, rotated: Any, radius: Any) -> Any:
    """The μ ≥ 0 with Σ rotated²/(spectrum + μ)² = radius²; 0 if Σ is less at μ = 0.

    Parameters
    ----------
    spectrum, rotated : array of shape (..., d)
        Eigenvalues, not negative, and the coefficients in their eigenvectors. Where
        both are 0 the term is 0. Eigenvalues and |rotated|/radius may have any size
        from 1e-300 to 1e300.
    radius : array of shape (...)
        Positive.

    Returns
    -------
    array of shape (...)
        The relative difference of the sum from radius² is at most (d + 12)·2⁻⁵³. The
        float64 nearest to the root is no better, as the terms are rounded.

    Raises
    ------
    ValueError
        If shapes disagree, a number is out of range, or rotated/radius overflows.

    Notes
    -----
    Source: Newton's method on 1/√Σ, from below, where it is monotone (Moré & Sorensen
    1983). The bits are the same on every device.

    Examples
    --------
    >>> float(secular_multiplier([1.0, 1.0], [0.6, 0.8], 0.5))
    1.0
    """
    spectrum, rotated, radius = in_one_place(
        spectrum=as_not_negative("spectrum", spectrum, 1),
        rotated=as_floats("rotated", rotated, 1),
        radius=as_positive("radius", radius),
    )
    xp = namespace(spectrum)
    with np.errstate(over="ignore"):
        scaled = rotated / radius[..., None]
    if not bool(xp.isfinite(scaled).all()):
        raise ValueError("rotated / radius overflows float64; rescale both")
    spectrum, scaled = together(spectrum=spectrum, rotated=scaled)
    rows = [
        xp.ascontiguousarray(a).reshape(-1, a.shape[-1]) for a in (spectrum, scaled)
    ]
    return secular_roots(*rows).reshape(spectrum.shape[:-1])


def ball_constrained_least_squares(
    gram: Any, moment: Any, radius: Any, tolerance: float = 1e-12
) -> tuple[Any, Any]:
    """The θ that minimizes θᵀGθ − 2 mᵀθ over ‖θ‖ ≤ radius, and its multiplier.

    Parameters
    ----------
    gram : array of shape (..., d, d)
        Symmetric and positive semidefinite; only the upper triangle is read.
    moment : array of shape (..., d)
        m in the range of G, as Xᵀy is in that of XᵀX.
    radius : array of shape (...)
        Positive.
    tolerance : float
        Eigenvalues up to `tolerance` times the largest count as 0.

    Returns
    -------
    solution : array of shape (..., d)
        (G + μI)⁻¹ m; for μ = 0 the solution of least norm.
    multiplier : array of shape (...)
        μ, which is 0 where the solution of least norm lies within the ball.

    Raises
    ------
    ValueError
        If shapes disagree, `radius` is not positive, or an entry is not finite.

    Notes
    -----
    Newton's method on the secular equation (Moré & Sorensen 1983), with one Cholesky
    factorization per step. Eigenvalues are used instead where G may be singular, and on
    a device. The error is of the order of the rounding unit times the condition number
    of G + μI.

    Examples
    --------
    >>> import numpy as np
    >>> gram = np.diag([1.0, 1.0, 0.0])
    >>> theta, mu = ball_constrained_least_squares(gram, [0.6, 0.8, 0.0], 0.5)
    >>> theta.round(12).tolist(), round(float(mu), 12)
    ([0.3, 0.4, 0.0], 1.0)
    """
    gram, moment, radius = in_one_place(
        gram=as_floats("gram", gram, 2),
        moment=as_floats("moment", moment, 1),
        radius=as_positive("radius", radius),
    )
    n = gram.shape[-1]
    if gram.shape[-2] != n or moment.shape[-1] != n:
        raise ValueError(
            f"gram must have shape (..., d, d) and moment (..., d), got {gram.shape} "
            f"and {moment.shape}"
        )
    xp = namespace(gram)
    batch = xp.broadcast_shapes(gram.shape[:-2], moment.shape[:-1], radius.shape)
    gram = xp.broadcast_to(gram, (*batch, n, n)).reshape(-1, n, n)
    moment = xp.broadcast_to(moment, (*batch, n)).reshape(-1, n)
    radius = xp.broadcast_to(radius, batch).reshape(-1)
    theta, mu = ball_by_cholesky(gram, moment, radius, _SAFE_PIVOT)
    left = xp.flatnonzero(mu < 0)
    if left.size:
        rest = gram[left], moment[left], radius[left]
        theta[left], mu[left] = _ball_by_eigenvalues(*rest, tolerance)
    return theta.reshape(*batch, n), mu.reshape(batch)


def _ball_by_eigenvalues(
    gram: Any, moment: Any, radius: Any, tolerance: float
) -> tuple[Any, Any]:
    xp = namespace(gram)
    spectrum, vectors = xp.linalg.eigh(gram, UPLO="U")
    rotated = xp.einsum("bij,bi->bj", vectors, moment)
    zero = spectrum <= tolerance * spectrum[:, -1:]
    spectrum = xp.where(zero, 0.0, spectrum)
    rotated = xp.where(zero, 0.0, rotated)
    mu = secular_multiplier(spectrum, rotated, radius)
    shifted = xp.where(zero, 1.0, spectrum + mu[:, None])
    theta = xp.einsum("bij,bj->bi", vectors, rotated / shifted)
    # Makes an active constraint hold to rounding even if the matrix is ill-conditioned.
    norm = xp.sqrt((theta**2).sum(axis=-1))
    scale = xp.where(mu > 0, radius / xp.where(norm > 0, norm, 1.0), 1.0)
    return theta * scale[:, None], mu
