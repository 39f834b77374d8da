"""Label noise: what memorizing it costs, exactly in one dimension and in the limit."""

from __future__ import annotations

from math import sqrt
from typing import Any

from refgen._checks import check_neighbor_count
from refgen._finite import finite
from refgen._numbers import as_not_negative, as_positive, as_range, refuse, together
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.resmem._ranges import points_between
from refgen.resmem.displacement import interval_displacement
from refgen.special import clipped_normal_moments

# The interval with unit variance: the ball of radius √(d + 2) for d = 1.
EDGE = sqrt(3.0)


@finite
def neighbor_agreement(
    points: Any, n_neighbors: int = 1, low: Any = -EDGE, high: Any = EDGE
) -> Any:
    """E [(x − x̄ₖ) x̄ₖ] for x uniform on [low, high], given the points.

    x̄ₖ is the mean of the k points nearest to x.

    Parameters
    ----------
    points : array of shape (..., n)
        Of one feature, within [low, high], in any order.
    n_neighbors : int
        k, from 1 to n.
    low, high : array of shape (...)

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `n_neighbors` is out of range, low ≥ high, or a point outside [low, high].

    Notes
    -----
    A sum over windows of k consecutive points, as
    `refgen.resmem.displacement.interval_displacement`. Source: derived here, claim
    RM-15.

    Examples
    --------
    >>> float(neighbor_agreement([0.25, 1.0], 1, 0.0, 1.0))
    -0.060546875
    """
    x = as_floats("points", points, 1)
    n = x.shape[-1]
    k = check_neighbor_count(n_neighbors, n)
    x, low, high = points_between(x, low, high)
    xp = namespace(x)
    x = xp.sort(x, axis=-1)
    windows = n - k + 1
    centre = sum(x[..., i : i + windows] for i in range(k)) / k
    inner = (x[..., :-k] + x[..., k:]) / 2
    borders = xp.concatenate([low[..., None], inner, high[..., None]], axis=-1)
    left, right = borders[..., :-1] - centre, borders[..., 1:] - centre
    return (centre * (right - left) * (right + left)).sum(axis=-1) / (2 * (high - low))


@finite
def noisy_slope(
    points: Any, coefficient: Any, radius: Any, noise: Any
) -> tuple[Any, Any]:
    """E (θ* − θₙ)² and P(|θ̂| < L), θₙ the least-squares slope θ̂ clipped to [−L, L].

    Parameters
    ----------
    points : array of shape (..., n)
        Of one feature; not all 0.
    coefficient, radius, noise : arrays of shape (...)
        θ*, L and σ.

    Returns
    -------
    squared, unclipped : arrays of shape (...)

    Raises
    ------
    ValueError
        If the points of a design are all 0, `noise` is negative, `radius` is not
        positive, or σ/‖x‖ or |θ*| + L is above 2³⁰⁰.

    Notes
    -----
    θ̂ ~ N(θ*, σ²/Σxᵢ²). Source: derived here, claim RM-15.

    Examples
    --------
    >>> squared, unclipped = noisy_slope([-1.0, 1.0], 1.0, 0.5, 0.0)
    >>> float(squared), float(unclipped)
    (0.25, 0.0)
    """
    length, theta, limit, sigma = together(
        points=_length(points),
        coefficient=as_floats("coefficient", coefficient),
        radius=as_positive("radius", radius),
        noise=as_not_negative("noise", noise),
    )
    deviation = sigma / length
    for what, size in (
        ("noise / ‖points‖", deviation),
        ("coefficient or radius", abs(theta) + limit),
    ):
        refuse(what, size, size > 2.0**300, "be at most 2³⁰⁰", "; rescale")
    # Moments of θₙ − θ* itself: nothing cancels.
    _, squared, unclipped = clipped_normal_moments(
        0.0, deviation, -limit - theta, limit - theta
    )
    return squared, unclipped


@finite
def noisy_risk(
    points: Any,
    coefficient: Any,
    radius: Any,
    noise: Any,
    n_neighbors: int = 1,
    low: Any = -EDGE,
    high: Any = EDGE,
) -> Any:
    """E (f*(x) − f(x))² of ResMem in one dimension, over noise and x, given the points.

    E (θ* − θₙ)² E (x − x̄ₖ)² + σ²/k + 2σ² P(|θ̂| < L) E [(x − x̄ₖ) x̄ₖ] / Σxᵢ²: what
    remains of the target, the memorized noise, and how much the two agree (Stein).

    Parameters
    ----------
    points : array of shape (..., n)
        Of one feature, within [low, high]; not all 0.
    coefficient, radius, noise : arrays of shape (...)
        θ*, L and σ; the base is the least-squares slope clipped to [−L, L].
    n_neighbors : int
        k: residuals of the k nearest points are averaged.
    low, high : array of shape (...)
        x is uniform between them.

    Returns
    -------
    array of shape (...)

    Notes
    -----
    Source: derived here, claim RM-15.

    Examples
    --------
    >>> round(float(noisy_risk([-0.4, 0.3, 0.9], 1.0, 0.9, 0.7)), 6)
    0.629313
    """
    squared, unclipped = noisy_slope(points, coefficient, radius, noise)
    mixed = neighbor_agreement(points, n_neighbors, low, high)
    xp = namespace(squared)
    ordered = xp.sort(as_floats("points", points, 1), axis=-1)
    apart = interval_displacement(ordered, n_neighbors, low, high)
    sigma = xp.asarray(as_floats("noise", noise))
    variance = sigma**2
    stein = 2 * (sigma / _length(points)) ** 2 * unclipped * mixed
    return squared * apart + variance / n_neighbors + stein


@finite
def noisy_base_risk(
    points: Any,
    coefficient: Any,
    radius: Any,
    noise: Any,
    low: Any = -EDGE,
    high: Any = EDGE,
) -> Any:
    """E (f*(x) − fₙ(x))² of the base alone, as `noisy_risk`.

    Raises
    ------
    ValueError
        If low ≥ high; otherwise as `noisy_slope`.

    Examples
    --------
    >>> round(float(noisy_base_risk([-1.0, 1.0], 1.0, 0.5, 0.0)), 12)
    0.25
    """
    squared, _ = noisy_slope(points, coefficient, radius, noise)
    low, high = as_range(low, high)
    squared, low, high = together(points=squared, low=low, high=high)
    check_scale("low and high", high - low)
    return squared * (low * low + low * high + high * high) / 3


def _length(points: Any) -> Any:
    """√Σxᵢ², whose squares may overflow or vanish."""
    x = as_floats("points", points, 1)
    largest = abs(x).max(axis=-1)
    if bool((largest == 0).any()):
        raise ValueError("points of a design are all 0: they say nothing about a slope")
    return largest * namespace(x).sqrt(((x / largest[..., None]) ** 2).sum(axis=-1))
