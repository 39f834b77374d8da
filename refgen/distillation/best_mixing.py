"""The best mix of labels and a teacher's outputs, given the truth or the noise."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._matrices import as_moments, batch_shape, refuse_indefinite
from refgen._numbers import as_not_negative
from refgen.arrays import UNIT_ROUNDOFF, as_floats, namespace
from refgen.distillation._ridge import as_data, fit_ridge


@finite
def optimal_mixing(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any = None
) -> Any:
    """ξ*: the mix of labels and ridge outputs whose student is nearest to β*.

    The student has the teacher's penalty. ξ* has the sign of −R′(ρ): positive where
    more penalty would help the teacher.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    coefficients : array of shape (..., n_features)
        β*, the truth that the risk R(β) = (β − β*)ᵀM(β − β*) is about.
    penalty : array of shape (...)
        ρ ≥ 0, of ‖y − Xβ‖²/n + ρ‖β‖²; scikit-learn's `alpha` is nρ.
    metric : array of shape (..., n_features, n_features), optional
        M, positive semidefinite, such as the covariance of new points; by default
        XᵀX/n, the risk at the points of X.

    Returns
    -------
    array of shape (...)
        Any real number; 0 where mixing changes nothing up to rounding, as for ρ = 0.

    Raises
    ------
    ValueError
        If shapes do not match, `penalty` is negative, or `metric` is not symmetric or
        found not to be positive semidefinite.

    Notes
    -----
    Source: *Optimal Unconstrained Self-Distillation in Ridge Regression* (arXiv
    2602.17565), formulas derived here, claim KD-12.

    Examples
    --------
    >>> float(optimal_mixing([[2.0], [2.0]], [3.0, 1.0], [0.5], 4.0))
    0.0
    >>> float(optimal_mixing([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0))
    1.0
    """
    across, along = _first_and_second(X, y, coefficients, penalty, metric)
    xp = namespace(along)
    # Not −across, which may be −0.
    return xp.where(along > 0, (0 - across) / xp.where(along > 0, along, 1.0), 0.0)


@finite
def mixing_gain(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any = None
) -> Any:
    """R(teacher) − R(student with ξ*) = R′(ρ)² / (4 ‖dβ/dρ‖²_M), never negative.

    Parameters
    ----------
    X, y, coefficients, penalty, metric
        As for `optimal_mixing`.

    Returns
    -------
    array of shape (...)
        0 if and only if R′(ρ) is 0, or mixing changes nothing.

    Raises
    ------
    ValueError
        As `optimal_mixing`.

    Notes
    -----
    Source: *Optimal Unconstrained Self-Distillation in Ridge Regression* (arXiv
    2602.17565), formulas derived here, claim KD-12.

    Examples
    --------
    >>> float(mixing_gain([[2.0], [2.0]], [3.0, 1.0], [0.25], 4.0))
    0.25
    """
    across, along = _first_and_second(X, y, coefficients, penalty, metric)
    xp = namespace(along)
    return xp.where(along > 0, across**2 / xp.where(along > 0, along, 1.0), 0.0)


def _first_and_second(
    X: Any, y: Any, coefficients: Any, penalty: Any, metric: Any
) -> tuple[Any, Any]:
    """⟨β − β*, δ⟩_M and ⟨δ, δ⟩_M of the step δ; the latter 0 if it is rounding."""
    X, y, target, penalty, *given = as_data(
        X,
        y,
        coefficients=as_floats("coefficients", coefficients, 1),
        penalty=as_not_negative("penalty", penalty),
        **({} if metric is None else {"metric": as_moments("metric", metric)}),
    )
    p = X.shape[-1]
    for name, array, wanted in (
        ("coefficients", target, (p,)),
        *(("metric", matrix, (p, p)) for matrix in given),
    ):
        if array.shape[-len(wanted) :] != wanted:
            raise ValueError(
                f"{name} must have shape (..., {', '.join(map(str, wanted))}) for X "
                f"with {p} feature(s), got {array.shape}"
            )
    batches = {"X": X.shape[:-2], "coefficients": target.shape[:-1]}
    batch_shape(**batches, **({"metric": given[0].shape[:-2]} if given else {}))
    fit = fit_ridge(X, y, penalty)
    rotate = fit.vectors.swapaxes(-1, -2)
    xp, step = namespace(X), fit.step
    error = fit.coefficients - xp.matmul(rotate, target[..., None])[..., 0]
    if not given:
        moved, n = fit.outputs(step), X.shape[-2]
        return (fit.outputs(error) * moved).mean(axis=-1), (moved * moved).sum(-1) / n
    matrix = xp.matmul(xp.matmul(rotate, given[0]), fit.vectors)
    moved = xp.matmul(matrix, step[..., None])[..., 0]
    along = (step * moved).sum(axis=-1)
    largest = xp.matmul(abs(matrix), abs(step)[..., None])[..., 0]
    size = (abs(step) * largest).sum(axis=-1)
    refuse_indefinite("metric", along, size)
    rounding = 8 * p * UNIT_ROUNDOFF * size
    return (error * moved).sum(axis=-1), xp.where(along > rounding, along, 0.0)


@finite
def cp_mixing(X: Any, y: Any, penalty: Any, noise: Any) -> Any:
    """The ξ with the least Cp: from residuals at the data and the labels' noise.

    (σ² tr(S − S²) − ⟨y − ŷ, v⟩)/‖v‖² with v = (S − S²)y. Its numerator has the mean
    that the one of the best ξ for the risk at the points of X has.

    Parameters
    ----------
    X, y
        As for `leave_one_out_residuals`.
    penalty : array of shape (...)
        ρ ≥ 0.
    noise : array of shape (...)
        Standard deviation σ of the labels.

    Returns
    -------
    array of shape (...)
        Any real number; 0 where mixing changes nothing.

    Raises
    ------
    ValueError
        If shapes do not match, or `penalty` or `noise` is negative.

    Notes
    -----
    Source: derived here, claim KD-26c.

    Examples
    --------
    >>> round(float(cp_mixing([[1.0], [1.0]], [3.0, 1.0], 0.5, 0.0)), 12)
    -1.5
    """
    X, y, penalty, noise = as_data(
        X,
        y,
        penalty=as_not_negative("penalty", penalty),
        noise=as_not_negative("noise", noise),
    )
    batch_shape(X=X.shape[:-2], noise=noise.shape)
    fit = fit_ridge(X, y, penalty)
    moved = -fit.outputs(fit.step)
    square = (moved * moved).sum(axis=-1)
    freedom = fit.diagonal(fit.missing).sum(axis=-1)
    left = ((y - fit.outputs(fit.coefficients)) * moved).sum(axis=-1)
    xp, found = namespace(square), noise * noise * freedom - left
    return xp.where(square > 0, found / xp.where(square > 0, square, 1.0), 0.0)
