"""Losses of margins, and the loss on new points in the linear example."""

from __future__ import annotations

from typing import Any

from refgen._finite import finite
from refgen._numbers import as_positive, together
from refgen._objects import check_instance
from refgen._quadrature import unit_nodes
from refgen.arrays import as_floats, namespace, special_functions
from refgen.special import normal_density
from refgen.uniform_convergence._checks import as_gamma
from refgen.uniform_convergence.linear_example import LinearExample

# For Φ over a range of length 1, or 37 nats of its tail.
_N_NODES = 24


@finite
def ramp_loss(margins: Any, gamma: Any = 0.0) -> Any:
    """The ramp loss: 1 for margins up to 0, falling to 0 at γ.

    Parameters
    ----------
    margins : array of shape (...)
        Margins y·f(x).
    gamma : array of shape (...)
        γ ≥ 0; 0 is the 0-1 loss, for which a margin of 0 is an error.

    Returns
    -------
    array of shape (...)
        In [0, 1].

    Raises
    ------
    ValueError
        If γ is negative or shapes do not broadcast.

    Notes
    -----
    Source: Nagarajan & Kolter 2019 (arXiv 1902.04742), claim UC-4.

    Examples
    --------
    >>> ramp_loss([-1.0, 0.5, 2.0], 2.0).tolist()
    [1.0, 0.75, 0.0]
    """
    margins, gamma = together(
        margins=as_floats("margins", margins), gamma=as_gamma(gamma)
    )
    xp = namespace(margins)
    inside = xp.clip(margins, 0.0, gamma) / xp.where(gamma > 0, gamma, 1.0)
    return xp.where(gamma > 0, 1 - inside, xp.where(margins > 0, 0.0, 1.0))


@finite
def expected_loss(example: LinearExample, noise_radius: Any, gamma: Any = 0.0) -> Any:
    """Expected ramp loss on new points of a classifier with a given noise part.

    Parameters
    ----------
    example : LinearExample of shape (...)
    noise_radius : array of shape (...)
        R > 0, with ‖w₂‖ = √(mv) R: the length of the classifier's noise part, in its
        standard deviations. Over samples, R² follows χ² with D degrees of freedom.
    gamma : array of shape (...)
        γ ≥ 0; 0 is the 0-1 loss, whose expectation is the test error.

    Returns
    -------
    array of shape (...)
        In [0, 1].

    Raises
    ------
    TypeError
        If `example` is not a `LinearExample`.
    ValueError
        If a number is out of range or shapes do not broadcast.

    Notes
    -----
    A new margin is N(a, s²) with s = v√m R. Source: derived here, claim UC-4.

    Examples
    --------
    >>> example = LinearExample.published(100, 10_000)
    >>> round(float(expected_loss(example, 100.0)), 6)  # R² = D
    0.10565
    """
    check_instance("example", example, LinearExample)
    radius, signal, variance, n_samples, gamma = together(
        noise_radius=as_positive("noise_radius", noise_radius),
        signal=example.signal,
        variance=example.variance,
        n_samples=example.n_samples,
        gamma=as_gamma(gamma),
    )
    xp = namespace(radius)
    spread = variance * xp.sqrt(n_samples) * radius
    low, step = -signal / spread, gamma / spread
    if not bool((gamma > 0).any()):
        return special_functions(low).ndtr(low)
    # Elsewhere the difference of two integrals would have few digits left.
    apart = (step > 1) & (low + step > -1)
    width = xp.where(apart, step, 1.0)
    mean = (_integral(low + width) - _integral(low)) / width
    return xp.where(apart, xp.clip(mean, 0.0, 1.0), _mean_share(low, step))


def _mean_share(low: Any, step: Any) -> Any:
    """The mean of Φ over [low, low + step], if that is short or in the lower tail."""
    xp = namespace(low)
    high = low + step
    # So far below the end Φ is e^(−37) of what it is there.
    size = xp.maximum(-high, 1.0)
    width = xp.minimum(step, 74 / (xp.sqrt(size * size + 74) + size))
    x, weights = (xp.asarray(part) for part in unit_nodes(_N_NODES))
    at = high[..., None] - width[..., None] * x
    share = (special_functions(at).ndtr(at) * weights).sum(axis=-1)
    return xp.minimum(
        share * xp.where(step > 0, width / xp.where(step > 0, step, 1.0), 1.0), 1.0
    )


def _integral(z: Any) -> Any:
    """∫ Φ from −∞ to z."""
    return z * special_functions(z).ndtr(z) + normal_density(z)
