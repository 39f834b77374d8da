"""Certified lower bounds on the disjointedness factor."""

from __future__ import annotations

import math
from typing import Any

from refgen._finite import finite
from refgen._matrices import batch_shape
from refgen._numbers import as_open_unit, in_one_place, refuse
from refgen._objects import check_instance
from refgen.arrays import UNIT_ROUNDOFF, namespace
from refgen.explainability._minimum import log_mean
from refgen.explainability._pairs import pair_mean, row_blocks
from refgen.explainability._principal import as_axis_numbers, principal_points
from refgen.explainability.neighborhoods import GaussianNeighborhoods

# Above the largest tilt, 4/3, the integral of F⁴u³ is infinite.
_LIMIT = 4 / 3
# Tilts are tried from these multiples of what is best for many normal points; then
# each goes up or down on its own.
_STARTS = (0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0)
_STEPS, _FIRST_STEP = 12, 0.3
# So many points decide which tilts are tried on all of them.
_FEW = 512
# Powers α of the bound for small scales.
_POWERS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@finite
def disjointedness_lower_bound(sample: GaussianNeighborhoods, tilt: Any = None) -> Any:
    """A lower bound on ρ_S by sums over pairs of points, in any dimension.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    tilt : array of shape (..., n_features), optional
        Kⱼ in [0, 4/3) for each principal axis, that of largest variance first. By
        default good ones are searched for, the bound for small scales is tried, too,
        and 1.

    Returns
    -------
    array of shape (...)
        At least 1, and what rounding could add is subtracted. If a tilt is given,
        only positive, and off by some 2⁻⁵³(m + d‖x − x̄‖²/s²) of itself.

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If a tilt is out of range, shapes disagree, or a number leaves float64.

    Notes
    -----
    With F² = meanᵢ p², u = exp(½ Σⱼ Kⱼxⱼ²/s²) and x = 0 at the mean:
    ρ_S ≥ (∫ F²u)^{3/2} / (∫ F⁴u³)^½ by Hölder's inequality, in closed form. Source:
    derived here, claim LE-28. `separation_disjointedness_bound` is that for small
    scales.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0, 0.0], [1.0, 0.0]], 1.0)
    >>> round(float(disjointedness_lower_bound(sample)), 6)  # ρ_S is 1.093519
    1.090035
    """
    points = principal_points(sample)
    xp = namespace(points)
    if tilt is not None:
        tilt = as_axis_numbers("tilt", tilt, sample)
        refuse("tilt", tilt, (tilt < 0) | (tilt >= _LIMIT), "be in [0, 4/3)")
        batch_shape(tilt=tilt.shape[:-1], sample=sample.scale.shape)
        return xp.exp(_tilted(points, tilt)[0])
    tilt = _best_tilt(points[..., :: -(-sample.n_points // _FEW), :])
    best = _tilted(points, tilt)[0] - _rounding(points, tilt)
    best = xp.maximum(best, _apart(sample, _POWERS) - _rounding_apart(sample))
    return xp.exp(xp.maximum(best, 0.0))


def _tilted(points: Any, tilt: Any) -> tuple[Any, Any]:
    """log of Hölder's bound, and its gradient in K."""
    xp, rest = namespace(points), 1 - tilt / 2
    squares = points * points
    grown = ((tilt / 2 / rest)[..., None, :] * squares).sum(axis=-1)
    single, shares = log_mean(grown)
    mean = (shares[..., None, :] @ squares)[..., 0, :]
    counts = 1 / (2 - 1.5 * tilt)
    pairs = pair_mean(points, counts)
    # Powers of π and 2 in both integrals leave 2^(−½) for each axis.
    sizes = -1.5 * xp.log(rest) - xp.log(4 * counts) / 2
    slope = 0.375 / rest + 0.75 * mean / rest**2
    slope = slope - 0.375 * counts - 0.75 * counts**2 * pairs.squares
    return sizes.sum(axis=-1) / 2 + 1.5 * single - pairs.log / 2, slope


def _rounding(points: Any, tilt: Any) -> Any:
    """What rounding adds to log of Hölder's bound at most, for points far out, too.

    Both logarithms are of sums of exponentials, whose exponents are sums of d terms.
    """
    weights = 2 + 1 / (2 - 1.5 * tilt)
    size = (weights[..., None, :] * points * points).sum(axis=-1).max(axis=-1)
    m, d = points.shape[-2:]
    return 8 * UNIT_ROUNDOFF * (m + (d + 4) * size)


def _rounding_apart(sample: Any) -> float:
    """What rounding adds to log of the bound by distances at most.

    Differences of points keep their digits, and exponents that count are below log m.
    """
    return 8 * UNIT_ROUNDOFF * (sample.n_points + 7 * (sample.n_features + 4))


def _best_tilt(points: Any) -> Any:
    """The best tilt that is met by steps uphill, in logarithms of odds of ¾K."""
    xp = namespace(points)
    normal = 1 / (1 + 2 * (points * points).mean(axis=-2))
    best, tilt = _tilted(points, _STARTS[0] * normal)[0], _STARTS[0] * normal
    for factor in _STARTS[1:]:
        value = _tilted(points, factor * normal)[0]
        tilt = xp.where((value > best)[..., None], factor * normal, tilt)
        best = xp.maximum(best, value)
    at, before = xp.log(tilt / (_LIMIT - tilt)), 0 * tilt
    step = xp.full(at.shape, _FIRST_STEP)
    for _ in range(_STEPS):
        here = _LIMIT / (1 + xp.exp(-at))
        value, slope = _tilted(points, here)
        tilt = xp.where((value > best)[..., None], here, tilt)
        best = xp.maximum(best, value)
        slope = xp.sign(slope)
        step = step * xp.where(slope * before < 0, 0.5, 1.2)
        at, before = at + step * slope, slope
    return tilt


@finite
def separation_disjointedness_bound(
    sample: GaussianNeighborhoods, power: Any = None
) -> Any:
    """A lower bound on ρ_S by distances, for points that are many scales apart.

    Parameters
    ----------
    sample : GaussianNeighborhoods of shape (...)
    power : array of shape (...), optional
        α strictly between 0 and 1. By default the best one of a few for each point.

    Returns
    -------
    array of shape (...)
        In (0, √m]; √m if all points are far apart.

    Raises
    ------
    TypeError
        If `sample` is no `GaussianNeighborhoods`.
    ValueError
        If a power is out of range, shapes disagree, or a number leaves float64.

    Notes
    -----
    m^(−½) Σᵢ (Σⱼ exp(−α(1 − α)‖xᵢ − xⱼ‖²/(2s²)))^(−1/α). Source: derived here, claim
    LE-50.

    Examples
    --------
    >>> sample = GaussianNeighborhoods([[0.0], [5.0]], 1.0)
    >>> round(float(separation_disjointedness_bound(sample)), 6)  # ρ_S is 1.406919
    1.304206
    """
    check_instance("sample", sample, GaussianNeighborhoods)
    xp = namespace(sample.points)
    if power is None:
        return xp.exp(_apart(sample, _POWERS))
    power, _ = in_one_place(power=as_open_unit("power", power), sample=sample.points)
    batch_shape(power=power.shape, sample=sample.scale.shape)
    return xp.exp(_apart(sample, [power[..., None]]))


def _apart(sample: Any, powers: Any) -> Any:
    """log of the bound, with the best power for each point."""
    points, scale = sample.points, sample.scale[..., None, None]
    xp, m = namespace(points), sample.n_points
    found = []
    for rows in row_blocks(points):
        squares = 0.0
        for j in range(points.shape[-1]):
            apart = (points[..., rows, None, j] - points[..., None, :, j]) / scale
            squares = squares + apart * apart
        shares = 0.0
        for power in powers:
            rate = power * (1 - power) / 2
            rate = rate if isinstance(rate, float) else rate[..., None]
            near = xp.exp(-rate * squares).sum(axis=-1)
            shares = xp.maximum(near ** (-1 / power), shares)
        found.append(shares)
    total = xp.concatenate(found, axis=-1).sum(axis=-1)
    return xp.log(total) - math.log(m) / 2
