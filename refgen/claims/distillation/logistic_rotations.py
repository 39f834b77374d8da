"""KD-25b: a better bound for laws that rotations around w leave as they are."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import distribution, integer, real, record


@dataclass(frozen=True, repr=False)
class AngleLaw(Instance):
    """Angles to the line of w, their probabilities, and p.

    Attributes
    ----------
    angles, weights : array of shape (..., k)
    n_features : array of shape (...)
    """

    angles: Any
    weights: Any
    n_features: Any


angle_laws = record(
    AngleLaw,
    "up to 4 angles of any probabilities, in 3 to 10 dimensions",
    k=integer(1, 4),
    angles=real(0.05, math.pi / 2, shape=("k",), members=(1e-3, math.pi / 2)),
    weights=distribution("k"),
    n_features=integer(3, 10),
    examples=lambda: [
        AngleLaw(np.array([1.0]), np.array([1.0]), np.array(3)),
        AngleLaw(np.array([math.pi / 2]), np.array([1.0]), np.array(5)),
        AngleLaw(np.array([0.126, math.pi / 2]), np.array([0.5, 0.5]), np.array(3)),
        AngleLaw(np.array([1.2, 0.9]), np.array([0.5, 0.5]), np.array(10)),
    ],
)


def _cap(product: Any, p: Any) -> Any:
    """P(cos ω < −c) for the angle ω of density ∝ sin^(p−3), by quadrature."""
    xp = namespace(product)
    u, weights = unit_nodes(xp, 64)
    high = xp.arccos(xp.minimum(product, 1.0))
    power = (p - 3)[..., None]
    part = (weights * xp.sin(high[..., None] * u) ** power).sum(axis=-1) * high
    return part / ((weights * xp.sin(math.pi * u) ** power).sum(axis=-1) * math.pi)


def _cotangent(angle: Any) -> Any:
    return namespace(angle).cos(angle) / namespace(angle).sin(angle)


def _one_input(case: AngleLaw) -> Any:
    """The risk for one input, over pairs of angles."""
    cot, mass = _cotangent(case.angles), case.weights
    p = (case.n_features + 0.0)[:, None, None]
    caps = _cap(cot[:, :, None] * cot[:, None, :], p)
    return (caps * mass[:, :, None] * mass[:, None, :]).sum(axis=(-1, -2))


def _two_inputs(case: AngleLaw) -> Any:
    """The risk for two inputs, whose parts across w make an angle ψ.

    The student's angle has cot² = (t² + t'² − 2 t t' cos ψ)/sin² ψ, if t and t' are the
    cotangents of the inputs' angles.
    """
    xp, mass = namespace(case.angles), case.weights
    u, weights = unit_nodes(xp, 48)
    cot, turn = _cotangent(case.angles), math.pi * u
    p = (case.n_features + 0.0)[:, None]
    chance = weights * xp.sin(turn) ** (p - 3)
    chance = chance / chance.sum(axis=-1, keepdims=True)
    total, k = 0.0, cot.shape[-1]
    for i, j in itertools.product(range(k), repeat=2):
        one, other = cot[:, i : i + 1], cot[:, j : j + 1]
        square = one**2 + other**2 - 2 * one * other * xp.cos(turn)
        student = xp.sqrt(xp.maximum(square, 0.0)) / xp.sin(turn)
        caps = _cap(cot[:, :, None] * student[:, None, :], p[..., None])
        risks = (caps * chance[:, None, :]).sum(axis=-1)
        total = total + mass[:, i] * mass[:, j] * (mass * risks).sum(axis=-1)
    return total


@claim("KD-25b", kind="inequality", domain=angle_laws, cost=4000)
def bounds_for_rotations(rg, case, share=1.0, more=0):
    """Laws that stay the same under rotations around w: risk ≤ E ½ I₁₋c²((p−2)/2, ½).

    Where c = cot θ₀ cot(min θᵢ) < 1; equal for one input. It is at most half of
    P(θ₀ + min θᵢ ≥ π/2).
    """
    d, p = rg.distillation, case.n_features + more
    one, two = (
        share * d.rotation_transfer_bound(case.angles, n, p, case.weights)
        for n in (1, 2)
    )
    first, _ = d.transfer_risk_bounds(case.angles, 1, case.weights)
    second, _ = d.transfer_risk_bounds(case.angles, 2, case.weights)
    return (
        equal(one, _one_input(case)),
        at_most(_two_inputs(case), two),
        at_most(one, first / 2, sharp=True),
        at_most(two, second / 2, sharp=True),
    )


bounds_for_rotations.twin("0.99 of it", share=0.99)
bounds_for_rotations.twin("p − 1 for p − 2", more=1)
