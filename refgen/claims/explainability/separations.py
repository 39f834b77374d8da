"""LE-6d and LE-7: laws where one of the fidelities is far better than the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal, exceeds
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- LE-6d


@dataclass(frozen=True, repr=False)
class WideNeighborhoods(Instance):
    """A bump of a width, points N(0, τ²) and neighbourhoods N(x, s²). Shapes (...).

    Attributes
    ----------
    width, spread, scale : arrays
        The width, τ and s.
    """

    width: Any
    spread: Any
    scale: Any


def _wide(width: Any, spread: Any, scale: Any) -> WideNeighborhoods:
    return WideNeighborhoods(width, spread * width, scale * width)


wide = record(
    _wide,
    "points that spread as the bump does, neighbourhoods 9 to 12 times as wide",
    width=real(0.25, 4.0, log=True),
    spread=real(1.0, 1.1),
    scale=real(9.0, 12.0),
    outside=lambda case: (
        None
        if isinstance(case, WideNeighborhoods)
        and 0.999 <= case.spread / case.width <= 1.101
        and 8.999 <= case.scale / case.width <= 12.001
        else "the spread must be 1 to 1.1 widths of the bump, the scale 9 to 12"
    ),
    examples=lambda: [
        WideNeighborhoods(np.array(0.3), np.array(0.3), np.array(3.0)),
    ],
)

# Steps in widths of the bump, which is 1e-18 at the end: errors of sums of normal
# densities of deviation .6 and more are far below rounding.
STEPS = np.arange(-9.0, 9.0625, 0.125)


def _by_sums(xp: Any, spread: Any, scale: Any) -> Any:
    """The mean over centres N(0, spread²) of the least error of a line, by sums.

    Neighbours are N(centre, scale²), the bump has width 1.
    """
    z, outer = normal_rule(0 * spread)
    u = xp.asarray(STEPS)
    apart = (u - spread[..., None, None] * z[..., :, None]) / scale[..., None, None]
    density = xp.exp(-apart * apart / 2) * (STEPS[1] - STEPS[0])
    density = density / ((2 * np.pi) ** 0.5 * scale[..., None, None])
    bump = density * xp.exp(-u * u / 2)
    value, slope = bump.sum(axis=-1), (bump * apart).sum(axis=-1)
    square = (bump * xp.exp(-u * u / 2)).sum(axis=-1)
    return (outer * (square - value * value - slope * slope)).sum(axis=-1)


@claim("LE-6d", kind="existence", domain=wide, cost=400)
def mirrored_is_worse(rg, case, less=1.0):
    """MNF* > NF* is possible: a bump, points of its spread, wide neighbourhoods.

    .0761 > .0603 with a width and a spread of .3, and a scale of 3.
    """
    le, xp = rg.explainability, namespace(case.width)
    origin = 0 * case.width[..., None]
    found = le.gaussian_fidelity(
        le.Bump(origin, case.width), origin, case.spread, case.scale
    )
    spread, scale = case.spread / case.width, case.scale / case.width
    total = xp.sqrt(spread * spread + scale * scale)
    near = _by_sums(xp, spread, scale)
    far = _by_sums(xp, spread * spread / total, spread * scale / total)
    return (
        equal(found.fidelity, less * near, 2.0),
        equal(found.mirrored, less * far, 2.0),
        exceeds(less * found.mirrored, found.fidelity, 1.0),
    )


mirrored_is_worse.twin("both are 0.97 of what they are", less=0.97)


@mirrored_is_worse.twin_function("MNF* > 1.27 NF*")
def _(rg, case):
    le, origin = rg.explainability, 0 * case.width[..., None]
    bump = le.Bump(origin, case.width)
    found = le.gaussian_fidelity(bump, origin, case.spread, case.scale)
    return exceeds(found.mirrored, 1.27 * found.fidelity)


# --- LE-7


@dataclass(frozen=True, repr=False)
class OffManifold(Instance):
    """f = cx₁ + λx₂², points next to x₂ = 0, neighbours N(x, s²I). Shapes (...).

    Attributes
    ----------
    slope, curvature, spread, scale : arrays
        c, λ, the standard deviation τ of x₁ and s.
    thickness : array
        The standard deviation of x₂, in units of s.
    """

    slope: Any
    curvature: Any
    spread: Any
    scale: Any
    thickness: Any


off_manifold = record(
    OffManifold,
    "curvatures in [0.25, 4], spreads and scales in [0.5, 2], thickness up to s/2",
    slope=real(-2.0, 2.0),
    curvature=real(0.25, 4.0, log=True),
    spread=real(0.5, 2.0, log=True),
    scale=real(0.5, 2.0, log=True),
    thickness=real(0.001, 0.5, log=True),
    examples=lambda: [OffManifold(*map(np.array, (1.0, 1.0, 1.0, 0.5, 0.001)))],
)


def _function(rg: Any, case: OffManifold) -> Any:
    xp, zero = namespace(case.slope), 0 * case.slope
    rows = xp.stack([zero, zero, zero, 2 * case.curvature], axis=-1)
    matrix = rows.reshape(*case.slope.shape, 2, 2)
    return rg.explainability.Quadratic(matrix, xp.stack([case.slope, zero], axis=-1))


def _mirrored(rg: Any, case: OffManifold) -> Any:
    """MNF of the explanations that are best for NF, by quadrature over x₂ of sources.

    The first coordinates of source and target do not matter: at two choices of them.
    """
    xp = namespace(case.slope)
    t, weights = normal_rule(0 * case.slope, n_nodes=40)
    s = case.scale[..., None]
    found = []
    for x, e in ((0.0, 0.0), (1.0, -0.5)):
        first = (x + e) * s + 0 * t
        sources = xp.stack([first, s * t], axis=-1)
        targets = xp.stack([x * s + 0 * t, 0 * t], axis=-1)
        function = _function(rg, case.map(lambda a: a[..., None]))
        fit = function.local_fit(sources, s)
        said = fit.value + (fit.slope * (targets - sources)).sum(axis=-1)
        off = said - case.slope[..., None] * targets[..., 0]
        found.append((weights * off * off).sum(axis=-1))
    return found


@claim("LE-7", kind="existence", domain=off_manifold, cost=100)
def off_the_manifold(rg, case, factor=2.0):
    """NF* = 2λ²s⁴ and MNF* = 0 for f = cx₁ + λx₂² and points on x₂ = 0.

    Points with a variance η² of x₂ have MNF* = 2λ²(η²s²/(η² + s²))², and the same NF*.
    On x₂ = 0 the best explanations for NF have an MNF of 2λ²s⁴.
    """
    le, xp = rg.explainability, namespace(case.slope)
    s, zero = case.scale, 0 * case.slope
    points = xp.stack([case.spread, zero], axis=-1)
    nf = _function(rg, case).local_fit(points, s).fidelity
    claimed = factor * (case.curvature * s * s) ** 2
    scale = 32 * (case.curvature * s * s + abs(case.slope) * s) ** 2
    thin = case.thickness * case.thickness
    laws = xp.stack([case.spread**2, zero, zero, thin * s * s], axis=-1)
    both = xp.stack([s * s, zero, zero, s * s], axis=-1)
    laws, both = (a.reshape(*s.shape, 2, 2) for a in (laws, both))
    best = le.anisotropic_fidelity(_function(rg, case).matrix, laws, both)
    first, second = _mirrored(rg, case)
    return (
        equal(nf, claimed, scale),
        equal(best.fidelity, claimed, scale),
        equal(best.mirrored, claimed * (thin / (1 + thin)) ** 2, scale),
        equal(first, claimed, scale),
        equal(second, claimed, scale),
        exceeds(nf, 24 * best.mirrored, scale),
    )


off_the_manifold.twin("NF* = 1.94 λ²s⁴", factor=1.94)


@off_the_manifold.twin_function("MNF* = NF*")
def _(rg, case):
    zero = 0 * case.slope[..., None]
    points = namespace(zero).concatenate([zero, zero], axis=-1)
    nf = _function(rg, case).local_fit(points, case.scale).fidelity
    size = case.curvature**2 * case.scale**4
    return equal(nf, 0 * size, size)
