"""Memorize or not, and how many residuals to average, when labels are noisy."""

from __future__ import annotations

from typing import Any

from refgen._checks import check_integer
from refgen._finite import finite
from refgen._numbers import as_counts, as_not_negative, as_positive, refuse, together
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.resmem.displacement import (
    expected_interval_displacement,
    torus_displacement,
)
from refgen.resmem.linear_base import irreducible_risk
from refgen.resmem.problem import LinearProblem

# A bisection finds any integer up to 2⁵³ in this many steps.
_HALVINGS = 54


@finite
def memorization_gain(problem: LinearProblem, n_neighbors: int = 1) -> Any:
    """R∞ − σ²/k: the base's risk minus that of ResMem, for infinitely many points.

    Positive where memorizing helps. With Σ = I and ‖θ*‖ = 1 that is where
    σ² < k(1 − L)².

    Parameters
    ----------
    problem : LinearProblem
    n_neighbors : int
        k, which stays the same as the number of points grows.

    Returns
    -------
    array of shape (...)

    Raises
    ------
    ValueError
        If `n_neighbors` is below 1.

    Notes
    -----
    Source: derived here, claim RM-15l.

    Examples
    --------
    >>> problem = LinearProblem([1.0], [1.0], 0.5, noise=0.4)
    >>> round(float(memorization_gain(problem)), 12)
    0.09
    """
    check_instance("problem", problem, LinearProblem)
    k = check_integer("n_neighbors", n_neighbors, 1)
    return irreducible_risk(problem) - problem.noise**2 / k


@finite
def noisy_interval_risk(n_points: Any, n_neighbors: Any, gap: Any, noise: Any) -> Any:
    """Expected risk (1 − L)² E (x − x̄ₖ)² + σ²/k on [−√3, √3].

    The noise of the residuals is independent of the base, which was trained on other
    points. For a base that was trained on the same points see
    `refgen.resmem.noise.noisy_risk`.

    Parameters
    ----------
    n_points, n_neighbors : arrays of integers
        n and k, with 1 ≤ k ≤ n; the points are uniform.
    gap, noise : arrays
        |θ* − θₙ|, which is 1 − L, and σ; not negative.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-16.

    Examples
    --------
    >>> round(float(noisy_interval_risk(12, 3, 0.5, 0.0)), 8)
    0.02014652
    """
    apart = expected_interval_displacement(n_points, n_neighbors)
    return _with_noise(apart, n_neighbors, gap, noise)


@finite
def noisy_torus_risk(
    n_features: Any, n_points: Any, n_neighbors: Any, gap: Any, noise: Any
) -> Any:
    """Expected risk ‖v‖² E Dₖ₊₁²/(3k) + σ²/k on the unit torus, v = θ* − θₙ.

    Parameters
    ----------
    n_features, n_points, n_neighbors : arrays of integers
        d, n and k, with 1 ≤ k ≤ n; the points are uniform.
    gap, noise : arrays
        ‖v‖ and σ, not negative; the noise is independent of the base.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Source: derived here, claim RM-16s.

    Examples
    --------
    >>> round(float(noisy_torus_risk(1, 10, 1, 1.0, 0.5)), 9)
    0.253787879
    """
    apart = torus_displacement(n_features, n_points, n_neighbors)
    return _with_noise(apart, n_neighbors, gap, noise)


def best_neighbors(n_points: Any, gap: Any, noise: Any) -> Any:
    """The k from 1 to n with the least `noisy_interval_risk`; of two, the smaller.

    It grows like (σ²/(3 gap²))^¼ n^¾, and the risk at it falls like n^−¾.

    Parameters
    ----------
    n_points : array of integers
        Up to 2⁵³.
    gap, noise : arrays
        Not negative.

    Returns
    -------
    array
        Integers, as floats.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    The risk is convex in k > 0. Source: derived here, claim RM-16.

    Examples
    --------
    >>> float(best_neighbors(30, 0.5, 0.0)), float(best_neighbors(30, 0.5, 1.0))
    (1.0, 13.0)
    """
    n, gap, noise = together(
        n_points=as_counts("n_points", n_points),
        gap=as_not_negative("gap", gap),
        noise=as_not_negative("noise", noise),
    )
    refuse("n_points", n, n > 2.0**53, "be at most 2⁵³")
    xp = namespace(n)
    # Only their quotient matters: in units of the larger one no square overflows.
    unit = xp.maximum(gap, noise)
    unit = xp.where(unit > 0, unit, 1.0)
    gap, noise = gap / unit, noise / unit
    least, most = xp.ones(n.shape), n
    for _ in range(_HALVINGS):
        k = xp.floor((least + most) / 2)
        rises = _rise(n, k, gap**2) >= noise**2
        least, most = (
            xp.where(rises, least, xp.minimum(k + 1, most)),
            xp.where(rises, k, most),
        )
    return least


@finite
def averaged_risk_limit(gap: Any, noise: Any) -> Any:
    """The limit of n^¾ times the least `noisy_interval_risk`, 4·3^(−¾) σ^(3/2) gap^½.

    Parameters
    ----------
    gap, noise : arrays
        |θ* − θₙ| and σ, positive.

    Returns
    -------
    array

    Raises
    ------
    ValueError
        If a number is not positive.

    Notes
    -----
    Source: derived here, claim RM-16.

    Examples
    --------
    >>> round(float(averaged_risk_limit(1.0, 1.0)), 6)
    1.754765
    """
    v, sigma = together(gap=as_positive("gap", gap), noise=as_positive("noise", noise))
    return 4 * 3**-0.75 * sigma**1.5 * v**0.5


def _rise(n: Any, k: Any, square: Any) -> Any:
    """k(k + 1) times the growth of the displacement's part from k to k + 1."""
    growth = 3 * k * k + 15 * k + 21 + n
    growth = k * (k + 1) * growth - (6 + 2 * n)
    return square * growth / ((n + 1) * (n + 2) * (n + 3))


def _with_noise(apart: Any, n_neighbors: Any, gap: Any, noise: Any) -> Any:
    apart, k, v, sigma = together(
        n_points=apart,
        n_neighbors=as_counts("n_neighbors", n_neighbors),
        gap=as_not_negative("gap", gap),
        noise=as_not_negative("noise", noise),
    )
    return v**2 * apart + sigma**2 / k
