"""Weighted affine ridge fits, many at once: one for each row of weights."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._matrices import cholesky, forward_solution
from refgen.arrays import namespace


class LocalRidge(NamedTuple):
    """Affine functions g(x) = intercept + coefficients·x, and how they fit.

    Attributes
    ----------
    intercepts : array of shape (..., q)
    coefficients : array of shape (..., q, n_features)
    residuals : array of shape (..., q, m)
        y − g(x) of each point.
    leverages : array of shape (..., q, m)
        How far g(x) moves with y, in [0, 1]; without the leading axes that only
        `values` have. The residual of the fit without the point, with the same
        penalty, is residual/(1 − leverage).
    """

    intercepts: Any
    coefficients: Any
    residuals: Any
    leverages: Any


def local_ridge(
    features: Any,
    values: Any,
    log_weights: Any,
    penalty: Any,
    *,
    penalized_intercept: bool = True,
) -> LocalRidge:
    """The affine g with the least Σᵢ wᵢ(yᵢ − g(xᵢ))² + penalty·(intercept² + ‖slope‖²).

    Arrays are floats of one library, checked by the caller. Leading axes broadcast; for
    several outputs give `values` a leading axis, and the factors are computed once.
    Memory: a few arrays of the shape of `log_weights`, so that the caller chunks q.

    Parameters
    ----------
    features : array of shape (..., m, n_features)
    values : array of shape (..., m)
        y.
    log_weights : array of shape (..., q, m)
        log w, of any size; −∞ is a weight of 0.
    penalty : array of shape (..., q) or number
        At least 0, in units of the weights. At 0 the fit has to be unique.
    penalized_intercept : bool
        Whether the penalty is on the intercept, too.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the penalty is 0 and the fit is not unique in float64.

    Examples
    --------
    >>> import numpy as np
    >>> points = np.array([[0.0], [1.0], [2.0]])
    >>> fit = local_ridge(points, np.array([0.0, 1.0, 4.0]), np.zeros((1, 3)), 0.0)
    >>> fit.coefficients.round(12).tolist(), fit.residuals.round(4).tolist()
    ([[2.0]], [[0.3333, -0.6667, 0.3333]])
    >>> fit.leverages.round(4).tolist()
    [[0.8333, 0.3333, 0.8333]]
    """
    xp = namespace(log_weights)
    weights, penalty = _scaled(log_weights, penalty, penalized_intercept)
    origin = xp.zeros(features.shape[-1])
    if not penalized_intercept:
        # Then the fit is the same from any origin, and the mean saves digits.
        origin = features.mean(axis=-2)
    features = features - origin[..., None, :]
    ones = xp.ones((*features.shape[:-1], 1))
    design = xp.concatenate([ones, features], axis=-1)
    penalized = xp.eye(design.shape[-1])
    penalized[0, 0] = float(penalized_intercept)
    gram = _gram(design, weights) + penalty[..., None, None] * penalized
    inverse = forward_solution(cholesky(gram), xp.eye(design.shape[-1]))
    moments = (weights * values[..., None, :]) @ design
    found = _transposed(inverse, xp.einsum("...ij,...j->...i", inverse, moments))
    return LocalRidge(
        found[..., 0] - (found[..., 1:] * origin[..., None, :]).sum(axis=-1),
        found[..., 1:],
        values[..., None, :] - found @ design.swapaxes(-1, -2),
        weights * _squares(inverse, design),
    )


def _scaled(log_weights: Any, penalty: Any, together: bool) -> tuple[Any, Any]:
    """Weights and penalties of each row, divided by the largest of them.

    A free intercept needs the weights, however small: they are then divided by their
    largest, and a penalty of more than e⁶⁰⁰ times that leaves no slope all the same.
    """
    xp = namespace(log_weights)
    penalty = xp.asarray(penalty, dtype=float)
    positive = penalty > 0
    logs = xp.where(positive, xp.log(xp.where(positive, penalty, 1.0)), -xp.inf)
    largest = log_weights.max(axis=-1)
    if together:
        largest = xp.maximum(largest, logs)
    largest = xp.where(largest > -xp.inf, largest, 0.0)
    weights = xp.exp(log_weights - largest[..., None])
    return weights, xp.exp(xp.minimum(logs - largest, 600.0))


def _gram(design: Any, weights: Any) -> Any:
    """Σ w x xᵀ for each row of weights, its lower triangle only."""
    rows = []
    for i in range(design.shape[-1]):
        products = design[..., i, None] * design[..., : i + 1]
        rows.append(weights @ products)
    xp, n = namespace(weights), design.shape[-1]
    gram = xp.zeros((*rows[0].shape[:-1], n, n))
    for i, row in enumerate(rows):
        gram[..., i, : i + 1] = row
    return gram


def _transposed(inverse: Any, vectors: Any) -> Any:
    return namespace(inverse).einsum("...ji,...j->...i", inverse, vectors)


def _squares(inverse: Any, design: Any) -> Any:
    """‖L⁻¹x‖² of every point, a row of L⁻¹ at a time."""
    total: Any = 0.0
    for i in range(design.shape[-1]):
        row = inverse[..., i, : i + 1] @ design[..., : i + 1].swapaxes(-1, -2)
        total = total + row * row
    return total
