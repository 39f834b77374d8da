"""UC-30, UC-30s and UC-64: spheres, and a network of quadratic units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.kinds import equal, tends_to
from refgen.claims.quadrature import beta_rule
from refgen.claims.registry import claim
from refgen.claims.sampled import sampled
from refgen.claims.sources import SIMULATED
from refgen.claims.uniform_convergence._spheres import (
    REPEATS,
    in_repeats,
    of_each,
    sphere_points,
)
from refgen.domains import choice, integer, real, record, vector
from refgen.kernels import kernel
from refgen.uniform_convergence import QuadraticSphere

eigvalsh = kernel("factors", "eigvalsh")

quadratic_spheres = record(
    QuadraticSphere,
    "m up to 60, d up to 100, radii in [0.3, 1] and [1.05, 3]",
    n_samples=integer(2, 60),
    dimension=integer(2, 100),
    inner=real(0.3, 1.0),
    outer=real(1.05, 3.0),
    examples=lambda: [
        QuadraticSphere(60, 100, 1.0, 2.0),
        QuadraticSphere(2, 2, 1.0, 1.05),
    ],
)


def moments_of_terms(sphere: QuadraticSphere, second: float = 1.0) -> tuple[Any, Any]:
    """E and E of the square of y ρ² τ, with τ ~ Beta(1/2, (d − 1)/2)."""
    d = sphere.dimension[:, None]
    nodes, _, weights = beta_rule(0.5 + 0 * d, (d - 1) / 2)
    once, twice = ((nodes**k * weights).sum(axis=-1) for k in (1, 2))
    inner, outer = sphere.inner**2, sphere.outer**2
    return (outer - inner) * once / 2, second * (outer**2 + inner**2) * twice / 2


@claim("UC-30", kind="identity", domain=quadratic_spheres, cost=120)
def quadratic_margins(rg, sphere, second=1.0, loss=1.0):
    """f(x) = Σ yᵢ(x·xᵢ)² − θ: the mean margin is a = m(r₂² − r₁²)²/4d.

    The variance is m ρ⁴ [3(r₁⁴ + r₂⁴)/2d(d + 2) − (r₂² − r₁²)²/4d²]. A point of the
    sample has ρ⁴ in place of one of the m terms, its copy in S' has −r₁²r₂².
    """
    m = sphere.n_samples
    mean, square = moments_of_terms(sphere, second)
    found = rg.uniform_convergence.quadratic_moments(sphere)
    r1, r2 = sphere.inner**2, sphere.outer**2
    theta = m * mean * (r1 + r2) / 2
    parts = [equal(sphere.threshold, theta, theta)]
    for k, (label, own, other) in enumerate(((-1, r1, r2), (1, r2, r1))):
        fresh = label * (own * m * mean - theta)
        rest = label * (own * (m - 1) * mean - theta)
        spread = own**2 * (square - mean**2)
        for name, want, variance in (
            ("fresh", fresh, m * spread),
            ("train", rest + own * own, (m - 1) * spread),
            ("transformed", rest - loss * own * other, (m - 1) * spread),
        ):
            size = own * (m * mean + own + other) + theta
            parts.append(equal(getattr(found, f"{name}_mean")[:, k], want, size))
            got = getattr(found, f"{name}_variance")[:, k]
            parts.append(equal(got, variance, m * own**2 * square))
    return (
        *parts,
        equal(sphere.signal, found.fresh_mean.mean(axis=-1), theta),
        equal(sphere.self_energy, r1 * r2, r1 * r2),
    )


quadratic_margins.twin("E τ² = 3.09/d(d + 2)", second=1.03)
quadratic_margins.twin("a copy loses 0.97 r₁²r₂²", loss=0.97)
quadratic_margins.twin("a copy behaves as a fresh point", loss=0.0)


# --- UC-30s: points


@dataclass(frozen=True, repr=False)
class SeenSphere(Instance):
    """A sample of `m` unit vectors, its labels, and radii."""

    directions: Any
    labels: Any
    inner: Any
    outer: Any


seen_spheres = record(
    SeenSphere,
    "up to 8 points in up to 5 dimensions, radii in [0.5, 1] and [1.3, 2.5]",
    m=integer(2, 8),
    d=integer(2, 5),
    directions=vector("m", "d", norm=1),
    labels=choice(-1, 1, shape=("m",)),
    inner=real(0.5, 1.0),
    outer=real(1.3, 2.5),
    examples=lambda: [
        SeenSphere(
            np.array([[0.6, 0.8, 0.0], [1.0, 0.0, 0.0], [0.0, 0.8, -0.6]]),
            np.array([1, -1, 1]),
            np.array(1.0),
            np.array(2.0),
        ),
        SeenSphere(np.eye(2), np.array([1, -1]), np.array(0.5), np.array(1.3)),
    ],
)


def scores(directions: Any, points: Any, labels: Any, theta: Any) -> Any:
    """Σ yᵢ (x·xᵢ)² − θ of each of `directions` (..., d)."""
    products = namespace(points).matmul(directions, points.swapaxes(-1, -2))
    return (products**2 * labels).sum(axis=-1) - theta


@claim("UC-30s", kind="identity", domain=seen_spheres, source=SIMULATED)
def simulated_sphere(rg, seen, draws, threshold=1.0):
    """Drawn points are wrong as often as the eigenvalues of Σ yᵢxᵢxᵢᵀ say, given S.

    And drawn samples are, with their copies, as often as the law of margins says.
    """
    u = rg.uniform_convergence

    def measure(one: Any, stream: Any) -> Any:
        (m, d), xp = one.directions.shape, namespace(one.inner)
        inner, outer = float(one.inner), float(one.outer)
        sphere = u.QuadraticSphere(float(m), float(d), one.inner, one.outer)
        points = xp.where(one.labels > 0, outer, inner)[:, None] * one.directions
        values = eigvalsh(u.quadratic_matrix(points, one.labels))
        exact = u.quadratic_test_error(sphere, values)
        n = REPEATS * draws.n
        fresh = sphere_points(stream.child("fresh"), (2 * n, d))
        theta = threshold * sphere.threshold
        wrong = [
            scores(outer * fresh, points, one.labels, theta) <= 0,
            scores(inner * fresh, points, one.labels, theta) >= 0,
        ]
        law = u.draw_quadratic_margins(sphere, n, stream.child("law"))
        drawn = copies(one, stream.child("samples"), n, sphere.threshold)
        return (
            in_repeats((1.0 * wrong[0] + 1.0 * wrong[1]) / 2, 2 * REPEATS),
            exact,
            in_repeats(1.0 * (drawn[0] <= 0) - 1.0 * (law.fresh <= 0)),
            in_repeats(1.0 * (drawn[1] <= 0) - 1.0 * (law.transformed <= 0)),
        )

    given, exact, fresh, transformed = of_each(seen, draws, measure)
    return (
        sampled(given - exact[:, None], 0.0, 0.1, bounds=(-1, 1), repeats=2 * REPEATS),
        sampled(fresh, 0.0, 0.1, bounds=(-1, 1), repeats=REPEATS),
        sampled(transformed, 0.0, 0.1, bounds=(-1, 1), repeats=REPEATS),
    )


def copies(seen: Any, stream: Any, n: int, theta: Any) -> tuple[Any, Any]:
    """Margins of fresh points, and of the copies of the first points, of n samples."""
    m, d = seen.directions.shape
    directions = sphere_points(stream.child("points"), (n, m + 1, d))
    labels = stream.child("labels").signs((n, m + 1))
    xp = namespace(labels)
    inner, outer = float(seen.inner), float(seen.outer)
    radius = xp.where(labels > 0, outer, inner)
    points = radius[..., None] * directions
    fresh = scores(points[:, m:], points[:, :m], labels[:, None, :m], theta)
    other = xp.where(labels[:, :1] > 0, inner, outer)[..., None] * directions[:, :1]
    copy = scores(other, points[:, :m], labels[:, None, :m], theta)
    return labels[:, m] * fresh[:, 0], -labels[:, 0] * copy[:, 0]


simulated_sphere.twin(
    "a threshold of 0.7 θ", threshold=0.7, reason="draws tell few per cent only"
)


# --- UC-64: uniform convergence fails as d grows

SIZES = (1e4, 1e6, 1e8)


@dataclass(frozen=True, repr=False)
class Proportional(Instance):
    """m = ceil(κd): radii, what share of r₁²r₂² the signal is, and δ."""

    outer: Any
    share: Any
    delta: Any


proportional = record(
    Proportional,
    "r₁ = 1, r₂ in [1.2, 2], a in [0.2, 0.8] r₁²r₂², δ in [0.01, 0.45]",
    outer=real(1.2, 2.0),
    share=real(0.2, 0.8),
    delta=real(0.01, 0.45),
)


@claim("UC-64", kind="limit", domain=proportional)
def quadratic_failure(rg, case, level=1.0):
    """m = κd, a < r₁²r₂²: the expected test error is O(1/d), ε_unif-alg ≥ 1 − O(1/d).

    By Cantelli's inequality for margins of fresh points and of copies, and by UC-62.
    """
    u, xp = rg.uniform_convergence, namespace(case.outer)
    d = xp.asarray(SIZES)
    outer, energy = case.outer[:, None], case.outer[:, None] ** 2
    contrast = energy - 1
    # a = κ (r₂² − 1)²/4.
    kappa = 4 * case.share[:, None] * energy / (contrast * contrast)
    sphere = u.QuadraticSphere(xp.ceil(kappa * d), d, 1.0, outer)
    bounds = u.quadratic_bounds(sphere)
    low = u.expected_transfer_bound(*bounds, case.delta[:, None] + 0 * d).low
    # s² ≤ m ρ⁴ · 3(1 + r₂⁴)/2d², m ≤ κd + 1; how far means are from 0 for d ≥ 10⁴.
    spread = 1.5 * (kappa + 1e-4) * (1 + energy**2) ** 2 / 2
    signal, copy = case.share[:, None] * energy, (1 - case.share[:, None]) * energy
    copy = copy - (contrast**2 / 4 + contrast) * 1e-4
    error = (spread / (signal * signal))[:, 0]
    both = error + (spread / (copy * copy))[:, 0]
    return (
        tends_to(low, level, [(both / (1 - 2 * case.delta), 1)], SIZES),
        tends_to(bounds.test_error, 1 - level, [(error, 1)], SIZES),
    )


quadratic_failure.twin("to 0.97", level=0.97)
