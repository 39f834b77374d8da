"""Label noise: what memorizing it costs, exactly in one dimension and in the limit."""

from __future__ import annotations

from math import pi, sqrt
from typing import Any

from refgen.arrays import as_floats, check_integer, namespace, special_functions
from refgen.resmem._numbers import as_not_negative
from refgen.resmem.displacement import interval_displacement

# The interval with unit variance: the ball of radius √(d + 2) for d = 1.
EDGE = sqrt(3.0)


def clipped_normal_moments(
    mean: Any, deviation: Any, low: Any, high: Any
) -> tuple[Any, Any, Any]:
    """E c, E c² and P(low < Z < high) of c = min(max(Z, low), high), Z normal.

    Parameters
    ----------
    mean, deviation, low, high : arrays that broadcast
        deviation ≥ 0 and low ≤ high.

    Returns
    -------
    first, second, inside : arrays

    Raises
    ------
    ValueError
        If `deviation` is negative, or `low` above `high`.

    Notes
    -----
    Source: derived here, claim RM-15.

    Examples
    --------
    >>> [round(float(x), 6) for x in clipped_normal_moments(0.0, 1.0, -1.0, 1.0)]
    [0.0, 0.516059, 0.682689]
    """
    xp = namespace(mean, deviation, low, high)
    m, s = (
        as_floats("mean", xp.asarray(mean)),
        as_not_negative("deviation", deviation, xp),
    )
    low, high = as_floats("low", xp.asarray(low)), as_floats("high", xp.asarray(high))
    if bool((low > high).any()):
        raise ValueError("low must not be above high")
    # Without noise the quotients are huge, and all that is made of them is 0 or 1.
    s = xp.maximum(s, 1e-150)
    ndtr = special_functions(s).ndtr
    a, b = (low - m) / s, (high - m) / s
    below, above = ndtr(a), ndtr(-b)
    # Of the two ways to take the difference, the one between small numbers.
    inside = xp.where(a > 0, ndtr(-a) - above, ndtr(b) - below)
    at_a, at_b = _density(a, xp), _density(b, xp)
    first = low * below + high * above + m * inside + s * (at_a - at_b)
    second = low**2 * below + high**2 * above + (m**2 + s**2) * inside
    second = second + 2 * m * s * (at_a - at_b) + s**2 * (a * at_a - b * at_b)
    return first, second, inside


def neighbor_agreement(
    points: Any, n_neighbors: int = 1, low: float = -EDGE, high: float = EDGE
) -> Any:
    """E [(x − x̄ₖ) x̄ₖ] for x uniform on [low, high], given the points.

    x̄ₖ is the mean of the k points nearest to x.

    Parameters
    ----------
    points : array of shape (..., n)
        Of one feature, within [low, high], in any order.
    n_neighbors : int
        k, from 1 to n.
    low, high : float

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `n_neighbors` is out of range, or a point outside [low, high].

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
    k, n = check_integer("n_neighbors", n_neighbors, 1), x.shape[-1]
    if k > n:
        raise ValueError(f"n_neighbors={k} is more than the {n} points; ask for fewer")
    if not low < high or float(x.min()) < low or float(x.max()) > high:
        raise ValueError(f"points must lie in [low, high] = [{low:g}, {high:g}]")
    xp = namespace(x)
    x = xp.sort(x, axis=-1)
    windows = n - k + 1
    centre = sum(x[..., i : i + windows] for i in range(k)) / k
    inner = (x[..., :-k] + x[..., k:]) / 2
    ends = xp.ones((*x.shape[:-1], 1))
    borders = xp.concatenate([low * ends, inner, high * ends], axis=-1)
    left, right = borders[..., :-1] - centre, borders[..., 1:] - centre
    return (centre * (right - left) * (right + left)).sum(axis=-1) / (2 * (high - low))


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
        If the points of a design are all 0, `noise` is negative, or `radius` is not
        positive.

    Notes
    -----
    θ̂ ~ N(θ*, σ²/Σxᵢ²). Source: derived here, claim RM-15.

    Examples
    --------
    >>> squared, unclipped = noisy_slope([-1.0, 1.0], 1.0, 0.5, 0.0)
    >>> float(squared), float(unclipped)
    (0.25, 0.0)
    """
    energy = _energy(points)
    xp = namespace(energy)
    theta = as_floats("coefficient", xp.asarray(coefficient))
    limit = as_floats("radius", xp.asarray(radius))
    if bool((limit <= 0).any()):
        raise ValueError("radius must be positive")
    sigma = as_not_negative("noise", noise, xp)
    # Moments of θₙ − θ* itself: nothing cancels.
    _, squared, unclipped = clipped_normal_moments(
        0.0, sigma / xp.sqrt(energy), -limit - theta, limit - theta
    )
    return squared, unclipped


def noisy_risk(
    points: Any,
    coefficient: Any,
    radius: Any,
    noise: Any,
    n_neighbors: int = 1,
    low: float = -EDGE,
    high: float = EDGE,
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
    low, high : float
        x is uniform between them.

    Returns
    -------
    array of shape (...)

    Notes
    -----
    Source: derived here, claims RM-15 and RM-16.

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
    variance = xp.asarray(noise) ** 2
    stein = 2 * variance * unclipped * mixed / _energy(points)
    return squared * apart + variance / n_neighbors + stein


def noisy_base_risk(
    points: Any,
    coefficient: Any,
    radius: Any,
    noise: Any,
    low: float = -EDGE,
    high: float = EDGE,
) -> Any:
    """E (f*(x) − fₙ(x))² of the base alone, as `noisy_risk`.

    Examples
    --------
    >>> round(float(noisy_base_risk([-1.0, 1.0], 1.0, 0.5, 0.0)), 12)
    0.25
    """
    squared, _ = noisy_slope(points, coefficient, radius, noise)
    return squared * (low * low + low * high + high * high) / 3


def _density(z: Any, xp: Any) -> Any:
    # Beyond 40 the density is below 1e-300, and the square might overflow.
    near = xp.minimum(abs(z), 40.0)
    return xp.where(abs(z) > 40, 0.0, xp.exp(-near * near / 2) / sqrt(2 * pi))


def _energy(points: Any) -> Any:
    """Σxᵢ²."""
    energy = (as_floats("points", points, 1) ** 2).sum(axis=-1)
    if bool((energy == 0).any()):
        raise ValueError("points of a design are all 0: they say nothing about a slope")
    return energy
