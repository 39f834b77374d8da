"""Explanations from a sample: least squares of the reversed pair, and their errors."""

from __future__ import annotations

from typing import Any, NamedTuple

from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen._scales import check_scale
from refgen.arrays import namespace
from refgen.explainability._local_fit import LocalFit
from refgen.explainability._reversed_pairs import errors_of_fits, fits, in_parts
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
    parts = in_parts(fits, sample, values, sources, penalty)
    xp = namespace(*parts[0])
    values, slopes, errors = zip(*parts, strict=True)
    return LocalFit(
        xp.concatenate(values, axis=-1),
        xp.concatenate(slopes, axis=-2),
        xp.concatenate(errors, axis=-1),
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
    parts = in_parts(errors_of_fits, sample, values, sources, penalty)
    xp = namespace(*parts[0])
    return MirroredErrors(
        *(xp.concatenate(errors, axis=-1) for errors in zip(*parts, strict=True))
    )


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
