"""How far explanations from draws vary, where that is known exactly."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import ROUNDING, batch_shape
from refgen._numbers import as_positive, in_one_place
from refgen.arrays import as_floats


@finite
def quadratic_slope_variance(hessian: Any, scale: Any) -> Any:
    """The variance of each coefficient, times the number of draws, for a quadratic f.

    Parameters
    ----------
    hessian : array of shape (..., n_features, n_features)
        A, symmetric, of f(x′) = ½x′ᵀAx′ + c·x′ + c₀; c and c₀ change nothing.
    scale : array of shape (...)
        s > 0 of normal neighbours N(x, s²I).

    Returns
    -------
    array of shape (..., n_features)
        s²(½‖A‖² + 2(A²)ⱼⱼ) with the Frobenius norm: n times the variance of coefficient
        j of least squares on n draws tends to this. Classical standard errors have
        s²‖A‖²/2 in its place, which is smaller by a factor of up to 5.

    Raises
    ------
    ValueError
        If the matrix is not square and symmetric, a number is out of range or not
        finite, or the result overflows.

    Notes
    -----
    Source: derived here, claims LE-61 and LE-61b.

    Examples
    --------
    >>> quadratic_slope_variance([[2.0, 0.0], [0.0, 0.0]], 0.5).tolist()
    [2.5, 0.5]
    """
    hessian, scale = in_one_place(
        hessian=as_floats("hessian", hessian, 2), scale=as_positive("scale", scale)
    )
    if hessian.shape[-1] != hessian.shape[-2]:
        raise ValueError(f"hessian must be square, got shape {hessian.shape}")
    skew = abs(hessian - hessian.swapaxes(-1, -2)).max(axis=(-1, -2))
    if bool((skew > ROUNDING * abs(hessian).max(axis=(-1, -2))).any()):
        raise ValueError("hessian must be symmetric; take (A + Aᵀ)/2")
    batch_shape(hessian=hessian.shape[:-2], scale=scale.shape)
    moved = scale[..., None, None] * hessian
    squares = (moved * moved).sum(axis=-1)
    return squares.sum(axis=-1, keepdims=True) / 2 + 2 * squares
