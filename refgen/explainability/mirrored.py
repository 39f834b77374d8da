"""Explanations from a sample: least squares of the reversed pair, and their errors."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_not_negative, as_positive, in_one_place, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.explainability._local_fit import LocalFit
from refgen.explainability._local_ridge import LocalRidge, local_ridge
from refgen.explainability._log_kernels import log_kernels, log_total
from refgen.explainability.neighborhoods import GaussianNeighborhoods


class MirroredErrors(NamedTuple):
    """Squared errors of explanations at the points of the sample, given the source.

    Attributes
    ----------
    train : array of shape (..., n_sources)
        Σ wᵢ (g(xᵢ) − fᵢ)². Its mean over sources of the mixture is the MNF of the
        sample, an error of which 0 is the best.
    left_out : array of shape (..., n_sources)
        The same, each point having been left out of the fit that is tried on it.
    penalized : array of shape (..., n_sources)
        What the fit minimizes: `train` and the penalty.
    """

    train: Any
    left_out: Any
    penalized: Any


@finite
def mirrored_fit(
    sample: GaussianNeighborhoods, values: Any, sources: Any, penalty: Any = 0.0
) -> LocalFit:
    """Weighted least squares of the reversed pair: the best explanations for the MNF.

    At a source z the points of the sample count in proportion to p_x(z), so that they
    are targets which might have z as neighbour.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    values : array of shape (..., n_points)
        f(x) at the points. (Or labels y, for explanations of the labels.)
    sources : array of shape (..., n_sources, n_features)
        z, where explanations are built.
    penalty : array of shape (..., n_sources) or number
        λ ≥ 0. With weights wᵢ that sum to 1, Σ wᵢ(g(xᵢ) − fᵢ)² + λ‖coefficients‖² is
        the least possible, the intercept (of g at 0) being one of the coefficients. At
        0 the fit has to be unique: take a positive penalty where the scale is small.

    Returns
    -------
    LocalFit
        g at its source, its slope, and Σ wᵢ(g(xᵢ) − fᵢ)² as its fidelity.

    Raises
    ------
    TypeError
        If `sample` is not a `GaussianNeighborhoods`.
    ValueError
        If a fit is not unique in float64, a number is out of range or not finite, or
        shapes disagree.

    Notes
    -----
    Source: derived here, claims LE-18r and LE-24i.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0], [2.0]], 1.0)
    >>> fit = mirrored_fit(sample, [0.0, 1.0, 4.0], [[0.0], [2.0]])
    >>> fit.slope.round(3).tolist()
    [[1.574], [2.426]]
    """
    points, values, sources, penalty = _checked(sample, values, sources, penalty)
    fit, weights = _fitted(sample, points, values, sources, penalty)
    return LocalFit(
        fit.intercepts + (fit.coefficients * sources).sum(axis=-1),
        fit.coefficients,
        (weights * fit.residuals**2).sum(axis=-1),
    )


@finite
def mirrored_errors(
    sample: GaussianNeighborhoods, values: Any, sources: Any, penalty: Any = 0.0
) -> MirroredErrors:
    """How far explanations are off at the points, in the sample and left out of it.

    Parameters
    ----------
    sample, values, sources, penalty
        As those of `mirrored_fit`. A point is left out with the penalty Σⱼ pⱼ(z)·λ of
        the whole sample, which does not shrink with the sum.

    Returns
    -------
    MirroredErrors

    Raises
    ------
    TypeError
        If `sample` is not a `GaussianNeighborhoods`.
    ValueError
        As `mirrored_fit`; also if a fit without a point is not unique in float64.

    Notes
    -----
    The residual without the point is r/(1 − ℓ), ℓ its leverage. As ℓ tends to 1, which
    takes a small penalty, a relative error of 2⁻⁵³/(1 − ℓ) is left. Source: derived
    here, claims LE-24 and LE-24e.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [1.0], [2.0]], 1.0)
    >>> errors = mirrored_errors(sample, [0.0, 1.0, 4.0], [[0.0], [2.0]], 0.1)
    >>> errors.train.round(3).tolist(), errors.left_out.round(3).tolist()
    ([0.192, 0.268], [0.608, 4.401])
    """
    points, values, sources, penalty = _checked(sample, values, sources, penalty)
    fit, weights = _fitted(sample, points, values, sources, penalty)
    if bool((fit.leverages >= 1).any()):
        raise ValueError(_SINGULAR)
    left_out = fit.residuals / (1 - fit.leverages)
    train = (weights * fit.residuals**2).sum(axis=-1)
    norm = fit.intercepts**2 + (fit.coefficients**2).sum(axis=-1)
    return MirroredErrors(
        train, (weights * left_out**2).sum(axis=-1), train + penalty * norm
    )


_SINGULAR = (
    "penalty is too small for a unique fit at some source, as few points are near it; "
    "give a larger penalty or scale"
)


def _checked(sample: Any, values: Any, sources: Any, penalty: Any) -> list[Any]:
    check_instance("sample", sample, GaussianNeighborhoods)
    values, sources, penalty, points = in_one_place(
        values=check_scale("values", as_floats("values", values, 1), 1),
        sources=check_scale("sources", as_floats("sources", sources, 2), 2),
        penalty=as_not_negative("penalty", penalty),
        points=sample.points,
    )
    if values.shape[-1] != sample.n_points:
        raise ValueError(
            f"values has shape {values.shape} for n_points={sample.n_points}; give one "
            "for each point"
        )
    if sources.shape[-1] != sample.n_features:
        raise ValueError(
            f"sources must have shape (..., n_sources, {sample.n_features}) for points "
            f"of shape {points.shape}, got {sources.shape}"
        )
    shape = batch_shape(penalty=penalty.shape, sources=sources.shape[:-1])
    batch_shape(sample=sample.scale.shape, values=values.shape[:-1], sources=shape[:-1])
    penalty = namespace(sources).broadcast_to(penalty, shape)
    return [points, values, sources, penalty]


def _fitted(
    sample: Any, points: Any, values: Any, sources: Any, penalty: Any
) -> tuple[LocalRidge, Any]:
    """Fits, and weights that sum to 1."""
    xp = namespace(points)
    logs = log_kernels(points, sources, sample.scale)
    logs = logs - log_total(logs)[..., None]
    try:
        return local_ridge(points, values, logs, penalty), xp.exp(logs)
    except np.linalg.LinAlgError as error:
        raise ValueError(_SINGULAR) from error


def penalty_for_norm_bound(norm_bound: Any, output_bound: Any) -> Any:
    """The ridge penalty that keeps coefficients within a ball: λ = b²/(4W²).

    Parameters
    ----------
    norm_bound : array of shape (...)
        W > 0, for the norm of all coefficients, the intercept being one of them.
    output_bound : array of shape (...)
        b > 0, a bound on |values|, or on their root mean square under the weights.

    Returns
    -------
    array of shape (...)
        The penalty of `mirrored_fit`.

    Raises
    ------
    ValueError
        If a number is not positive or not finite, it overflows, or shapes do not
        broadcast.

    Notes
    -----
    A smaller one does not suffice. Source: derived here, claim LE-18r.

    Examples
    --------
    >>> float(penalty_for_norm_bound(2.0, 0.5))
    0.015625
    """
    bound, output = together(
        norm_bound=check_scale("norm_bound", as_positive("norm_bound", norm_bound)),
        output_bound=check_scale(
            "output_bound", as_positive("output_bound", output_bound)
        ),
    )
    half = output / bound / 2
    return half * half
