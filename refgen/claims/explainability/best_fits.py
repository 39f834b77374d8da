"""LE-4 and LE-5: the best affine explanation, in general and of known functions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import (
    Placed,
    normal_grid,
    placed,
)
from refgen.claims.kinds import equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.claims.sources import LI
from refgen.domains import integer, real, record

# --- LE-4

planar = placed.but(
    "sines in the plane, ‖w‖ in [0.3, 2], scales in [0.1, 0.7]",
    d=2,
    scale=real(0.1, 0.7, log=True),
)
# Another explanation than the best one: by how much its value and slope are off.
OFF, TURN = 0.3, (-0.8, 0.5)


def _in_plane(case: Placed) -> tuple[Any, Any, Any]:
    """Nodes of N(0, I), their weights, and w·x + β there."""
    xp = namespace(case.point)
    z, weights = normal_grid(xp)
    pairs = xp.stack(xp.meshgrid(z, z, indexing="ij"), axis=-1).reshape(-1, 2)
    both = (weights[:, None] * weights).ravel()
    turned = (case.weights[..., None, :] * pairs).sum(axis=-1)
    return pairs, both, case.at[..., None] + case.scale[..., None] * turned


def _error(case: Placed, value: Any, slope: Any) -> Any:
    """E (f(x + sε) − value − s slope·ε)²."""
    xp = namespace(case.point)
    pairs, weights, at = _in_plane(case)
    rise = (slope[..., None, :] * pairs).sum(axis=-1) * case.scale[..., None]
    return ((xp.sin(at) - value[..., None] - rise) ** 2 * weights).sum(axis=-1)


def _series(case: Placed, first: int) -> Any:
    """Σ s^(2k)/k! ‖E ∇ᵏf‖² from k = first, of a sine."""
    xp, u = namespace(case.point), case.deviation**2
    term, total = xp.exp(-u), 0.0 * u
    for k in range(60):
        if k >= first:
            total = total + term * xp.sin(case.at + k * math.pi / 2) ** 2
        term = term * u / (k + 1)
    return total


@claim("LE-4", kind="identity", domain=planar, source=LI.sharpened("NF"), cost=1000)
def best_affine(rg, case, first=2, turning=1.0):
    """a = E f and b = E ∇f = E fε/s are best, with NF = Σ_{k≥2} s^2k/k! ‖E ∇ᵏf‖².

    α and β in their place are worse by (α − a)² + s²‖β − b‖².
    """
    xp, function = namespace(case.point), case.of(rg.explainability.Sine)
    found = rg.explainability.local_fit_by_quadrature(
        function, case.point, case.scale, 24
    )
    _, weights, at = _in_plane(case)
    gradient = (xp.cos(at) * weights).sum(axis=-1)[..., None] * case.weights
    turn = xp.asarray(TURN)
    excess = OFF**2 + turning * case.scale**2 * (turn**2).sum()
    other = _error(case, found.value + OFF, found.slope + turn)
    return [
        equal(found.value, (xp.sin(at) * weights).sum(axis=-1)),
        equal(found.slope, gradient, 1 / case.scale[..., None]),
        equal(found.fidelity, _series(case, first)),
        equal(found.fidelity + excess, other, 2.0),
    ]


best_affine.twin("the series begins at k = 1", first=1)
best_affine.twin("a slope that is off counts 3 % more", turning=1.03)


@best_affine.twin_function("the explanation by value and gradient at x is as good")
def _(rg, case):
    xp, function = namespace(case.point), case.of(rg.explainability.Sine)
    found = function.local_fit(case.point, case.scale)
    gradient = xp.cos(case.at)[..., None] * case.weights
    return equal(found.fidelity, _error(case, xp.sin(case.at), gradient))


# --- LE-5


def _by_pieces(profile: Any, case: Placed, wider: float) -> tuple[Any, Any, Any, Any]:
    """Value, rise and NF of h at t + σZ, on both sides of 0; and E h²."""
    xp = namespace(case.point)
    deviation = wider * case.deviation
    z, weights = normal_rule(xp.clip(-case.at / deviation, -12.0, 12.0))
    values = profile(case.at[..., None] + deviation[..., None] * z)
    value = (weights * values).sum(axis=-1)
    rise = (weights * values * z).sum(axis=-1)
    rest = values - value[..., None] - rise[..., None] * z
    fidelity = (weights * rest * rest).sum(axis=-1)
    return value, rise, fidelity, (weights * values * values).sum(axis=-1)


def _profiles(xp: Any) -> dict[str, Any]:
    return {
        "Linear": lambda t: t,
        "Sine": xp.sin,
        "Exponential": xp.exp,
        "ReLURidge": lambda t: xp.maximum(t, 0.0),
        "Absolute": abs,
        "Step": lambda t: xp.where(t > 0, 1.0, 0.0),
    }


@claim("LE-5", kind="identity", domain=placed, cost=300)
def closed_forms(rg, case, wider=1.0, bend=1.0):
    """The best explanations of six functions of one direction, and their NF."""
    parts = []
    for name, profile in _profiles(namespace(case.point)).items():
        fit = case.of(getattr(rg.explainability, name))
        fit = fit.local_fit(case.point, case.scale)
        value, rise, fidelity, square = _by_pieces(profile, case, wider)
        size = square**0.5 + case.deviation / (1 + case.deviation)
        slope = (fit.slope * case.direction).sum(axis=-1)
        turned = bend if name == "Absolute" else 1.0
        parts += [
            equal(fit.value, value, size),
            equal(slope * case.scale, rise, size),
            # NF is 0 of linear functions: both are compared with E h² added.
            equal(fidelity + size**2, turned * fit.fidelity + size**2, 2 * size**2),
        ]
    return parts


closed_forms.twin("neighbourhoods that are 2 % wider", wider=1.02)
closed_forms.twin("|t| has 3.9 times the NF of max(t, 0)", bend=4 / 3.9)


@closed_forms.twin_function("the gradient at x is the best slope")
def _(rg, case):
    xp = namespace(case.point)
    fit = case.of(rg.explainability.Sine).local_fit(case.point, case.scale)
    gradient = xp.cos(case.at)[..., None] * case.weights
    return equal(fit.slope, gradient, case.frequency[..., None])


# --- LE-5b: in several dimensions


@dataclass(frozen=True, repr=False)
class Curved(Instance):
    """A quadratic ½x·Ax + w·x and a bump around w, and where they are explained.

    Attributes
    ----------
    matrix : array of shape (..., n_features, n_features)
    vector, point : arrays of shape (..., n_features)
        w and x.
    width, scale : arrays of shape (...)
    """

    matrix: Any
    vector: Any
    point: Any
    width: Any
    scale: Any


curved = record(
    Curved,
    "quadratics and bumps in 1 to 3 dimensions, widths in [0.5, 2], scales in [0.1, 1]",
    d=integer(1, 3),
    matrix=real(-2, 2, shape=("d", "d")),
    vector=real(-1, 1, shape=("d",)),
    point=real(-1, 1, shape=("d",)),
    width=real(0.5, 2.0),
    scale=real(0.1, 1.0, log=True),
    examples=lambda: [
        Curved(np.eye(2), np.ones(2), np.zeros(2), np.array(1.0), np.array(1.0))
    ],
)


def _bump_by_axes(case: Curved, wider: float) -> tuple[Any, Any, Any]:
    """Value, slope and NF of the bump as products of integrals along the axes."""
    xp, scale = namespace(case.point), wider * case.scale[..., None, None]
    z, weights = normal_grid(xp, 0.25)
    apart = (case.point - case.vector)[..., None] + scale * z
    heights = xp.exp(-((apart / case.width[..., None, None]) ** 2) / 2)
    means = (heights * weights).sum(axis=-1)
    rises = (heights * weights * z).sum(axis=-1) / means
    value = means.prod(axis=-1)
    square = (heights * heights * weights).sum(axis=-1).prod(axis=-1)
    explained = value**2 * (1 + (rises**2).sum(axis=-1))
    return value, value[..., None] * rises / case.scale[..., None], square - explained


@claim("LE-5b", kind="identity", domain=curved, cost=60)
def closed_forms_in_space(rg, case, wider=1.0):
    """The best explanations of quadratics and bumps, and their NF."""
    le = rg.explainability
    bump = le.Bump(case.vector, case.width).local_fit(case.point, case.scale)
    value, slope, fidelity = _bump_by_axes(case, wider)
    quadratic = le.Quadratic(case.matrix, case.vector)
    fit = quadratic.local_fit(case.point, case.scale)
    grid = le.local_fit_by_quadrature(quadratic, case.point, wider * case.scale, 4)
    size = 1 + abs(case.matrix).sum(axis=(-1, -2)) * (1 + case.scale) ** 2
    return [
        equal(bump.value, value),
        equal(bump.slope, slope, 1 / case.scale[..., None]),
        equal(bump.fidelity, fidelity),
        equal(fit.value, grid.value, size),
        equal(fit.slope, grid.slope, (size / case.scale)[..., None]),
        equal(fit.fidelity, grid.fidelity, size**2),
    ]


closed_forms_in_space.twin("neighbourhoods that are 2 % wider", wider=1.02)


@closed_forms_in_space.twin_function("the NF of a quadratic is ½s⁴(tr A)²")
def _(rg, case):
    function = rg.explainability.Quadratic(case.matrix)
    trace = namespace(case.point).einsum("...ii->...", case.matrix)
    found = function.local_fit(case.point, case.scale).fidelity
    size = (abs(case.matrix).sum(axis=(-1, -2)) * case.scale**2) ** 2
    return equal(found, (case.scale**2 * trace) ** 2 / 2, size)
