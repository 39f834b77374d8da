"""Batched linear algebra that both packages share."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_not_negative
from refgen._finite import finite
from refgen._matrices import (
    batch_shape,
    check_orthonormal,
    cholesky,
    forward_solution,
)
from refgen._numbers import as_not_negative, as_positive, in_one_place, refuse, together
from refgen.arrays import as_floats, namespace
from refgen.kernels import kernel

__all__ = [
    "ball_constrained_least_squares",
    "orthonormal_rows",
    "project_out",
    "secular_multiplier",
    "solve_positive",
]

eigh = kernel("factors", "eigh")
ball_by_cholesky = kernel("secular", "ball_by_cholesky")
secular_roots = kernel("secular", "secular_roots")

# A Cholesky pivot below this share of the largest diagonal entry may mean that the
# matrix is singular; eigenvalues then decide.
_SAFE_PIVOT = 1e-6

# Eigenvalues of a matrix without negative ones are computed as at least minus this
# share of the largest.
_NOT_NEGATIVE = 1e-9


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

    Raises
    ------
    ValueError
        If `rows` has fewer than 2 axes, or an entry is not finite.

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
    rows = as_floats("rows", rows, 2)
    tolerance = check_not_negative("tolerance", tolerance)
    xp = namespace(rows)
    # Powers of two are exact, and keep squares from overflowing or vanishing.
    exponents = xp.frexp(abs(rows).max(axis=-1, keepdims=True))[1]
    rows = xp.ldexp(rows, -exponents)
    basis = xp.zeros(rows.shape)
    kept = xp.zeros(rows.shape[:-1], bool)
    for i in range(rows.shape[-2]):
        row = rest = rows[..., i, :]
        if i:
            rest = _projected_out(basis[..., :i, :], row)
        # Not row**2: a device's power of 2 need not be exact where this product is.
        length = xp.sqrt((rest * rest).sum(axis=-1))
        independent = length > tolerance * xp.sqrt((row * row).sum(axis=-1))
        scale = xp.where(independent, 1 / xp.where(independent, length, 1.0), 0.0)
        basis[..., i, :] = rest * scale[..., None]
        kept[..., i] = independent
    return basis, kept.sum(axis=-1)


@finite
def project_out(basis: Any, vectors: Any) -> Any:
    """The part of `vectors` (..., n) orthogonal to the rows of `basis` (..., m, n).

    Parameters
    ----------
    basis : array of shape (..., m, n)
        Rows are orthonormal or 0, as those of `orthonormal_rows`.
    vectors : array of shape (..., n)

    Returns
    -------
    array of shape (..., n)

    Raises
    ------
    ValueError
        If rows are not orthonormal, shapes do not match, or an entry is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> project_out(np.array([[1.0, 0.0]]), np.array([3.0, 4.0])).tolist()
    [0.0, 4.0]
    """
    basis, vectors = in_one_place(
        basis=as_floats("basis", basis, 2), vectors=as_floats("vectors", vectors, 1)
    )
    if basis.shape[-1] != vectors.shape[-1]:
        raise ValueError(
            f"basis and vectors must have the same last axis, got shapes {basis.shape} "
            f"and {vectors.shape}"
        )
    batch_shape(basis=basis.shape[:-2], vectors=vectors.shape[:-1])
    check_orthonormal(basis)
    return _projected_out(basis, vectors)


def _projected_out(basis: Any, vectors: Any) -> Any:
    columns = vectors[..., None]
    for _ in range(2):  # the second projection removes the first one's rounding
        columns = columns - basis.swapaxes(-1, -2) @ (basis @ columns)
    return columns[..., 0]


@finite
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
        If a matrix is not positive definite.
    ValueError
        If `rhs` does not have n rows, an entry is not finite, or a solution overflows.

    Examples
    --------
    >>> import numpy as np
    >>> solve_positive(np.diag([4.0, 1.0]), np.array([[8.0], [3.0]])).tolist()
    [[2.0], [3.0]]
    """
    matrices, rhs = in_one_place(
        matrices=as_floats("matrices", matrices, 2), rhs=as_floats("rhs", rhs)
    )
    n = matrices.shape[-1]
    if matrices.shape[-2] != n:
        raise ValueError(f"matrices must be square, got shape {matrices.shape}")
    if rhs.ndim < 2 or rhs.shape[-2] != n:
        raise ValueError(
            f"rhs must have shape (..., {n}, k) for matrices of shape "
            f"{matrices.shape}, got {rhs.shape}"
        )
    batch_shape(matrices=matrices.shape[:-2], rhs=rhs.shape[:-2])
    lower, xp = cholesky(matrices), namespace(matrices)
    # L y = b, and then Lᵀ x = y.
    solution = forward_solution(lower, rhs)
    for i in reversed(range(n)):
        below = lower[..., i + 1 :, i]
        known = xp.einsum("...j,...jk->...k", below, solution[..., i + 1 :, :])
        rest = solution[..., i, :] - known
        solution[..., i, :] = rest / lower[..., i, i, None]
    return solution


@finite
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


@finite
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
        If shapes disagree, `radius` is not positive, an entry is not finite, or `gram`
        has a negative eigenvalue. (Where G + μI is positive definite all the same, θ is
        the minimum, and is returned.)

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
    tolerance = check_not_negative("tolerance", tolerance)
    xp = namespace(gram)
    batch = batch_shape(
        gram=gram.shape[:-2], moment=moment.shape[:-1], radius=radius.shape
    )
    gram = xp.broadcast_to(gram, (*batch, n, n)).reshape(-1, n, n)
    moment = xp.broadcast_to(moment, (*batch, n)).reshape(-1, n)
    radius = xp.broadcast_to(radius, batch).reshape(-1)
    # Powers of two are exact, and keep squares of the radius from vanishing.
    exponents = xp.frexp(radius)[1]
    moment = xp.ldexp(moment, -exponents[:, None])
    radius = xp.ldexp(radius, -exponents)
    theta, mu = ball_by_cholesky(gram, moment, radius, _SAFE_PIVOT)
    left = xp.flatnonzero(mu < 0)
    if left.size:
        rest = gram[left], moment[left], radius[left]
        theta[left], mu[left] = _ball_by_eigenvalues(*rest, tolerance)
    theta = xp.ldexp(theta, exponents[:, None])
    return theta.reshape(*batch, n), mu.reshape(batch)


def _ball_by_eigenvalues(
    gram: Any, moment: Any, radius: Any, tolerance: float
) -> tuple[Any, Any]:
    xp = namespace(gram)
    spectrum, vectors = eigh(gram)
    least = -_NOT_NEGATIVE * abs(spectrum).max(axis=-1)
    wanted = "be positive semidefinite", " as an eigenvalue"
    refuse("gram", spectrum[:, 0], spectrum[:, 0] < least, *wanted)
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
