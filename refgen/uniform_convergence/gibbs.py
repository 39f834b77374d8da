"""Linear classifiers with Gaussian weights: how often they err."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, as_positive, together
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, special_functions
from refgen.uniform_convergence.kl import excess


@finite
def gibbs_error(margins: Any, lengths: Any, scale: Any = 1.0) -> Any:
    """The probability that a classifier with Gaussian weights gets a point wrong.

    Parameters
    ----------
    margins : array of shape (...)
        y w·x of the mean weights w.
    lengths : array of shape (...)
        ‖x‖ > 0.
    scale : array of shape (...)
        s > 0, the standard deviation of each weight.

    Returns
    -------
    array of shape (...)
        Φ(−margin/(s‖x‖)). The mean over a sample is the empirical risk of
        `pac_bayes_kl`.

    Raises
    ------
    ValueError
        If a length or scale is not positive, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-70b.

    Examples
    --------
    >>> gibbs_error([2.0, 0.0, -2.0], 2.0).round(6).tolist()
    [0.158655, 0.5, 0.841345]
    """
    margins, lengths, scale = together(
        margins=check_scale("margins", as_floats("margins", margins)),
        lengths=check_scale("lengths", as_positive("lengths", lengths)),
        scale=check_scale("scale", as_positive("scale", scale)),
    )
    return special_functions(margins).ndtr(-margins / (scale * lengths))


@finite
def gaussian_divergence(
    distance: Any, dimension: Any, scale: Any = 1.0, prior_scale: Any = 1.0
) -> Any:
    """KL(N(w, s²I)‖N(w₀, σ²I)) of weights, from the distance of their means.

    Parameters
    ----------
    distance : array of shape (...)
        ‖w − w₀‖ ≥ 0.
    dimension : array of shape (...)
        How many weights there are.
    scale, prior_scale : array of shape (...)
        s > 0 and σ > 0.

    Returns
    -------
    array of shape (...)
        In nats; ½‖w − w₀‖²/σ² where both scales are equal.

    Raises
    ------
    ValueError
        If a number is out of range, or shapes do not broadcast.

    Notes
    -----
    Source: derived here, claim UC-70b.

    Examples
    --------
    >>> float(gaussian_divergence(3.0, 10))
    4.5
    """
    distance, count, scale, prior = together(
        distance=check_scale("distance", as_not_negative("distance", distance)),
        dimension=as_counts("dimension", dimension),
        scale=check_scale("scale", as_positive("scale", scale)),
        prior_scale=check_scale("prior_scale", as_positive("prior_scale", prior_scale)),
    )
    # ρ² − 1 − log ρ², with the ratio ρ of the scales.
    ratio, away = scale / prior, distance / prior
    wider = ((scale - prior) / prior) * (ratio + 1)
    spread = excess(wider, 2 * namespace(ratio).log(ratio))
    return (count * spread + away * away) / 2
