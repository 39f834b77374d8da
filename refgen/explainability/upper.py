"""Certified upper bounds on the disjointedness factor."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import refuse
from refgen._objects import check_instance
from refgen.arrays import namespace
from refgen.explainability._minimum import log_mean, smallest
from refgen.explainability._principal import as_axis_numbers, principal_points
from refgen.explainability.neighborhoods import GaussianNeighborhoods


@finite
def disjointedness_upper_bound(sample: GaussianNeighborhoods, tau: Any = None) -> Any:
    """An upper bound on ρ_S in closed form, in any dimension.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    tau : array of shape (..., n_features), optional
        τⱼ > ½ for each principal axis, that of largest variance first: the normal law
        with which neighbourhoods are compared has a variance of τⱼs² there. By
        default the best ones; then a law with heavy tails is tried, too, and √m.

    Returns
    -------
    array of shape (...)
        At least 1.

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If τ is out of range, shapes disagree, or the bound leaves float64.

    Notes
    -----
    With coordinates δᵢⱼ around the mean, ρ_S² ≤ Πⱼ (τⱼ²/(2τⱼ − 1))^½ · meanᵢ exp Σⱼ
    δᵢⱼ²/(s²(2τⱼ − 1)), which is convex in log(2τⱼ − 1); and ρ_S² ≤ Πⱼ √(πtⱼ)/2 · meanᵢ
    Πⱼ (1 + (δᵢⱼ²/s² + ½)/tⱼ) for all tⱼ > 0, convex in log tⱼ. Source: derived here,
    claims LE-12 and LE-27; `moment_disjointedness_bound` is the other law's.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0, 0.0], [1.0, 0.0]], 1.0)
    >>> round(float(disjointedness_upper_bound(sample)), 6)  # ρ_S is 1.093519
    1.094966
    """
    points = principal_points(sample)
    squares = points * points
    xp = namespace(squares)
    if tau is not None:
        return xp.exp(_against_normal(squares, _rates(tau, sample)))
    best = xp.minimum(_best_normal(squares), _heavy(squares))
    return xp.exp(xp.minimum(best, math.log(sample.n_points) / 2))


def _rates(tau: Any, sample: Any) -> Any:
    """a = 1/(2τ − 1), what squared coordinates count."""
    tau = as_axis_numbers("tau", tau, sample)
    refuse("tau", tau, tau <= 0.5, "be above 1/2")
    batch_shape(tau=tau.shape[:-1], sample=sample.scale.shape)
    return 1 / (2 * tau - 1)


def _against_normal(squares: Any, rates: Any) -> Any:
    """log of the bound; τ²/(2τ − 1) is (1 + a)²/(4a)."""
    xp = namespace(squares)
    fixed = (xp.log1p(rates) - xp.log(4 * rates) / 2).sum(axis=-1)
    return (fixed + log_mean((rates[..., None, :] * squares).sum(axis=-1))[0]) / 2


def _best_normal(squares: Any) -> Any:
    """Minimized over θ = log a, from what is best for normal points."""
    xp = namespace(squares)

    def terms(theta: Any) -> Any:
        rates = xp.exp(theta)
        share = rates / (1 + rates)
        size = xp.log1p(rates) - (theta + math.log(4.0)) / 2
        grown = rates * squares
        return (size, share - 0.5, share / (1 + rates)), (grown, grown, grown)

    start = -xp.log1p(4 * squares.mean(axis=-2))
    even = _against_normal(squares, xp.ones(squares.shape[-1]))
    return xp.minimum(smallest(terms, start) / 2, even)


def _heavy_terms(squares: Any) -> Any:
    """The bound against a product of densities ∝ 1/(1 + x²/t), in θ = log t."""
    xp, sizes = namespace(squares), squares + 0.5

    def terms(theta: Any) -> Any:
        parts = sizes * xp.exp(-theta)
        share = parts / (1 + parts)
        size = (theta + math.log(math.pi / 4)) / 2
        half = xp.full(theta.shape, 0.5)
        return (size, half, 0 * half), (xp.log1p(parts), -share, share / (1 + parts))

    return terms


def _heavy(squares: Any) -> Any:
    """log of its least value."""
    start = namespace(squares).log(squares.mean(axis=-2) + 0.5)
    return smallest(_heavy_terms(squares), start) / 2


@finite
def moment_disjointedness_bound(
    sample: GaussianNeighborhoods, widths: Any = None
) -> Any:
    """An upper bound on ρ_S by squared coordinates, which bears points far out.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    widths : array of shape (..., n_features), optional
        tⱼ > 0 for each principal axis, that of largest variance first: neighbourhoods
        are compared with a product of densities ∝ 1/(1 + x²/(s²tⱼ)). By default the
        best ones.

    Returns
    -------
    array of shape (...)
        At least (π/2)^(d/4). It may be above √m, which ρ_S never is.

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If a width is out of range, shapes disagree, or the bound leaves float64.

    Notes
    -----
    ρ_S² ≤ Πⱼ √(πtⱼ)/2 · meanᵢ Πⱼ (1 + (δᵢⱼ²/s² + ½)/tⱼ), which is convex in log tⱼ.
    Source: derived here, claim LE-49.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [0.0], [0.0], [50.0]], 1.0)
    >>> round(float(moment_disjointedness_bound(sample)), 6)  # √m is 2
    6.196387
    """
    points = principal_points(sample)
    squares = points * points
    xp = namespace(squares)
    if widths is None:
        return xp.exp(_heavy(squares))
    widths = as_axis_numbers("widths", widths, sample)
    refuse("widths", widths, widths <= 0, "be positive")
    batch_shape(widths=widths.shape[:-1], sample=sample.scale.shape)
    (size, _, _), (parts, _, _) = _heavy_terms(squares)(xp.log(widths)[..., None, :])
    total = size.sum(axis=(-1, -2)) + log_mean(parts.sum(axis=-1))[0]
    return xp.exp(total / 2)


@finite
def line_disjointedness_bound(sample: GaussianNeighborhoods) -> Any:
    """An upper bound on ρ_S by the variance alone, for one feature.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
        With one feature.

    Returns
    -------
    array of shape (...)
        (π/2)^¼ (1 + 2τ²/s²)^¼, where τ² is the variance of the points (of their
        empirical law: divided by m).

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If it has more than one feature.

    Notes
    -----
    It is at most (π/2)^¼ = 1.1195 times the factor of many normal points with this
    variance. Source: derived here, claim LE-29.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [2.0]], 1.0)
    >>> round(float(line_disjointedness_bound(sample)), 6)  # ρ_S is 1.237312
    1.473365
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    if sample.n_features != 1:
        raise ValueError(
            f"sample must have one feature, got {sample.n_features}; "
            "disjointedness_upper_bound takes any number"
        )
    points = sample.points[..., 0] / sample.scale[..., None]
    around = points - points.mean(axis=-1, keepdims=True)
    variance = (around * around).mean(axis=-1)
    return namespace(variance).sqrt(
        namespace(variance).sqrt(math.pi / 2 * (1 + 2 * variance))
    )
