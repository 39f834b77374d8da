"""LE-62, 62b, 62c: the kernel of LIME, and explanations with a few features."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability.draws import normal_grid
from refgen.claims.kinds import equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import integer, matrix, real, record, vector
from refgen.linalg import solve_positive


@dataclass(frozen=True, repr=False)
class Weighted(Instance):
    """f(u) = sin(ωu + φ) + c u², normal draws u of scale σ, a kernel of width w.

    Attributes
    ----------
    frequency, phase, curvature, scale, width : arrays of shape (...)
    n_features : array of shape (...)
    """

    frequency: Any
    phase: Any
    curvature: Any
    scale: Any
    width: Any


weighted_draws = record(
    Weighted,
    "f(u) = sin(ωu + φ) + c u², scales in [0.2, 2], kernels of width in [0.5, 5]",
    frequency=real(-2.0, 2.0),
    phase=real(-3.0, 3.0),
    curvature=real(-1.0, 1.0),
    scale=real(0.2, 2.0, log=True),
    width=real(0.5, 5.0, log=True),
    examples=lambda: [
        Weighted(*np.array([1.0, 0.5, 0.3, 1.0, 0.75])),
        Weighted(*np.array([2.0, 0.0, 1.0, 2.0, 0.5])),
    ],
)

# --- LE-62


def _values(case: Any, u: Any) -> Any:
    """f(u), for nodes along a last axis."""
    frequency, phase, curvature = (
        part[..., None] for part in (case.frequency, case.phase, case.curvature)
    )
    return namespace(u).sin(frequency * u + phase) + curvature * u * u


def _by_weights(case: Any) -> tuple[Any, Any, Any]:
    """Value and slope of weighted least squares on draws of scale σ; Σ|terms|."""
    xp = namespace(case.width)
    kinks = [xp.asarray(c) + 0 * case.width for c in (-4.0, -1.5, 0.0, 1.5, 4.0)]
    z, mass = normal_rule(*kinks)
    weights = mass * xp.exp(-z * z / (2 * case.width[..., None] ** 2))
    u = case.scale[..., None] * z
    values = _values(case, u)
    total, first, second = ((weights * u**k).sum(axis=-1) for k in (0, 1, 2))
    mean, product = ((weights * u**k * values).sum(axis=-1) for k in (0, 1))
    size = (weights * abs(u * values)).sum(axis=-1) / second
    determinant = total * second - first * first
    value = (second * mean - first * product) / determinant
    return value, (total * product - first * mean) / determinant, size


@claim("LE-62", kind="identity", domain=weighted_draws, cost=12)
def kernel_narrows(rg, case, wider=1.0):
    """Draws of N(x, σ²I) with LIME's kernel explain as N(x, s²I), s = σw/√(1 + w²)."""
    xp = namespace(case.width)
    s = wider * rg.explainability.kernel_scale(case.scale, case.width)
    z, mass = normal_rule(0 * s)
    u = s[..., None] * z
    values = _values(case, u)
    value, slope = (mass * values).sum(axis=-1), (mass * z * values).sum(axis=-1) / s
    weighted = _by_weights(case)
    size = xp.maximum(1 + case.scale**2, weighted[2])
    return [equal(weighted[0], value, size), equal(weighted[1], slope, size)]


kernel_narrows.twin("a scale 1 % larger", wider=1.01)


@kernel_narrows.twin_function("the kernel changes nothing")
def _(rg, case):
    z, mass = normal_rule(0 * case.scale)
    value = (mass * _values(case, case.scale[..., None] * z)).sum(axis=-1)
    return equal(_by_weights(case)[0], value, 1 + case.scale**2)


# --- LE-62b


@claim("LE-62b", kind="identity", domain=weighted_draws, cost=4)
def kernel_wastes(rg, case, wider=1.0, d=3):
    """Weighted draws count as (E k)²/E k² = (w√(w² + 2)/(1 + w²))^d of the draws."""
    xp = namespace(case.width)
    kinks = [xp.asarray(c) + 0 * case.width for c in (-4.0, -1.5, 0.0, 1.5, 4.0)]
    z, mass = normal_rule(*kinks)
    weights = xp.exp(-z * z / (2 * case.width[..., None] ** 2))
    mean, square = ((mass * weights**k).sum(axis=-1) for k in (1, 2))
    found = rg.explainability.kernel_efficiency(wider * case.width, d)
    return equal(found, (mean**2 / square) ** 3)


kernel_wastes.twin("a width 1 % larger", wider=1.01)
kernel_wastes.twin("with d + 1", d=4)

# --- LE-62c


@dataclass(frozen=True, repr=False)
class Quadric(Instance):
    """f(u) = c·u + ½uᵀAu around a row, and the scale of neighbourhoods.

    Attributes
    ----------
    hessian : array of shape (..., d, d)
    slope : array of shape (..., d)
    scale : array of shape (...)
    """

    hessian: Any
    slope: Any
    scale: Any


quadrics = record(
    Quadric,
    "quadratic functions of 2 or 3 features, scales in [0.2, 2]",
    d=integer(2, 3),
    hessian=matrix("d", "d", kind="symmetric"),
    slope=vector("d"),
    scale=real(0.2, 2.0, log=True),
    examples=lambda: [
        Quadric(
            np.array([[1.0, 0.5], [0.5, -1.0]]), np.array([1.0, -2.0]), np.array(0.5)
        ),
        Quadric(np.zeros((2, 2)), np.ones(2), np.array(1.0)),
    ],
)


def _least(case: Any, k: int) -> Any:
    """The least mean square error over all sets of k features, each fitted anew."""
    xp, d = namespace(case.slope), case.slope.shape[-1]
    u, weights = normal_grid(xp, d, 3)
    moved = case.scale[..., None, None] * u
    values = (moved * case.slope[..., None, :]).sum(axis=-1)
    values = (
        values + xp.einsum("...ni,...ij,...nj->...n", moved, case.hessian, moved) / 2
    )
    errors = []
    for chosen in itertools.combinations(range(d), k):
        columns = xp.stack([xp.ones(len(u)), *(u[:, j] for j in chosen)], axis=1)
        gram = (columns * weights[:, None]).T @ columns
        moments = (weights * values) @ columns
        found = solve_positive(gram, moments[..., None])[..., 0]
        rest = values - found @ columns.T
        errors.append((weights * rest * rest).sum(axis=-1))
    return xp.stack(errors).min(axis=0)


@claim("LE-62c", kind="identity", domain=quadrics, cost=4)
def strongest_features(rg, case, wider=1.0, more=0):
    """The best explanation with k features keeps the k largest |b| of the best one."""
    curved = case.scale**2 * (case.hessian**2).sum(axis=(-1, -2))
    fidelity = case.scale**2 * curved / 2
    size = case.scale**2 * (curved + (case.slope**2).sum(axis=-1))
    sparse = rg.explainability.sparse_fidelity
    d = case.slope.shape[-1]
    return [
        equal(
            sparse(case.slope, fidelity, wider * case.scale, min(k + more, d)),
            _least(case, k),
            scale=2 * size,
        )
        for k in range(1, d + 1)
    ]


strongest_features.twin("a scale 1 % larger", wider=1.01)
strongest_features.twin("one feature more", more=1)
