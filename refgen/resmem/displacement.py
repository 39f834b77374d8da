"""How far a query is from the mean of its nearest points, by closed forms."""

from __future__ import annotations

from math import sqrt
from typing import Any

from refgen._checks import check_neighbor_count
from refgen._finite import finite
from refgen._numbers import as_counts, as_positive, as_range, together
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace
from refgen.resmem._ranges import n_and_k, points_between
from refgen.special import gamma_ratio, log_rising_factorial

# The uniform law on [−√3, √3] has variance 1.
_HALF_WIDTH = sqrt(3)


@finite
def interval_displacement(
    points: Any,
    n_neighbors: int = 1,
    low: Any = -_HALF_WIDTH,
    high: Any = _HALF_WIDTH,
) -> Any:
    """E (x − x̄ₖ)² for x uniform on [low, high] and the given points.

    x̄ₖ is the mean of the k points nearest to x. These are k consecutive points; where x
    passes the midpoint of xᵢ and xᵢ₊ₖ, the next k take over.

    Parameters
    ----------
    points : array of shape (..., n_points)
        In ascending order, in [low, high]; they may repeat.
    n_neighbors : int
        k, from 1 to n_points.
    low, high : array of shape (...)
        Default: the interval around 0 on which the uniform law has variance 1.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If points are not sorted or outside the interval, the interval is empty, or
        `n_neighbors` is out of range.

    Notes
    -----
    Source: derived here, claim RM-10.

    Examples
    --------
    >>> round(float(interval_displacement([0.25, 0.75], low=0.0, high=1.0)), 12)
    0.020833333333
    """
    points = as_floats("points", points, 1)
    n = points.shape[-1]
    k = check_neighbor_count(n_neighbors, n)
    if bool((points[..., 1:] < points[..., :-1]).any()):
        raise ValueError("points must be in ascending order; sort them first")
    points, low, high = points_between(points, low, high)
    xp = namespace(points)
    middles = (points[..., : n - k] + points[..., k:]) / 2
    parts = (low[..., None], middles, high[..., None])
    borders = xp.concatenate(parts, axis=-1)
    means = sum(points[..., j : n - k + 1 + j] for j in range(k)) / k
    cubes = (borders[..., 1:] - means) ** 3 - (borders[..., :-1] - means) ** 3
    return cubes.sum(axis=-1) / (3 * (high - low))


@finite
def expected_interval_displacement(
    n_points: Any,
    n_neighbors: Any = 1,
    low: Any = -_HALF_WIDTH,
    high: Any = _HALF_WIDTH,
) -> Any:
    """E (x − x̄ₖ)² for x and n independent points, all uniform on [low, high].

    (k + 1)(k + 2)(n + k² + 3k + 3) / (k (n + 1)(n + 2)(n + 3)) for variance 1.

    Parameters
    ----------
    n_points, n_neighbors : arrays of integers
        n and k, with 1 ≤ k ≤ n.
    low, high : arrays
        Default: the interval around 0 on which the uniform law has variance 1.

    Returns
    -------
    array
        Of the shape to which the arguments broadcast.

    Raises
    ------
    ValueError
        If n or k is not a positive whole number, k is more than n, or the interval is
        empty.

    Notes
    -----
    Source: derived here, claim RM-10e.

    Examples
    --------
    >>> round(float(expected_interval_displacement(20)), 8)
    0.01524562
    """
    n, k = n_and_k(n_points, n_neighbors)
    low, high = as_range(low, high)
    n, k, low, high = together(n_points=n, n_neighbors=k, low=low, high=high)
    check_scale("low and high", high - low)
    # No product is larger than the result: nothing overflows for any n and k.
    ratio = (k + 1) / (n + 1) * ((k + 2) / (n + 2)) * (1 / k + (k + 3) / (n + 3))
    return (high - low) ** 2 / 12 * ratio


def torus_distance_moment(
    n_features: Any, n_points: Any, n_neighbors: Any, order: Any = 2
) -> Any:
    """E Dₖᵐ: distance to the k-th nearest of n uniform points of the unit torus.

    The distance is the largest of the wrapped differences of coordinates, so that
    (2Dₖ)ᵈ has the law Beta(k, n + 1 − k).

    Parameters
    ----------
    n_features, n_points, n_neighbors : arrays of integers
        d, n and k, with 1 ≤ k ≤ n.
    order : array
        m, positive.

    Returns
    -------
    array
        In [0, 2⁻ᵐ]: 0 where it is below the smallest number of float64.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-11.

    Examples
    --------
    >>> round(float(torus_distance_moment(2, 12, 3)), 11)
    0.05769230769
    """
    n, k = n_and_k(n_points, n_neighbors)
    return _distance_moment(as_counts("n_features", n_features), n, k, order)


def torus_displacement(n_features: Any, n_points: Any, n_neighbors: Any = 1) -> Any:
    """E⟨v, x − x̄ₖ⟩² of the wrapped displacement on the unit torus, ‖v‖ = 1.

    A third of E Dₖ₊₁² / k: given Dₖ₊₁, the k nearest are uniform in a cube around x.

    Parameters
    ----------
    n_features, n_points, n_neighbors : arrays of integers
        d, n and k, with 1 ≤ k ≤ n; for k = n the cube is the whole torus.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-11.

    Examples
    --------
    >>> [round(float(torus_displacement(1, 10, k)), 12) for k in (1, 2)]
    [0.003787878788, 0.003787878788]
    """
    n, k = n_and_k(n_points, n_neighbors)
    d = as_counts("n_features", n_features)
    square = _distance_moment(d, n, k + 1, 2)
    return square / (3 * namespace(square).asarray(k))


@finite
def centre_displacement(
    n_features: Any, n_points: Any, n_neighbors: Any = 1, radius: Any = 1.0
) -> Any:
    """E⟨v, x̄ₖ⟩² for a query at the centre of a ball with n uniform points, ‖v‖ = 1.

    Parameters
    ----------
    n_features, n_points, n_neighbors : arrays of integers
        d, n and k, with 1 ≤ k ≤ n.
    radius : array
        Of the Euclidean ball, positive.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-11c.

    Examples
    --------
    >>> round(float(centre_displacement(2, 3, 3, 2.0)), 12)  # a mean of 3, variance 1
    0.333333333333
    """
    n, k = n_and_k(n_points, n_neighbors)
    d, n, k, radius = together(
        n_features=as_counts("n_features", n_features),
        n_points=n,
        n_neighbors=k,
        radius=as_positive("radius", radius),
    )
    fraction = gamma_ratio(n + 1, 2 / d) / gamma_ratio(k + 1, 2 / d)
    return radius**2 / (k * (d + 2)) * fraction


def displacement_limit(n_features: Any, n_neighbors: Any = 1) -> Any:
    """Limit of n^(2/d) E⟨v, x − x̄ₖ⟩², uniform law of covariance I on a ball, ‖v‖ = 1.

    Γ(k + 1 + 2/d) / (k Γ(k + 1)); the boundary of the ball does not matter.

    Parameters
    ----------
    n_features, n_neighbors : arrays of integers
        d and k, positive.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is not a positive whole number.

    Notes
    -----
    Source: derived here, claim RM-12l.

    Examples
    --------
    >>> round(float(displacement_limit(2, 4)), 12)
    1.25
    """
    d, k = together(
        n_features=as_counts("n_features", n_features),
        n_neighbors=as_counts("n_neighbors", n_neighbors),
    )
    return 1 / (k * gamma_ratio(k + 1, 2 / d))


def _distance_moment(d: Any, n: Any, k: Any, order: Any) -> Any:
    """E Dₖᵐ; all points have D ≤ ½, which is Dₙ₊₁."""
    d, n, k, order = together(
        n_features=d, n_points=n, n_neighbors=k, order=as_positive("order", order)
    )
    xp = namespace(order)
    # All that is above is 0 in float64, too.
    order = xp.minimum(order, 2000.0)
    # Γ(n + 1) Γ(k + s) / Γ(k) Γ(n + 1 + s) for s = m/d is symmetric in s and n + 1 − k.
    share, above = order / d, n + 1 - k
    less, more = xp.minimum(share, above), xp.maximum(share, above)
    log = log_rising_factorial(k, less) - log_rising_factorial(k + more, less)
    return xp.exp(xp.minimum(log, 0.0)) * xp.exp2(-order)
