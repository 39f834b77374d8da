"""Leaving one row out of teacher and student, in closed form."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_positive
from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.distillation._left_out import (
    FlowNodes,
    divide_series,
    quotient_rounding,
)
from refgen.distillation._ridge import RidgeFit, as_data, fit_ridge

# Quotients of longer series take time, and their terms cancel.
_MOST_STUDENTS = 100


@finite
def leave_one_out_residuals(
    X: Any, y: Any, penalty: Any, n_students: int = 1
) -> tuple[Any, ...]:
    """Residuals at rows that ridge teacher and students are trained without.

    Those of one mixed student are e + ξδ, without refits or approximation.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    penalty : array of shape (...)
        ρ > 0, of ‖y − Xβ‖²/n + ρ‖β‖²; nρ stays as it is for n − 1 rows.
    n_students : int
        k from 0 to 100, trained in turn, each one on a mix of labels and the outputs
        before.

    Returns
    -------
    tuple of k + 1 arrays of shape (..., n_samples)
        e₀ = e = (y − ŷ)/(1 − Sᵢᵢ) of the teacher, then eⱼ = ρʲ/j! dʲe/dρʲ, of which
        e₁ = δ. A mix of k students has the residuals e₀ + Σ τⱼeⱼ, where its filter is
        s(1 + Σ τⱼ(s − 1)ʲ); for pure distillation, τⱼ is k over j.

    Raises
    ------
    ValueError
        If shapes do not match, or `penalty` or `n_students` is out of range.

    Notes
    -----
    Source: derived here, claims KD-26 and KD-26k.

    Examples
    --------
    >>> X, y = [[1.0], [1.0]], [3.0, 1.0]
    >>> e, delta = leave_one_out_residuals(X, y, 0.5)
    >>> e.round(12).tolist(), delta.round(12).tolist()
    ([2.5, -0.5], [0.25, 0.75])
    """
    k = check_integer("n_students", n_students, 0, _MOST_STUDENTS)
    X, y, penalty = as_data(X, y, penalty=as_positive("penalty", penalty))
    found, _ = _quotients(fit_ridge(X, y, penalty), y, k)
    return tuple(found)


def _quotients(fit: RidgeFit, y: Any, k: int) -> tuple[list[Any], list[Any]]:
    """Residuals of rows left out, and what they were divided by."""
    shares = _shares(fit, k)
    residuals = [-fit.outputs(share * fit.coefficients) for share in shares]
    left = [-fit.diagonal(share) for share in shares]
    residuals[0], left[0] = y + residuals[0], 1 + left[0]
    return divide_series(residuals, left), left


def _shares(fit: RidgeFit, k: int) -> list[Any]:
    """Coefficients of powers of t in 1/(1 + t·missing).

    1/(λ + ρ) is multiplied by it where the penalty is ρ(1 + t).
    """
    shares = [1.0 + 0 * fit.missing]
    for _ in range(k):
        shares.append(-shares[-1] * fit.missing)
    return shares


def _rounding_of_step(fit: RidgeFit, y: Any, found: list[Any], left: list[Any]) -> Any:
    """How far rounding may have moved e₁."""
    xp, (n, p) = namespace(y), fit.rows.shape[-2:]
    unit = 4 * (n + p) * UNIT_ROUNDOFF
    rows, labels, moments = abs(fit.rows), abs(y), abs(fit.moments)
    sizes = [fit.inverse, fit.inverse * fit.missing]
    spread = moments + (rows * labels[..., None]).sum(axis=-2) / n
    above = [_applied(xp, rows, size * spread) for size in sizes]
    below = [fit.diagonal(share) for share in (1.0 + 0 * fit.missing, fit.missing)]
    # Rounding turns XᵀX by so much of its largest eigenvalue, and 1/(λ + ρ) by that
    # times 1/(λ + ρ) at both directions of each pair.
    turned = fit.spectrum.max(axis=-1)[..., None]
    reach = [_applied(xp, rows, size) for size in sizes]
    pulls = [(size * moments).sum(axis=-1)[..., None] for size in sizes]
    above[1] = above[1] + turned * (reach[0] * pulls[1] + reach[1] * pulls[0])
    below[1] = below[1] + turned * (2 * reach[0] * reach[1]) / n
    above[0] = above[0] + labels + turned * reach[0] * pulls[0]
    below[0] = below[0] + 1 + turned * reach[0] * reach[0] / n
    off = [[unit * e for e in side] for side in (above, below)]
    return quotient_rounding(found, left, *off)[1]


def _applied(xp: Any, rows: Any, vector: Any) -> Any:
    return xp.matmul(rows, vector[..., None])[..., 0]


@finite
def leave_one_out_mixing(X: Any, y: Any, penalty: Any) -> Any:
    """The ξ with the least leave-one-out error: `optimal_mixing` from data alone.

    −Σ eᵢδᵢ / Σ δᵢ² with the `leave_one_out_residuals`. Its risk is above the least one
    of any ξ by ρ²‖dβ/dρ‖²_M (ξ − ξ*)² exactly.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    penalty : array of shape (...)
        ρ > 0.

    Returns
    -------
    array of shape (...)
        Any real number; 0 where mixing changes nothing beyond rounding, as for labels
        that are all 0, or rows that say nothing of each other.

    Raises
    ------
    ValueError
        If shapes do not match, or `penalty` is not positive.

    Notes
    -----
    Source: derived here, claim KD-26.

    Examples
    --------
    >>> round(float(leave_one_out_mixing([[1.0], [1.0]], [3.0, 1.0], 0.5)), 12)
    -0.4
    """
    X, y, penalty = as_data(X, y, penalty=as_positive("penalty", penalty))
    fit = fit_ridge(X, y, penalty)
    (residuals, steps), left = _quotients(fit, y, 1)
    off = _rounding_of_step(fit, y, [residuals, steps], left)
    square = (steps * steps).sum(axis=-1)
    xp, across = namespace(square), (residuals * steps).sum(axis=-1)
    changes = square > (off * off).sum(axis=-1)
    return xp.where(changes, (0 - across) / xp.where(changes, square, 1.0), 0.0)


@finite
def flow_left_out_residuals(X: Any, y: Any, time: Any) -> Any:
    """Residuals at rows that gradient flow is trained without, at any time.

    Parameters
    ----------
    X : array of shape (..., n_samples, n_features)
    y : array of shape (..., n_samples)
    time : array of shape (...)
        t > 0, for the loss ‖y − Xβ‖²/(2n); n stays as it is for n − 1 rows.

    Returns
    -------
    array of shape (..., n_samples)
        Within about 1e-13 of the largest label.

    Raises
    ------
    ValueError
        If shapes do not match, or `time` is not positive and finite.

    Notes
    -----
    The inverse Laplace transform of e(ρ)/ρ, for the residuals e(ρ) of ridge regression,
    which have a closed form at complex penalties too: ridge regression is gradient flow
    stopped at a random time with the density ρe^(−ρt). Twelve penalties on a contour
    give it (Weideman 2006). (y − ŷ)/(1 − Sᵢᵢ) is *not* it. Source: derived here, claim
    KD-41.

    Examples
    --------
    >>> residuals = flow_left_out_residuals([[1.0], [1.0]], [3.0, 1.0], 2.0)
    >>> residuals.round(12).tolist()
    [2.367879441171, -0.896361676486]
    """
    X, y, time = as_data(X, y, time=as_positive("time", time))
    fit = fit_ridge(X, y, 0.0 * time)
    nodes = FlowNodes.at(namespace(X), time[..., None])
    n, xp = X.shape[-2], namespace(X)
    real, imaginary = nodes.inverse(fit.spectrum)
    moments = fit.moments[..., None]
    squares = fit.rows * fit.rows / n
    above = (
        y[..., None] - xp.matmul(fit.rows, moments * real),
        -xp.matmul(fit.rows, moments * imaginary),
    )
    below = 1 - xp.matmul(squares, real), -xp.matmul(squares, imaginary)
    return nodes.combine(above, below)
