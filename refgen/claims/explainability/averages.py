"""LE-8, 8b, 8c and LE-45: fidelity against the scale, at a point and on average."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import placed
from refgen.claims.kinds import at_most, equal, exceeds, tends_to
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- LE-8

SIZES = (10, 30, 100)  # 1/s


def _over_the_kink(rg: Any, case: Any, scale: Any) -> Any:
    """∫ NF dx of max(wx + β, 0), by a rule of trapezoids."""
    xp, step = namespace(scale), 0.4
    t = xp.arange(-30.0, 31.0) * step
    weight = case.frequency[..., None, None]
    function = rg.explainability.ReLURidge(weight, case.offset[..., None])
    x = -case.offset[..., None] / weight[..., 0] + scale[..., None] * t
    found = function.local_fit(x[..., None], scale[..., None]).fidelity
    return found.sum(axis=-1) * step * scale


@claim("LE-8", kind="limit", domain=placed, cost=30)
def small_scales(rg, case, power=3.0, factor=3.0, half=0.5):
    """NF/s⁴ → ½‖∇²f‖² where f is smooth; ∫ NF dx = c²s³/(3√π) at a kink, exactly."""
    xp, square = namespace(case.scale), case.frequency**2
    scales = 1 / xp.asarray(SIZES, dtype=float)
    function = rg.explainability.Sine(case.weights, case.offset)
    found = function.local_fit(case.point, scales[:, None] + 0 * case.scale).fidelity
    values = xp.moveaxis(found / scales[:, None] ** 4, 0, -1)
    limit = half * (square * xp.sin(case.at))[..., None] ** 2
    closed = square * case.scale**power / (factor * math.sqrt(math.pi))
    zero = 0 * case.frequency[..., None]
    kink = rg.explainability.piecewise_linear_fidelity(
        zero, case.frequency[..., None], case.scale
    )
    return [
        tends_to(values, limit, [(square**3 / 2, 2)], SIZES, (square**2)[..., None]),
        equal(_over_the_kink(rg, case, case.scale), closed, square),
        equal(kink, closed, square),
    ]


small_scales.twin("∫ NF dx is of the order of s⁴", power=4.0)
small_scales.twin("3 % less at a kink", factor=3.1)
small_scales.twin("NF/s⁴ → 0.52 ‖∇²f‖²", half=0.52)

# --- LE-8b


@dataclass(frozen=True, repr=False)
class Waves(Instance):
    """A sum of two sines of random phases on the line, and a scale.

    Attributes
    ----------
    amplitudes, frequencies : arrays of shape (..., 2)
    scale, ratio : arrays of shape (...)
        s, and another scale over s.
    """

    amplitudes: Any
    frequencies: Any
    scale: Any
    ratio: Any


def _waves(amplitudes: Any, frequencies: Any, scale: float, ratio: float) -> Waves:
    lists = (np.array(amplitudes), np.array(frequencies))
    return Waves(*lists, np.array(scale), np.array(ratio))


waves = record(
    Waves,
    "two sines of random phases, frequencies in [0.3, 2.5], scales in [0.1, 1]",
    amplitudes=real(-1, 1, shape=(2,)),
    frequencies=real(0.3, 2.5, shape=(2,)),
    scale=real(0.1, 1.0, log=True),
    ratio=real(1.0, 2.0),
    examples=lambda: [_waves([1.0, 0.5], [1.0, 2.0], 0.5, 2.0)],
)

# Phases over which products of two different waves have the mean 0, and cos 2θ has.
PHASES = [[i * math.pi / 2, j * math.pi / 2] for i in range(4) for j in range(2)]


def _mean_fidelity(rg: Any, case: Waves) -> Any:
    """NF from values, averaged over phases."""
    xp = namespace(case.scale)
    phases = xp.asarray(PHASES)
    sizes, speeds = (a[..., None, :] for a in (case.amplitudes, case.frequencies))

    def wave(points: Any) -> Any:
        return (sizes * xp.sin(speeds * points + phases)).sum(axis=-1)

    points = 0 * case.scale[..., None, None] + 0 * phases[:, :1]
    fit = rg.explainability.local_fit_by_quadrature(wave, points, case.scale[..., None])
    return fit.fidelity.mean(axis=-1)


@claim("LE-8b", kind="identity", domain=waves, cost=40)
def missed_frequencies(rg, case, stretch=1.0):
    """E NF = Σ ½A²T(s|ω|) of sines of random phases, T(u) = 1 − e^(−u²)(1 + u²)."""
    power = case.amplitudes**2 / 2
    u = stretch * case.scale[..., None] * case.frequencies
    right = (power * rg.explainability.transfer(u)).sum(axis=-1)
    return equal(_mean_fidelity(rg, case), right, 2 * power.sum(axis=-1) + 1e-30)


missed_frequencies.twin("frequencies count 1 % more", stretch=1.01)


@missed_frequencies.twin_function("T(u) = 1 − e^(−u²), as of the best constant")
def _(rg, case):
    power = case.amplitudes**2 / 2
    square = (case.scale[..., None] * case.frequencies) ** 2
    right = -(power * namespace(square).expm1(-square)).sum(axis=-1)
    return equal(_mean_fidelity(rg, case), right, 2 * power.sum(axis=-1) + 1e-30)


# --- LE-8c


@dataclass(frozen=True, repr=False)
class Peak(Instance):
    """A bump on the line, explained at its center.

    Attributes
    ----------
    center, width : arrays of shape (...)
    """

    center: Any
    width: Any


peaks = record(
    Peak,
    "bumps on the line, explained at their center",
    center=real(-2, 2),
    width=real(0.2, 5.0, log=True),
    examples=lambda: [Peak(np.array(0.0), np.array(1.0))],
)


@claim("LE-8c", kind="existence", domain=peaks)
def wider_may_be_better(rg, case, fall=0.09, wide=15.0):
    """NF need not grow with the scale at a point.

    At the center of a bump it falls by more than 0.09 between s = 2.3ℓ and s = 15ℓ.
    """
    center = case.center[..., None]
    bump = rg.explainability.Bump(center, case.width)
    first, last = (
        bump.local_fit(center, times * case.width).fidelity for times in (2.3, wide)
    )
    return exceeds(first - last, fall)


wider_may_be_better.twin("by more than 0.093", fall=0.093)
wider_may_be_better.twin("by as much up to s = 3ℓ", wide=3.0)

# --- LE-45

scaled_waves = waves.but(
    "two sines of random phases, frequencies in [0.3, 2.5], scales in [0.01, 4]",
    scale=real(0.01, 4.0, log=True),
    examples=lambda: [
        _waves([1.0, 0.0], [0.3, 1.0], 0.01, 2.0),
        _waves([1.0, 0.0], [0.3, 1.0], 0.01, 1.3),
        _waves([1.0, 1.0], [2.5, 2.5], 4.0, 2.0),
        _waves([1.0, -1.0], [0.3, 0.6], 0.1, 2.0),
    ],
)


def _averages(rg: Any, case: Waves, scale: Any) -> tuple[Any, Any]:
    """Averaged over positions: of waves, and of a line with kinks at frequencies."""
    le, xp = rg.explainability, namespace(case.scale)
    weights = case.frequencies[..., None]
    means = sum(
        le.Sine(weights, phase).local_fit(0 * weights, scale[..., None]).fidelity / 2
        for phase in (0.0, math.pi / 2)
    )
    kinks = le.piecewise_linear_fidelity(case.frequencies, case.amplitudes, scale)
    return (case.amplitudes**2 * means).sum(axis=-1), xp.asarray(kinks)


@claim("LE-45", kind="inequality", domain=scaled_waves, cost=8)
def averages_grow(rg, case, power=4.0):
    """Averaged over positions, NF*(s) ≤ NF*(rs) ≤ r⁴ NF*(s) for r ≥ 1.

    NF* is the NF of the best affine explanations.
    """
    near = _averages(rg, case, case.scale)
    far = _averages(rg, case, case.ratio * case.scale)
    size = 2 * (case.amplitudes**2).sum(axis=-1) + 1e-30
    sizes = (size, 2 * size * (case.ratio * case.scale) ** 3)
    parts = []
    for mine, other, rounding in zip(near, far, sizes, strict=True):
        bound = case.ratio**power * mine
        parts += [at_most(mine, other, rounding, sharp=0.9)]
        parts += [at_most(other, bound, case.ratio**4 * rounding, sharp=0.9)]
    return parts


averages_grow.twin("r^3.9 would do", power=3.9)


@averages_grow.twin_function("NF grows at every point")
def _(rg, case):
    center = 0 * case.scale[..., None]
    bump = rg.explainability.Bump(center, 1.0)
    near = bump.local_fit(center, case.scale).fidelity
    return at_most(near, bump.local_fit(center, case.ratio * case.scale).fidelity)
