"""LE-25, 25b and LE-43: fidelity from how a function bends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import (
    Placed,
    normal_grid,
    on_a_line,
)
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import real, record

# --- LE-25


def correlated_mean(
    f: Any, mean: Any, variance: Any, shared: Any, step: float = 0.6
) -> Any:
    """E f(Y) f(Y′) for normal Y and Y′ of this variance, of which a part is shared."""
    xp = namespace(mean)
    z, weights = normal_grid(xp, step)
    root, rest = xp.sqrt(shared)[..., None], xp.sqrt(variance - shared)[..., None]
    # Given what they share, Y and Y′ are independent.
    centers = mean[..., None] + root * z
    inner = (f(centers[..., None] + rest[..., None] * z) * weights).sum(axis=-1)
    return (inner * inner * weights).sum(axis=-1)


def _by_correlation(bend: Any, mean: Any, variance: Any, tilt: float) -> Any:
    """s⁴ ∫₀¹ (1 − τ) E h″(T) h″(T_τ) dτ, from 12 values of τ."""
    tau, weights = unit_nodes(namespace(mean), 12)
    wide = variance[..., None]
    means = correlated_mean(bend, mean[..., None], wide, tau * wide)
    return variance**2 * ((1 - tilt * tau) * means * weights).sum(axis=-1)


def _smooth(rg: Any, case: Placed) -> list[tuple[Any, Any, Any, Any]]:
    """Functions, and h″ with the mean and variance of what it is taken of."""
    le, xp = rg.explainability, namespace(case.point)
    point, center = case.point[..., 0], case.offset[..., None, None, None]

    def bump(x: Any) -> Any:
        square = (x - center) ** 2
        return (square - 1) * xp.exp(-square / 2)

    along, across = (case.at, case.deviation**2), (point, case.scale**2)
    return [
        (case.of(le.Sine), lambda t: -xp.sin(t), *along),
        (case.of(le.Exponential), xp.exp, *along),
        (le.Bump(case.offset[..., None], 1.0), bump, *across),
        (le.Quadratic([[-1.0]], case.weights), lambda x: 0 * x - 1, *across),
    ]


@claim("LE-25", kind="identity", domain=on_a_line, cost=4000)
def hessian_covariance(rg, case, tilt=1.0):
    """NF = s⁴ ∫₀¹ (1 − τ) E ⟨∇²f(X), ∇²f(X_τ)⟩ dτ, X and X_τ correlated by τ."""
    xp, parts = namespace(case.point), []
    for function, bend, mean, variance in _smooth(rg, case):
        right = _by_correlation(bend, mean, variance, tilt)
        size = variance**2 * xp.exp(2 * abs(mean) + 2 * variance)
        found = rg.explainability.fidelity_from_hessian(
            function, case.point, case.scale, 24
        )
        fit = function.local_fit(case.point, case.scale)
        parts += [equal(fit.fidelity, right, size), equal(found.fidelity, right, size)]
    return parts


hessian_covariance.twin("∫ (1 − 0.97 τ)", tilt=0.97)
hessian_covariance.twin("∫ E ⟨∇²f(X), ∇²f(X_τ)⟩ dτ, without 1 − τ", tilt=0.0)

# --- LE-25b and LE-43


@dataclass(frozen=True, repr=False)
class Quartic(Instance):
    """A polynomial Σ c_k t^(k+2) of degree up to 4, a point and a scale.

    Attributes
    ----------
    coefficients : array of shape (..., 3)
    point, scale : arrays of shape (...)
    """

    coefficients: Any
    point: Any
    scale: Any

    def derivative(self, order: int, t: Any) -> Any:
        """The derivative of an order up to 2 at t, whose last axis is another one."""
        return sum(self._terms(order, t))

    def size(self, order: int, t: Any) -> Any:
        """Its sum of absolute terms."""
        return sum(map(abs, self._terms(order, t)))

    def _terms(self, order: int, t: Any) -> list[Any]:
        return [
            math.perm(k, order) * self.coefficients[..., k - 2, None] * t ** (k - order)
            for k in (2, 3, 4)
        ]


quartics = record(
    Quartic,
    "polynomials of degree 2 to 4 on a line, |x| up to 1, scales in [0.05, 1]",
    coefficients=real(-1, 1, shape=(3,)),
    point=real(-1, 1),
    scale=real(0.05, 1.0, log=True),
    examples=lambda: [
        Quartic(np.array([1.0, 0.0, 0.0]), np.array(0.5), np.array(1.0)),
        Quartic(np.array([0.0, 1.0, 0.0]), np.array(0.0), np.array(1.0)),
        Quartic(np.array([0.5, -1.0, 0.0]), np.array(0.2), np.array(0.1)),
        Quartic(np.array([0.1, -0.2, 1.0]), np.array(0.2), np.array(0.1)),
    ],
)


def _moments(case: Quartic) -> tuple[Any, Any, Any, Any]:
    """s⁴(E f″)², s⁴E f″² and s² Var f′ by quadrature, and the rounding of them."""
    xp, scale = namespace(case.point), case.scale
    z, weights = normal_grid(xp, 0.5)
    at = case.point[..., None] + scale[..., None] * z
    slope, bend = case.derivative(1, at), case.derivative(2, at)
    rest = slope - (slope * weights).sum(axis=-1)[..., None]
    flat = (bend * weights).sum(axis=-1)
    steep, curved = (
        scale ** (2 * order) * (case.size(order, at) ** 2 * weights).sum(axis=-1)
        for order in (1, 2)
    )
    return (
        scale**4 * flat**2,
        scale**4 * (bend * bend * weights).sum(axis=-1),
        scale**2 * (rest * rest * weights).sum(axis=-1),
        steep + curved,
    )


def _bends(case: Quartic) -> Any:
    """The Hessian for points whose leading axis is another one."""

    def hessian(points: Any) -> Any:
        t = namespace(points).moveaxis(points[..., 0], 0, -1)
        return namespace(t).moveaxis(case.derivative(2, t), -1, 0)[..., None, None]

    return hessian


def _fidelities(rg: Any, case: Quartic) -> Any:
    point = case.point[..., None]
    return rg.explainability.fidelity_from_hessian(_bends(case), point, case.scale, 4)


@claim("LE-25b", kind="inequality", domain=quartics, cost=20)
def curvature_bounds(rg, case, factor=0.5):
    """½s⁴‖E ∇²f‖² ≤ NF ≤ ½s² tr Cov ∇f ≤ ½s⁴ E ‖∇²f‖²; equalities for quadratics."""
    found = _fidelities(rg, case)
    flat, bend, slope, size = _moments(case)
    return [
        equal(found.lower, flat / 2, size),
        equal(found.gradient_bound, slope / 2, size),
        equal(found.curvature_bound, bend / 2, size),
        at_most(flat / 2, found.fidelity, size, sharp=True),
        at_most(found.fidelity, factor * slope, size, sharp=True),
        at_most(slope, bend, size, sharp=True),
    ]


curvature_bounds.twin("½ could be 0.48", factor=0.48)


@curvature_bounds.twin_function("the mean curvature is an upper bound, too")
def _(rg, case):
    flat, _, _, size = _moments(case)
    return at_most(_fidelities(rg, case).fidelity, flat / 2, size)


@claim("LE-43", kind="inequality", domain=quartics, cost=20)
def sharper_curvature_bound(rg, case, slopes=1 / 3, flats=1 / 6):
    """NF ≤ ⅓s² tr Cov ∇f + ⅙s⁴‖E ∇²f‖², with equality for cubics.

    It is at most ½s² tr Cov ∇f, and at most ⅙s⁴(E ‖∇²f‖² + 2‖E ∇²f‖²).
    """
    found = _fidelities(rg, case)
    flat, bend, slope, size = _moments(case)
    upper = slopes * slope + flats * flat
    return [
        equal(found.upper, upper, size),
        at_most(found.fidelity, upper, size, sharp=True),
        at_most(upper, slope / 2, size, sharp=True),
        at_most(upper, (bend + 2 * flat) / 6, size, sharp=True),
    ]


sharper_curvature_bound.twin("⅓ could be 0.32", slopes=0.32)
sharper_curvature_bound.twin("⅙ could be 0.16", flats=0.16)
