"""LE-12, 12w, 27 and 28: bounds on the disjointedness that suit normal points."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.explainability._known_samples import (
    line_factor,
    line_nodes,
    lines,
    products,
)
from refgen.claims.explainability.domains import pairs, samples
from refgen.claims.kinds import at_most, equal, tends_to
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import real
from refgen.explainability import GaussianNeighborhoods

# --- LE-12

# In multiples of the distance of the outermost point from the mean.
SCALES = (4.0, 16.0, 64.0, 256.0)


def _distances(sample: Any) -> Any:
    """‖xᵢ − x̄‖², (..., m)."""
    around = sample.points - sample.points.mean(axis=-2, keepdims=True)
    return (around * around).sum(axis=-1)


def _isotropic(sample: Any, tau: float, exponent: float, power: float) -> Any:
    xp, rest = namespace(sample.points), 2 * tau - 1
    squares = exponent * _distances(sample) / sample.scale[..., None] ** 2 / rest
    mean = xp.exp(squares).mean(axis=-1)
    return xp.sqrt((tau * tau / rest) ** (power * sample.n_features / 2) * mean)


TAUS = (0.8, 1.0, 1.5)

wide_pairs = pairs.but(
    "two points in 1 to 3 dimensions, scales in [0.5, 20]",
    scale=real(0.5, 20.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [1.0]], 20.0),
        GaussianNeighborhoods([[0.0, 0.0], [1.0, 2.0]], 5.0),
        GaussianNeighborhoods([[1.0, 0.0, 0.0], [1.0, 0.0, 0.0]], 1.0),
    ],
)


@claim("LE-12", kind="inequality", domain=wide_pairs, cost=60)
def bound_by_distances(rg, sample, exponent=1.0, power=1.0):
    """ρ_S² ≤ (τ²/(2τ − 1))^(d/2) · mean exp(‖x − x̄‖²/(s²(2τ − 1))) for τ > ½."""
    e, xp = rg.explainability, namespace(sample.points)
    apart = sample.points[..., 0, :] - sample.points[..., 1, :]
    rho = e.two_point_disjointedness(xp.sqrt((apart**2).sum(axis=-1)), sample.scale)
    found = []
    for tau in TAUS:
        right = _isotropic(sample, tau, exponent, power)
        mine = e.disjointedness_upper_bound(sample, xp.full(sample.n_features, tau))
        found += [at_most(rho, right, right, sharp=0.9), equal(mine, right, right)]
    return found


bound_by_distances.twin("the exponent is 3 % smaller", exponent=0.97)
bound_by_distances.twin("the exponent halved", exponent=0.5)
bound_by_distances.twin("the power of τ is 3 % smaller", power=0.97)

# --- LE-12w


@claim("LE-12w", kind="limit", domain=samples, cost=5)
def wide_neighbourhoods(rg, sample, half=0.5):
    """ρ_S = 1 + tr Σ_S/(2s²) + O(s⁻⁴): bounds on both sides have this limit."""
    e, xp, squares = rg.explainability, namespace(sample.points), _distances(sample)
    farthest = xp.sqrt(squares.max(axis=-1))
    unit = xp.where(farthest > 1e-6, farthest, 1.0)
    wide = e.GaussianNeighborhoods(
        sample.points[..., None, :, :], unit[..., None] * xp.asarray(SCALES)
    )
    one, sizes = xp.ones(sample.n_features), xp.asarray(SCALES)
    limit = half * squares.mean(axis=-1) / unit**2
    # 1/2 of the squared trace, and 9e^(6/16) of the largest squared distance.
    envelope = [(14.2, 2)]
    return [
        tends_to(
            sizes**2 * (bound(wide, one) - 1),
            limit[..., None],
            envelope,
            SCALES,
            SCALES[-1] ** 2,
        )
        for bound in (e.disjointedness_lower_bound, e.disjointedness_upper_bound)
    ]


wide_neighbourhoods.twin("0.52 for ½", half=0.52)
wide_neighbourhoods.twin("the whole trace", half=1.0)

# --- LE-27


def _mean_growth(line: Any, rate: Any) -> Any:
    """(1 + a)/(2√a) · mean e^(a y²), whose square root is the bound on a line."""
    xp = namespace(line)
    mean = xp.exp(rate[..., None] * line * line).mean(axis=-1)
    return (1 + rate) / (2 * xp.sqrt(rate)) * mean


def _of_normal_points(variance: Any, tau: Any) -> Any:
    """τ/√(2τ − 1) · E exp(λZ²/(s²(2τ − 1))) for λ/s² = `variance`."""
    xp = namespace(variance)
    z, weights = normal_rule(0 * variance)
    exponent = (variance / (2 * tau - 1))[..., None] * z * z
    return tau / xp.sqrt(2 * tau - 1) * (weights * xp.exp(exponent)).sum(axis=-1)


@claim("LE-27", kind="inequality", domain=products, cost=400)
def bound_by_axes(rg, case, spread=2.0, factor=1.0, exponent=1.0):
    """ρ_S² ≤ Πⱼ (τⱼ²/(2τⱼ − 1))^½ · mean exp Σⱼ δⱼ²/(s²(2τⱼ − 1)) for all τⱼ > ½.

    For normal points with variances λⱼ and τⱼ = 1 + 2λⱼ/s² its mean is ρ_∞².
    """
    e, xp, variances = rg.explainability, namespace(case.first), case.variances
    sample, tau, rho = case.sample, 1 + spread * case.variances, case.factor
    by_axis = [
        _mean_growth(line, exponent / (2 * tau[..., j] - 1))
        for j, line in enumerate(case.axes)
    ]
    naive = xp.sqrt(by_axis[0] * by_axis[1])
    found = e.disjointedness_upper_bound(sample, tau)
    means = [_of_normal_points(variances[..., j], tau[..., j]) for j in (0, 1)]
    limit = e.population_disjointedness(variances, xp.ones(rho.shape))
    return [
        at_most(rho, factor * found, naive, sharp=0.9),
        at_most(rho, factor * e.disjointedness_upper_bound(sample), naive, sharp=0.9),
        equal(found, naive, naive),
        equal(means[0] * means[1], limit**2, limit**2),
    ]


bound_by_axes.twin("3 % less would do", factor=0.97)
bound_by_axes.twin("τ = 1 + λ/s² gives ρ_∞ for normal points", spread=1.0)
bound_by_axes.twin("τ = 1 + 2.06 λ/s² gives ρ_∞ for normal points", spread=2.06)
bound_by_axes.twin("squared distances count 3 % less", exponent=0.97)

# --- LE-28

TILTS = (0.0, 0.5, 0.9)


def _hoelder(sample: Any, tilt: float, pairs: float) -> Any:
    """(∫ F²u)^{3/2}/(∫ F⁴u³)^½ on a line, by the trapezoidal rule."""
    xp = namespace(sample.points)
    y = sample.points[..., 0] / sample.scale[..., None]
    y = y - y.mean(axis=-1, keepdims=True)
    # F⁴u³ has its mass up to 2/(2 − 3K/2) times as far out as points.
    nodes, step = line_nodes(6 * y)
    once, twice = 0.0, 0.0
    for i in range(y.shape[-1]):
        apart = (nodes - y[..., i, None]) ** 2
        once = once + xp.exp(tilt * nodes**2 / 2 - apart)
        twice = twice + xp.exp(pairs * tilt * nodes**2 * 0.75 - apart)
    once = (once * step).sum(axis=-1)
    twice = (twice * twice * step).sum(axis=-1)
    return once * xp.sqrt(once / twice / (2 * math.pi * y.shape[-1]))


@claim("LE-28", kind="inequality", domain=lines, cost=150)
def bound_by_pairs(rg, sample, factor=1.0, pairs=1.0):
    """ρ_S ≥ (∫ F²u)^{3/2}/(∫ F⁴u³)^½ for u = exp(½ Σⱼ Kⱼxⱼ²), in closed form."""
    e, xp = rg.explainability, namespace(sample.points)
    bound = e.disjointedness_lower_bound
    rho = line_factor(sample.points[..., 0], sample.scale)
    found = [
        equal(bound(sample, xp.asarray([tilt])), _hoelder(sample, tilt, pairs), 2 * rho)
        for tilt in TILTS
    ]
    return [
        *found,
        at_most(factor * bound(sample, xp.asarray([1.0])), rho, sharp=True),
        at_most(factor * bound(sample), rho, sharp=True),
    ]


bound_by_pairs.twin("3 % more would do", factor=1.03)
bound_by_pairs.twin("u counts 2.94 times in ∫ F⁴u³", pairs=0.98)
