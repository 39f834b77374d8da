"""LE-20, 20l, 20u, 20v and 55: training errors grow with the scale."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace, special_functions
from refgen.claims.explainability._explained import (
    alternating,
    intervals,
    lines,
    ridged_lines,
)
from refgen.claims.kinds import ascending, at_most, exceeds, tends_to
from refgen.claims.registry import claim

# --- LE-20


def _least_squares(line: Any, slope: bool = True) -> Any:
    """The mean squared error of one affine function, or constant, for all points."""
    xp = namespace(line.gaps)
    x = line.points - line.points.mean(axis=-1)[..., None]
    f = line.values - line.values.mean(axis=-1)[..., None]
    spread = (x * x).sum(axis=-1)
    rise = slope * (x * f).sum(axis=-1) / xp.where(spread > 0, spread, 1.0)
    return ((f - rise[..., None] * x) ** 2).mean(axis=-1)


@claim("LE-20", kind="inequality", domain=lines, cost=120)
def grows_with_the_scale(rg, line, lower=1.0, upper=1.0):
    """The least MNF of a sample never falls in s, nor exceeds that of one affine fit.

    The neighbourhoods are normal.
    """
    least = rg.explainability.line_mirrored_fidelity
    near, far = (
        least(line.sample(rg, factor * line.width), line.values)
        for factor in (1.0, 1.1)
    )
    chain = (lower * near, far, upper * _least_squares(line))
    return ascending(*chain, scale=line.size, sharp=True)


grows_with_the_scale.twin("it grows by 3 % at least", lower=1.03)
grows_with_the_scale.twin("it stays 2 % below one affine fit", upper=0.98)


@grows_with_the_scale.twin_function("it never grows")
def _(rg, line):
    least = rg.explainability.line_mirrored_fidelity
    near = least(line.sample(rg, line.width), line.values)
    far = least(line.sample(rg, 1.1 * line.width), line.values)
    return at_most(far, near, line.size)


# --- LE-20l

SIZES = (2.0, 8.0, 64.0, 512.0)


@claim("LE-20l", kind="limit", domain=lines, cost=400)
def ends_of_the_curve(rg, line, share=1.0):
    """It tends to 0 as s → 0, and to the error of one affine fit as s → ∞.

    With s = gap/(2n) and s = n·range, n → ∞.
    """
    xp, sf = namespace(line.gaps), special_functions(line.gaps)
    least, sizes = rg.explainability.line_mirrored_fidelity, xp.asarray(SIZES)
    gap = line.gaps[..., 1:].min(axis=-1)
    extent = line.gaps[..., 1:].sum(axis=-1)
    above = (line.values.max(axis=-1) - line.values.min(axis=-1)) ** 2
    each = line.map(lambda array: array[:, None])
    small = least(each.sample(rg, gap[:, None] / (2 * sizes)), each.values)
    large = least(each.sample(rg, extent[:, None] * sizes), each.values)
    whole = _least_squares(line)
    return [
        tends_to(
            small,
            0.0,
            lambda n: 2 * above[:, None] * sf.ndtr(-n),
            SIZES,
            scale=line.size[:, None],
        ),
        tends_to(
            large,
            share * whole[:, None],
            [(math.sqrt(2 / math.pi) * whole, 1), (whole, 2)],
            SIZES,
            scale=line.size[:, None],
        ),
    ]


ends_of_the_curve.twin("0.97 of the error of one affine fit", share=0.97)


# --- LE-20u and 20v


@claim("LE-20u", kind="existence", domain=alternating, cost=300)
def intervals_differ(rg, line, constant=1.1, affine=1.07):
    """With intervals it may fall: by a tenth from width 2 to 3, f = 0, 1, 0, ….

    That is of constants; of affine explanations by 7 % from width 3 to 4.
    """
    least = rg.explainability.uniform_mirrored_fidelity
    values = {
        (h, slope): least(line.points, line.values, h * line.width, slope)
        for h, slope in ((1.0, False), (1.5, False), (1.5, True), (2.0, True))
    }
    return [
        exceeds(values[1.0, False], constant * values[1.5, False]),
        exceeds(values[1.5, True], affine * values[2.0, True]),
    ]


intervals_differ.twin("constants fall by 13 %", constant=1.13)
intervals_differ.twin("affine explanations fall by 11 %", affine=1.11)


@claim("LE-20v", kind="inequality", domain=intervals, cost=80)
def multiples_of_intervals(rg, line, double=2.0):
    """With intervals it does not fall if the width is doubled, or tripled.

    Nor does it exceed the error of one fit.
    """
    least = rg.explainability.uniform_mirrored_fidelity

    def at(factor: float, slope: bool) -> Any:
        return least(line.points, line.values, factor * line.width, slope)

    found = []
    for slope in (False, True):
        one, two, three = (at(factor, slope) for factor in (1.0, double, 3.0))
        whole = _least_squares(line, slope)
        pairs = (one, two), (one, three), (three, whole)
        found += [at_most(*pair, line.size, sharp=True) for pair in pairs]
    return found


multiples_of_intervals.twin("1.9 times the width is as good", double=1.9)


# --- LE-55

# Sources around a point in its deviations; weights of two points are equal somewhere,
# where the quadrature misses most.
_STEP, _REACH = 1 / 8, 68


def _objective(rg: Any, line: Any, width: Any, which: str) -> Any:
    """What the ridge minimizes at a source, or a part of it, averaged over sources."""
    xp = namespace(line.gaps)
    nodes = xp.arange(-_REACH, _REACH + 1) * _STEP
    density = xp.exp(-nodes * nodes / 2)
    density = density / density.sum()
    total: Any = 0.0
    n = line.gaps.shape[-1]
    for i in range(n):
        sources = line.points[..., i, None] + width[..., None] * nodes
        errors = rg.explainability.mirrored_errors(
            line.sample(rg, width),
            line.values,
            sources[..., None],
            line.penalty[..., None],
        )
        total = total + (getattr(errors, which) * density).sum(axis=-1)
    return total / n


def _ridge(line: Any) -> Any:
    """The least mean squared error and λ‖coefficients‖² of all points."""
    xp = namespace(line.gaps)
    x, f, penalty = line.points, line.values, line.penalty
    a, b, c = 1 + penalty, x.mean(axis=-1), (x * x).mean(axis=-1) + penalty
    u, v = f.mean(axis=-1), (x * f).mean(axis=-1)
    determinant = a * c - b * b
    constant, rise = (c * u - b * v) / determinant, (a * v - b * u) / determinant
    rest = f - constant[..., None] - rise[..., None] * x
    penalized = penalty * (constant * constant + rise * rise)
    return xp.mean(rest * rest, axis=-1) + penalized


@claim("LE-55", kind="inequality", domain=ridged_lines, cost=400)
def what_a_ridge_minimizes_grows(rg, line, lower=1.0, which="penalized"):
    """MNF + λE‖coefficients‖² of ridge explanations never falls in s either.

    Nor does it exceed what one ridge fit of all points has.
    """
    near, far = (
        _objective(rg, line, factor * line.width, which) for factor in (1.0, 1.1)
    )
    chain = (lower * near, far, _ridge(line))
    return ascending(*chain, scale=line.size, sharp=True)


what_a_ridge_minimizes_grows.twin("it grows by 3 % at least", lower=1.03)
what_a_ridge_minimizes_grows.twin("so does the MNF alone", which="train")
