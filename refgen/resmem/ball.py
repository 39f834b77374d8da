"""Distance to the nearest of n points in a ball, by quadrature, and what it implies."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_counts, as_open_unit, together
from refgen._quadrature import unit_nodes
from refgen.arrays import namespace
from refgen.resmem._lens import (
    ball_dimension,
    cap,
    halvings,
    inner_nodes,
    lens_share,
    outer_nodes,
)
from refgen.special import gamma_ratio

# Largest size of a (batch, nodes) table: 32 MB.
_ENTRIES = 1 << 22


def ball_squared_distance(n_features: int, n_points: Any) -> Any:
    """E D² from a uniform query to the nearest of n uniform points of a ball.

    The ball has radius √(d + 2), on which the covariance is I. Quadrature of
    ∫ 2r P(D > r) dr, where a ball of radius r around the query cuts off a lens.

    Parameters
    ----------
    n_features : int
        d, from 1 to 64.
    n_points : array of integers
        n, positive.

    Returns
    -------
    array
        Of the shape of `n_points`, in (0, 2d].

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-12. The relative error is that of rounding, a few
    times 1e-15 d.

    Examples
    --------
    >>> [round(float(ball_squared_distance(d, 100)), 9) for d in (2, 3, 5)]
    [0.043610583, 0.239778982, 1.195682857]
    """
    d, n = ball_dimension(n_features), as_counts("n_points", n_points)
    xp = namespace(n)
    log_free, weights = (xp.asarray(part) for part in _rule(d, halvings(d, n)))
    rows = n.reshape(-1)
    step = max(1, _ENTRIES // weights.size)
    parts = [
        # Not a product of matrices, whose bits depend on how many rows there are.
        (xp.exp(rows[start : start + step, None] * log_free) * weights).sum(axis=-1)
        for start in range(0, rows.size, step)
    ]
    return (d + 2) * xp.concatenate(parts).reshape(n.shape)


def ball_squared_distance_bounds(n_features: int, n_points: Any) -> tuple[Any, Any]:
    """Closed forms below and above E D² of `ball_squared_distance`.

    (d + 2) Γ(1 + 2/d) G(2/d) with G(a) = Γ(n + 1)/Γ(n + 1 + a), which is E D² if there
    were no boundary, plus what the boundary adds: 2 (d + 2) c Γ(3/d) G(3/d) to first
    order, where c is that of `ball_boundary_limit`.

    Parameters
    ----------
    n_features : int
    n_points : array of integers

    Returns
    -------
    low, high : arrays
        Their difference is O(n^(−4/d)). For d = 1 both are E D².

    Raises
    ------
    ValueError
        If a number is not a positive whole number.

    Notes
    -----
    Source: derived here, claim RM-12b.

    Examples
    --------
    >>> low, high = ball_squared_distance_bounds(2, 100)
    >>> round(float(low), 6), round(float(high), 6)
    (0.043255, 0.052726)
    """
    d, n = check_integer("n_features", n_features, 1), as_counts("n_points", n_points)
    inside = (d + 2) * math.gamma(1 + 2 / d) * gamma_ratio(n + 1, 2 / d)
    least, most = _boundary_bounds(d, n)
    low = inside + (d + 2) * least
    # E D² falls with n, from 2d. For d = 1 the ends are equal, but for rounding.
    high = namespace(n).minimum(inside + (d + 2) * most, 2.0 * d)
    return low, namespace(n).maximum(low, high)


def _boundary_bounds(d: int, n: Any) -> tuple[Any, Any]:
    """Bounds on what the boundary adds to E D² in the ball of radius 1."""
    xp, (first, second) = namespace(n), _boundary_moments(d)
    layer = math.gamma(3 / d) * gamma_ratio(n + 1, 3 / d)
    next_order = math.gamma(1 + 4 / d) * gamma_ratio(n + 1, 4 / d)
    least = 2 * first * layer - d * (d - 1) * second * next_order
    most = xp.minimum(4 * layer, 2 * first * layer + 6 * d * next_order)
    return xp.maximum(least, 0.0), most


def ball_boundary_limit(n_features: int) -> float:
    """What the boundary of the ball adds to E D², in the limit and times n^(3/d).

    2 (d + 2) Γ(3/d) c with c = ∫₀¹ (h(t)^(−3/d) − 1) dt, where h(t) is the fraction of
    the ball in which the first coordinate is at most t times the radius.

    Parameters
    ----------
    n_features : int
        d, from 1 on.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `n_features` is not positive.

    Notes
    -----
    Source: derived here, claim RM-12e.

    Examples
    --------
    >>> round(ball_boundary_limit(1), 12)
    24.0
    """
    d = check_integer("n_features", n_features, 1)
    return 2 * (d + 2) * math.gamma(3 / d) * _boundary_moments(d)[0]


def ball_distance_limit(n_features: int) -> float:
    """Limit of n^(2/d) E D² in the ball of radius √(d + 2): (d + 2) Γ(1 + 2/d).

    Raises
    ------
    ValueError
        If `n_features` is not positive.

    Notes
    -----
    Source: derived here, claim RM-12l.

    Examples
    --------
    >>> ball_distance_limit(1), ball_distance_limit(2)
    (6.0, 4.0)
    """
    d = check_integer("n_features", n_features, 1)
    return (d + 2) * math.gamma(1 + 2 / d)


@finite
def recalled_risk_bound(n_features: Any, n_points: Any, radius: Any) -> Any:
    """The rate of the ResMem paper's risk theorem, without its universal constant.

    d² L² n^(−2/3) + d² (1 − L)² (log(n^(1/d))/n)^(1/d).

    Parameters
    ----------
    n_features, n_points : arrays of integers
        d ≥ 1 and n ≥ 2.
    radius : array
        L, strictly between 0 and 1.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: Yang et al. 2023 (arXiv 2302.01576), recalled rather than read again. With
    the population's base the best constant is 2.5968… for d = 1, and .7006… suffices
    for d ≥ 2 (claim RM-13).

    Examples
    --------
    >>> round(float(recalled_risk_bound(1, 8, 0.5)), 6)
    0.127483
    """
    d, n, radius = together(
        n_features=as_counts("n_features", n_features),
        n_points=as_counts("n_points", n_points, 2),  # log(1) = 0 leaves no bound
        radius=as_open_unit("radius", radius),
    )
    logs = namespace(n).log(n)
    first = radius**2 * n ** (-2 / 3)
    return d**2 * (first + (1 - radius) ** 2 * (logs / d / n) ** (1 / d))


def break_even_n(n_features: int) -> int:
    """Smallest n at which ResMem (k = 1) beats its base, the population's, in a ball.

    There E D² < d, for any capacity L < 1 of the base: both risks are multiples of
    (1 − L)².
    It grows exponentially, like e^(1/3 − γ) √(πd/8) (4/3)^((d + 1)/2) with Euler's γ:
    111 for d = 24, 1320 for d = 40, 27413 for d = 60.

    Parameters
    ----------
    n_features : int
        d, from 1 to 64.

    Raises
    ------
    ValueError
        If `n_features` is out of range.

    Notes
    -----
    Source: derived here, claim RM-18.

    Examples
    --------
    >>> [break_even_n(d) for d in (1, 2, 3, 10)]
    [2, 3, 3, 12]
    """
    return _break_even(ball_dimension(n_features))


@lru_cache(maxsize=64)
def _break_even(d: int) -> int:
    worse, better = 1, 2  # E D² = 2d at n = 1; it falls with n
    while not _beats_base(d, better):
        worse, better = better, 2 * better
    while better - worse > 1:
        middle = (worse + better) // 2
        if _beats_base(d, middle):
            better = middle
        else:
            worse = middle
    return better


def _beats_base(d: int, n: int) -> bool:
    return float(ball_squared_distance(d, n)) < d


@lru_cache(maxsize=64)
def _boundary_moments(d: int) -> tuple[float, float]:
    """∫₀¹ (h^(−3/d) − 1) dt and ½ ∫₀¹ t (h^(−4/d) − 1) dt for a half-space at depth t.

    With t = sin θ the integrands are analytic. Where t² d > 144, h is 1 to rounding.
    """
    x, w = unit_nodes(96)
    widest = math.asin(min(1.0, 12 / math.sqrt(d)))
    sine, cosine = np.sin(widest * x), np.cos(widest * x)
    # The logarithm of h, whose distance from 1 is a cap.
    log_share = np.log1p(-cap(d, cosine, sine))
    weights = widest * w * cosine
    first = (weights * np.expm1(-3 / d * log_share)).sum()
    second = (weights * sine * np.expm1(-4 / d * log_share)).sum() / 2
    return float(first), float(second)


@lru_cache(maxsize=64)
def _rule(d: int, levels: int) -> tuple[np.ndarray, np.ndarray]:
    """log(1 − F) at the nodes and their weights: E D² = Σ w (1 − F)ⁿ, radius 1.

    F is the volume of the ball B(x, r) within the unit ball, as a fraction. For
    r ≤ 1 − ‖x‖ it is rᵈ.
    """
    u, wu = inner_nodes(d, levels)
    delta, alpha, area = outer_nodes(d, levels)
    lens = np.minimum(lens_share(d, delta, alpha), 1 - 2.0**-53)
    outer = area * 2 * d * (1 - delta) ** d * np.sin(alpha)
    logs = np.log1p(-(u**d)), np.log1p(-lens)
    weights = wu * 2 * u * (1 - u) ** d, outer
    return np.concatenate(logs), np.concatenate(weights)
