"""LE-29, 49 and 50: bounds on the disjointedness for heavy tails and small scales."""

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
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule, unit_nodes
from refgen.claims.registry import claim
from refgen.domains import real
from refgen.explainability import GaussianNeighborhoods

# --- LE-29


def _of_heavy_points(scale: Any) -> Any:
    """ρ_∞ of points with the density (2/π)(1 + x²)⁻², whose variance is 1.

    ∫ √(E p²) with x = tan θ, where the square root falls as 1/(1 + x²).
    """
    xp = namespace(scale)
    angle, weights = unit_nodes(xp, 128)
    x = xp.tan(math.pi / 2 * angle)
    z, masses = normal_rule(0 * scale, n_nodes=40)
    s = scale[..., None]
    # E p² is 1/(2s√π) times the density of a point with noise of variance s²/2.
    noisy = x[:, None] - (s * math.sqrt(0.5) * z)[..., None, :]
    density = (masses[..., None, :] * (1 + noisy * noisy) ** -2.0).sum(axis=-1)
    roots = xp.sqrt(density / (math.pi**1.5 * s)) * (1 + x * x)
    return math.pi * (roots * weights).sum(axis=-1)


def _corners(scale: Any, d: int) -> GaussianNeighborhoods:
    """Points at ±1 in all d coordinates: their squares are 1, as in the mean above."""
    xp = namespace(scale)
    line = [[1.0], [-1.0]]
    corners = line if d == 1 else [[a, b] for (a,) in line for (b,) in line]
    points = xp.asarray(corners) + 0 * scale[..., None, None]
    return GaussianNeighborhoods.trusted(points=points, scale=scale)


@claim("LE-29", kind="inequality", domain=lines, cost=200)
def bound_by_the_variance(rg, sample, factor=1.0):
    """On a line ρ_S ≤ (π/2)^¼ (1 + 2τ²/s²)^¼; no constant is smaller.

    Points of the density (2/π)(1 + x²)⁻² attain it as s goes to 0.
    """
    bound = rg.explainability.line_disjointedness_bound
    rho = line_factor(sample.points[..., 0], sample.scale)
    small = sample.scale / 100
    heavy = bound(_corners(small, 1))
    return [
        at_most(rho, factor * bound(sample), 2 * rho, sharp=0.85),
        at_most(_of_heavy_points(small), factor * heavy, 2 * heavy, sharp=0.99),
    ]


bound_by_the_variance.twin("the constant 1.10 for 1.1195", factor=1.10 / 1.1195)
bound_by_the_variance.twin("3 % less would do", factor=0.97)

# --- LE-49


@claim("LE-49", kind="inequality", domain=products, cost=800)
def bound_by_products_of_squares(rg, case, factor=1.0, noise=0.5):
    """ρ_S² ≤ Πⱼ √(πtⱼ)/2 · mean Πⱼ (1 + (δⱼ²/s² + ½)/tⱼ) for all tⱼ > 0."""
    e, xp = rg.explainability, namespace(case.first)
    bound, sample, rho = e.moment_disjointedness_bound, case.sample, case.factor
    widths, naive = case.variances + 0.5, 1.0
    for j, line in enumerate(case.axes):
        t = widths[..., j]
        mean = (1 + (line * line + noise) / t[..., None]).mean(axis=-1)
        naive = naive * xp.sqrt(xp.sqrt(math.pi * t) / 2 * mean)
    small = case.scale / 100
    heavy = bound(_corners(small, 2))
    return [
        at_most(rho, factor * bound(sample), 2 * rho, sharp=0.75),
        at_most(_of_heavy_points(small) ** 2, factor * heavy, 2 * heavy, sharp=0.98),
        equal(bound(sample, widths), naive, naive),
    ]


bound_by_products_of_squares.twin("3 % less would do", factor=0.97)
bound_by_products_of_squares.twin("½ may be 0.48", noise=0.48)

# --- LE-50

POWERS = (0.3, 0.5, 0.8)

apart = lines.but(
    "2 to 5 points on a line, of size 1, scales in [0.05, 2]",
    scale=real(0.05, 2.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [1.0], [3.0]], 0.05),
        GaussianNeighborhoods([[0.0], [0.0], [2.0]], 0.5),
    ],
)


def _by_overlaps(points: Any, scale: Any, power: float) -> Any:
    """m^(−½) Σᵢ (Σⱼ ∫ pᵢ^(1−α) pⱼ^α)^(−1/α) by the trapezoidal rule."""
    xp, m = namespace(points), points.shape[-2]
    y = points[..., 0] / scale[..., None]
    total = 0.0
    for i in range(m):
        overlaps = 0.0
        for j in range(m):
            ends = xp.stack([y[..., i], y[..., j]], axis=-1)
            nodes, step = line_nodes(ends)
            near = (nodes - y[..., i, None]) ** 2 * (1 - power)
            far = (nodes - y[..., j, None]) ** 2 * power
            overlaps = overlaps + (xp.exp(-(near + far) / 2) * step).sum(axis=-1)
        total = total + (overlaps / math.sqrt(2 * math.pi)) ** (-1 / power)
    return total / math.sqrt(m)


@claim("LE-50", kind="inequality", domain=apart, cost=500)
def bound_by_separation(rg, sample, factor=1.0, shift=0.0):
    """ρ_S ≥ m^(−½) Σᵢ (Σⱼ exp(−α(1 − α)‖xᵢ − xⱼ‖²/(2s²)))^(−1/α) for 0 < α < 1."""
    e = rg.explainability
    rho = line_factor(sample.points[..., 0], sample.scale)
    found = []
    for power in POWERS:
        bound = e.separation_disjointedness_bound(sample, power)
        naive = _by_overlaps(sample.points, sample.scale, power + shift)
        found += [at_most(factor * bound, rho, 2, sharp=True), equal(bound, naive, 3)]
    return found


bound_by_separation.twin("3 % more would do", factor=1.03)
bound_by_separation.twin("the exponent is that of α + 0.02", shift=0.02)
