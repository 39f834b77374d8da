"""Margin bounds for all classifiers of bounded norm."""

from __future__ import annotations

from math import sqrt
from typing import Any

from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen._objects import check_instance
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.uniform_convergence.linear_example import LinearExample

# For Z ~ N(0, 1), |Z| is below the upper quartile of Z with probability ½.
_QUARTILE = 0.6744897501960817
_GAUSSIAN = 4 * sqrt(8) * _QUARTILE


@finite
def norm_ball_complexity(points: Any, radius: Any) -> Any:
    """A bound on the Rademacher complexity of weights of bounded norm.

    Parameters
    ----------
    points : array of shape (..., n_points, n_features)
    radius : array of shape (...)
        B > 0, the largest norm of w.

    Returns
    -------
    array of shape (...)
        B √(Σ‖x‖²)/m. The complexity, which is the mean over random signs σ of the
        largest Σ σᵢ w·xᵢ/m, is at most that, and equal to it if points are orthogonal.

    Raises
    ------
    ValueError
        If a radius is not positive, or shapes do not broadcast.

    Notes
    -----
    Twice this, over a margin, bounds how far test error is above the share of training
    points with less than this margin. Source: Bartlett & Mendelson 2002, lemma 22;
    claim UC-17.

    Examples
    --------
    >>> float(norm_ball_complexity([[3.0, 0.0], [0.0, 4.0]], 1.0))
    2.5
    """
    points = check_scale("points", as_floats("points", points, 2), 2)
    radius = check_scale("radius", as_positive("radius", radius))
    squares = (points * points).sum(axis=(-1, -2))
    squares, radius = together(points=squares, radius=radius)
    return radius * namespace(squares).sqrt(squares) / points.shape[-2]


@finite
def norm_ball_margin_bound(example: LinearExample) -> Any:
    """The bound by norm and margin, of the classifier of a sample in many dimensions.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    array of shape (...)
        2√((V + a/m)/(V + a)): twice `norm_ball_complexity` of the classifier's norm,
        over its training margin, as D → ∞. From 1 on it is vacuous.

    Notes
    -----
    It does not fall below 2/√(1 + α) as samples grow. Source: derived here, claim
    UC-17.

    Examples
    --------
    >>> float(norm_ball_margin_bound(LinearExample.published(10**6, 10**9)).round(4))
    1.8856
    """
    return 2 * _shape(example)


@finite
def gaussian_margin_bound(example: LinearExample) -> Any:
    """The margin bound by a Gaussian posterior, for the classifier of a sample.

    Parameters
    ----------
    example : LinearExample of shape (...)

    Returns
    -------
    array of shape (...)
        4√(KL/m) as D → ∞, for noise in the weights that moves a margin by less than a
        quarter of it with probability ½. From 1 on it is vacuous.

    Notes
    -----
    Source: derived here from lemma 1 of Neyshabur et al. 2018 (arXiv 1707.09564), claim
    UC-17.

    Examples
    --------
    >>> float(gaussian_margin_bound(LinearExample.published(10**6, 10**9)).round(2))
    7.19
    """
    return _GAUSSIAN * _shape(example)


def _shape(example: LinearExample) -> Any:
    """√((V + a/m)/(V + a))."""
    check_instance("example", example, LinearExample)
    ratio = example.signal_ratio
    xp = namespace(ratio)
    return xp.sqrt((1 + ratio / example.n_samples) / (1 + ratio))
