"""LE-6, 6b and LE-44: both fidelities where points follow a normal law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.explainability._placed import between, normal_grid
from refgen.claims.explainability.curvature import correlated_mean
from refgen.claims.kinds import at_most, equal
from refgen.claims.quadrature import normal_rule
from refgen.claims.registry import claim
from refgen.domains import matrix, real, record

# --- LE-6


@dataclass(frozen=True, repr=False)
class Located(Instance):
    """A function h(wx + β) on the line, points N(μ, τ²) and a scale s.

    Attributes
    ----------
    weight, offset, mean, spread, scale : arrays of shape (...)
    """

    weight: Any
    offset: Any
    mean: Any
    spread: Any
    scale: Any

    def on_axes(self, n: int) -> Located:
        """The same with n more axes, for points of their own."""
        return self.map(lambda a: a[(..., *[None] * n)])

    def of(self, kind: Any) -> Any:
        """The function of this kind; a bump has its center at w and width 1 + β²."""
        weight = self.weight[..., None]
        if kind.__name__ == "Bump":
            return kind(weight, 1 + self.offset**2)
        return kind(weight, self.offset)


def _located(*numbers: float) -> Located:
    return Located(*map(np.array, numbers))


located = record(
    Located,
    "functions of wx + β on the line, w in [0.3, 2], spreads and scales in [0.25, 0.9]",
    weight=real(0.3, 2.0, log=True),
    offset=real(-1, 1),
    mean=real(-1, 1),
    spread=real(0.25, 0.9, log=True),
    scale=real(0.25, 0.9, log=True),
    examples=lambda: [_located(1.7, 0.4, 0.4, 0.9, 0.6), _located(1, 0, 0, 0.9, 0.9)],
)

KINDS = ("Sine", "ReLURidge", "Step", "Bump")


def _mirrored_error(rg: Any, case: Located, name: str, fit: Any) -> Any:
    """∫∫ (g_x′(x) − f(x))² p(x) p(x′ | x) dx dx′: over x on both sides of the kink.

    Nodes x lie where the density is, given x′.
    """
    xp, one = namespace(case.scale), case.on_axes(1)
    function = one.of(getattr(rg.explainability, name))
    total = one.spread**2 + one.scale**2
    z, step = normal_grid(xp, 0.15)[0], 0.15 * total**0.5
    sources = one.mean + total**0.5 * z
    found = fit(rg, function, sources[..., None], one)
    center = one.mean + one.spread**2 / total * (sources - one.mean)
    root = one.spread * one.scale / total**0.5
    zeta, mass = normal_rule((-one.offset / one.weight - center) / root)
    x, two = center[..., None] + root[..., None] * zeta, case.on_axes(2)
    apart = (x - two.mean) / two.spread, (sources[..., None] - x) / two.scale
    density = xp.exp(-(apart[0] ** 2 + apart[1] ** 2 - zeta**2) / 2)
    density = density * (root / one.spread / one.scale)[..., None] * mass
    rise = found.slope * (x - sources[..., None])
    values = two.of(getattr(rg.explainability, name)).values(x[..., None])
    error = (found.value[..., None] + rise - values) ** 2
    inner = (error * density).sum(axis=-1) * step / (2 * np.pi) ** 0.5
    return inner.sum(axis=-1)


def _mean_error(rg: Any, case: Located, name: str) -> Any:
    """The mean of NF over the points."""
    xp, one = namespace(case.scale), case.on_axes(1)
    z, weights = normal_grid(xp, 0.15, 12.0)
    points = one.mean + one.spread * z
    function = one.of(getattr(rg.explainability, name))
    found = function.local_fit(points[..., None], one.scale).fidelity
    return (found * weights).sum(axis=-1)


def _best(rg: Any, function: Any, sources: Any, one: Located) -> Any:
    """The explanations that attain MNF*."""
    law = (one.mean[..., None], one.spread, one.scale)
    return rg.explainability.gaussian_mirrored_fit(function, sources, *law)


def _nearest(rg: Any, function: Any, sources: Any, one: Located) -> Any:
    """The explanations that attain NF*."""
    return function.local_fit(sources, one.scale)


def _fidelities(rg: Any, case: Located, name: str, spread: Any, scale: Any) -> Any:
    function = case.of(getattr(rg.explainability, name))
    mean = case.mean[..., None]
    return rg.explainability.gaussian_fidelity(function, mean, spread, scale)


@claim("LE-6", kind="identity", domain=located, cost=8000)
def mirrored_fidelity(rg, case, spread=1.0, scale=1.0):
    """MNF* is NF* for N(μ + κ(z − μ), vI), the law of targets given the source z.

    κ = τ²/(τ² + s²) and v = κs². Explanations that are best for NF have a larger MNF.
    """
    law, parts = (spread * case.spread, scale * case.scale), []
    for name in KINDS:
        found = _fidelities(rg, case, name, *law)
        parts += [
            equal(found.fidelity, _mean_error(rg, case, name)),
            equal(found.mirrored, _mirrored_error(rg, case, name, _best)),
        ]
    growing = _fidelities(rg, case, "Exponential", *law).fidelity
    least = _fidelities(rg, case, "Sine", case.spread, case.scale).mirrored
    return [
        *parts,
        equal(growing, _mean_error(rg, case, "Exponential"), growing),
        at_most(least, _mirrored_error(rg, case, "Sine", _nearest)),
    ]


mirrored_fidelity.twin("points that are spread 2 % more", spread=1.02)
mirrored_fidelity.twin("neighbourhoods that are 2 % wider", scale=1.02)


@mirrored_fidelity.twin_function("MNF* = NF*")
def _(rg, case):
    return equal(*_fidelities(rg, case, "Sine", case.spread, case.scale))


@mirrored_fidelity.twin_function("NF-optimal explanations attain MNF*")
def _(rg, case):
    found = _fidelities(rg, case, "Sine", case.spread, case.scale)
    return equal(found.mirrored, _mirrored_error(rg, case, "Sine", _nearest))


# --- LE-6b


@dataclass(frozen=True, repr=False)
class Shapes(Instance):
    """A Hessian in the plane, and roots of two covariances.

    Attributes
    ----------
    hessian, spread, scale : arrays of shape (..., 2, 2)
        A, and matrices M of which MMᵀ + I/4 is T and S.
    """

    hessian: Any
    spread: Any
    scale: Any

    def covariances(self) -> tuple[Any, Any]:
        """T and S."""
        eye = namespace(self.hessian).eye(2) / 4
        found = [m @ m.swapaxes(-1, -2) + eye for m in (self.spread, self.scale)]
        return found[0], found[1]


shapes = record(
    Shapes,
    "quadratics in the plane, covariances with eigenvalues of ¼ or more",
    hessian=matrix(2, 2, kind="symmetric"),
    spread=real(-1, 1, shape=(2, 2)),
    scale=real(-1, 1, shape=(2, 2)),
    examples=lambda: [Shapes(np.eye(2), np.eye(2), np.zeros((2, 2)))],
)


def _plane_variance(hessian: Any, covariance: Any) -> Any:
    """Var ½x·Ax of x ~ N(0, V) by Gauss and Hermite, with V's root written out."""
    xp = namespace(hessian)
    nodes, weights = (xp.asarray(a) for a in np.polynomial.hermite_e.hermegauss(4))
    both = (weights[:, None] * weights).ravel() / (2 * np.pi)
    z1, z2 = (a.ravel() for a in xp.meshgrid(nodes, nodes, indexing="ij"))
    first = xp.sqrt(covariance[..., 0, 0])[..., None]
    below = covariance[..., 0, 1][..., None] / first
    last = xp.sqrt(covariance[..., 1, 1][..., None] - below * below)
    x, y = first * z1, below * z1 + last * z2
    a, b, c = (hessian[..., i, j, None] for i, j in ((0, 0), (0, 1), (1, 1)))
    values = (a * x * x + c * y * y) / 2 + b * x * y
    rest = values - (values * both).sum(axis=-1)[..., None]
    return (rest * rest * both).sum(axis=-1)


def _given_the_source(spread: Any, scale: Any) -> Any:
    """Var(x | x′) = T − T(T + S)⁻¹T, with the inverse written out."""
    xp, total = namespace(spread), spread + scale
    a, b, d = total[..., 0, 0], total[..., 0, 1], total[..., 1, 1]
    rows = xp.stack([xp.stack([d, -b], axis=-1), xp.stack([-b, a], axis=-1)], axis=-2)
    inverse = rows / (a * d - b * b)[..., None, None]
    return spread - spread @ inverse @ spread


@claim("LE-6b", kind="identity", domain=shapes, cost=8)
def anisotropic_quadratics(rg, case, wider=1.0):
    """NF* = ½ tr(ASAS), MNF* = ½ tr(AVAV) of quadratics, V = (T⁻¹ + S⁻¹)⁻¹."""
    spread, scale = case.covariances()
    found = rg.explainability.anisotropic_fidelity(case.hessian, spread, wider * scale)
    size = abs(case.hessian).sum(axis=(-1, -2)) ** 2
    wide = (spread + scale).sum(axis=(-1, -2)) ** 2 + 1
    given = _given_the_source(spread, scale)
    return [
        equal(found.fidelity, _plane_variance(case.hessian, scale), size * wide),
        equal(found.mirrored, _plane_variance(case.hessian, given), size * wide),
        at_most(found.mirrored, found.fidelity, size * wide),
    ]


anisotropic_quadratics.twin("S is 2 % larger", wider=1.02)


@anisotropic_quadratics.twin_function("V = T + S")
def _(rg, case):
    spread, scale = case.covariances()
    found = rg.explainability.anisotropic_fidelity(case.hessian, spread, scale)
    size = abs(case.hessian).sum(axis=(-1, -2)) ** 2 + 1
    return equal(found.mirrored, _plane_variance(case.hessian, spread + scale), size)


# --- LE-44


def _gap(bend: Any, center: Any, low: Any, high: Any, tilt: float) -> Any:
    """∫ (V − c) E f″(Y) f″(Y′) dc from Γ to V."""
    shared, weights = between(low, high, 12)
    top = high[..., None]
    means = correlated_mean(bend, center[..., None], top, shared, 0.35)
    return ((top - tilt * shared - (1 - tilt) * low[..., None]) * means * weights).sum(
        axis=-1
    )


@claim("LE-44", kind="identity", domain=located, cost=6000)
def covariance_gap(rg, case, tilt=1.0):
    """The mean of NF over x ~ N(μ, Γ) is F(V) − F(Γ) − (V − Γ)F′(Γ), V = Γ + s².

    F(c) = E f(Y)f(Y′), where Y and Y′ are N(μ, V) of covariance c. It is also the
    integral of (V − c) F″(c) over c from Γ to V.
    """
    xp = namespace(case.scale)
    share = case.spread**2 / (case.spread**2 + case.scale**2)
    square = case.spread**2
    laws = ((square, square + case.scale**2), (share * square, square))
    wide, parts = (1 + case.offset**2)[..., None, None, None], []

    def bump(x: Any) -> Any:
        apart = (x - case.weight[..., None, None, None]) ** 2 / wide**2
        return (apart - 1) * xp.exp(-apart / 2) / wide**2

    def sine(x: Any) -> Any:
        weight, offset = (a[..., None, None, None] for a in (case.weight, case.offset))
        return -weight * weight * xp.sin(weight * x + offset)

    for name, bend in (("Sine", sine), ("Bump", bump)):
        found = _fidelities(rg, case, name, case.spread, case.scale)
        for mine, law in zip(found, laws, strict=True):
            parts.append(equal(mine, _gap(bend, case.mean, *law, tilt), 1.0))
    return parts


covariance_gap.twin("∫ (V − 0.98c − 0.02Γ) F″(c) dc", tilt=0.98)


@covariance_gap.twin_function("F(V) − F(Γ), the mean variance of f, is not too much")
def _(rg, case):
    xp, one = namespace(case.scale), case.on_axes(2)
    found = _fidelities(rg, case, "Sine", case.spread, case.scale)

    def sine(x: Any) -> Any:
        return xp.sin(one.weight * x + one.offset)

    high = case.spread**2 + case.scale**2
    ends = (
        correlated_mean(sine, case.mean, high, c, 0.35) for c in (high, case.spread**2)
    )
    whole, shared = ends
    return equal(found.fidelity, whole - shared)
