"""The linear base of bounded norm that a training set gives."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_positive, in_one_place, refuse
from refgen._scales import check_scale
from refgen.arrays import UNIT_ROUNDOFF, as_floats, namespace
from refgen.linalg import ball_constrained_least_squares

# A sum of n products has up to n roundings, an eigenvalue of d features a few times d.
_RANK_ROUNDINGS = 16


@finite
def empirical_base(X: Any, y: Any, radius: Any) -> tuple[Any, Any]:
    """Least squares over ‖θ‖ ≤ radius on a training set, for many sets at once.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    radius : array of shape (...)
        L > 0.

    Returns
    -------
    coefficients : array of shape (..., n_features)
        θ̂ = (Σ̂ + μ̂I)⁻¹ Xᵀy/n with Σ̂ = XᵀX/n; where μ̂ = 0 the one of least norm.
    multiplier : array of shape (...)
        μ̂, which is 0 where the constraint is inactive.

    Raises
    ------
    ValueError
        If shapes disagree, `radius` is not positive, anything is not finite, or so
        large or small (2^±300) that products overflow or vanish.

    Notes
    -----
    Source: derived here, claim RM-4b. Eigenvalues of Σ̂ up to 16 (n + d) roundings of
    the largest count as 0: in a matrix of products of n rows their error may be of
    that size.

    Examples
    --------
    >>> coefficients, multiplier = empirical_base([[1.0, 0.0], [1.0, 0.0]], [3, 1], 5)
    >>> coefficients.round(12).tolist(), float(multiplier)
    ([2.0, 0.0], 0.0)
    """
    points, labels, radius = in_one_place(
        X=check_scale("X", as_floats("X", X, 2), 2),
        y=check_scale("y", as_floats("y", y, 1), 1),
        radius=as_positive("radius", radius),
    )
    refuse("radius", radius, radius < 2.0**-300, "be at least 2⁻³⁰⁰", "; rescale")
    batch_shape(X=points.shape[:-2], y=labels.shape[:-1], radius=radius.shape)
    n = points.shape[-2]
    if labels.shape[-1] != n:
        raise ValueError(
            f"y has {labels.shape[-1]} label(s) and X {n} row(s); give one label a row"
        )
    xp, columns = namespace(points), points.swapaxes(-1, -2)
    gram = xp.matmul(columns, points) / n
    moment = xp.matmul(columns, labels[..., None])[..., 0] / n
    rounding = _RANK_ROUNDINGS * (n + points.shape[-1]) * UNIT_ROUNDOFF
    return ball_constrained_least_squares(gram, moment, radius, rounding)
