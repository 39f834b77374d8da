"""RM-10, 10e and 11: displacements on the interval and on the torus."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim
from refgen.domains import integer, real, record

# --- RM-10: given points of an interval


@dataclass(frozen=True, repr=False)
class IntervalPoints(Instance):
    """Points of an interval, (..., n), as shares of the way from its low end."""

    shares: Any
    low: Any
    width: Any

    @property
    def high(self) -> Any:
        return self.low + self.width

    @property
    def points(self) -> Any:
        """In ascending order."""
        xp, shares = namespace(self.shares), self.shares
        left, right = self.low[..., None], self.high[..., None]
        # Rounding may leave the interval, and change the order of close shares.
        return xp.sort(xp.clip(left * (1 - shares) + right * shares, left, right))


def _points(points: list[float], low: float, high: float) -> IntervalPoints:
    shares = (np.array(points) - low) / (high - low)
    return IntervalPoints(shares, np.array(low), np.array(high - low))


interval_points = record(
    IntervalPoints,
    "up to 6 points of an interval, repeated ones too",
    n=integer(1, 6),
    shares=real(0, 1, shape=("n",)),
    low=real(-2, 1),
    width=real(0.5, 3.5),
    examples=lambda: [
        _points([-0.4, 0.3, 0.9], -sqrt(3), sqrt(3)),
        _points([0.0], 0.0, 1.0),
        _points([0.5, 0.5, 1.0], 0.0, 1.0),
        # Two shares in ascending order whose points, rounded, are not.
        IntervalPoints(
            np.array([0.48605323577752213, 0.4860532357775222]),
            np.array(0.8950801959381058),
            np.array(1.1807685258627814),
        ),
    ],
)


def _by_pieces(design: IntervalPoints) -> Any:
    """E (x − x̄ₖ)² for all k, (batch, n): sorted distances, piece by piece.

    The order of the distances changes at midpoints of two points only. Between them
    the integrand is a parabola, and Simpson's rule exact.
    """
    points = design.points
    xp, (batch, n) = namespace(points), points.shape
    middles = (points[:, :, None] + points[:, None, :]).reshape(batch, -1) / 2
    ends = (design.low[:, None], middles, design.high[:, None])
    edges = xp.sort(xp.concatenate(ends, axis=-1), axis=-1)
    left, right = edges[:, :-1, None], edges[:, 1:, None]
    centre = (left + right) / 2
    order = xp.argsort(abs(points[:, None] - centre), axis=-1)
    nearest = xp.take_along_axis(points[:, None], order, axis=-1)
    means = xp.cumsum(nearest, axis=-1) / xp.arange(1, n + 1)
    parabola = (left - means) ** 2 + 4 * (centre - means) ** 2 + (right - means) ** 2
    total = ((right - left) * parabola / 6).sum(axis=1)
    return total / (design.high - design.low)[:, None]


def _by_gaps(design: IntervalPoints, coefficient: float) -> Any:
    """The formula for k = 1 with the given coefficient of the cubed gaps."""
    points, xp = design.points, namespace(design.points)
    ends = (points[:, 0] - design.low) ** 3 + (design.high - points[:, -1]) ** 3
    gaps = xp.diff(points, axis=-1) ** 3
    total = ends / 3 + coefficient * gaps.sum(axis=-1)
    return total / (design.high - design.low)


@claim("RM-10", kind="identity", domain=interval_points, cost=8)
def interval_windows(rg, design, coefficient=1 / 12, share=1):
    """E(x − x̄ₖ)² on an interval: cubes at the borders of windows; k = 1: of gaps."""
    points, low, high = design.points, design.low, design.high
    exact, xp = _by_pieces(design), namespace(points)
    # A difference of coordinates up to M is at most as large as the interval.
    scale = (high - low) * xp.maximum(xp.maximum(abs(low), abs(high)), high - low)
    found = [
        share * rg.resmem.interval_displacement(points, k, low, high)
        for k in range(1, len(exact.T) + 1)
    ]
    gaps = equal(_by_gaps(design, coefficient), found[0], scale)
    return gaps, *(equal(*sides, scale) for sides in zip(found, exact.T, strict=True))


interval_windows.twin("k = 1: the cubed gaps count 0.085", coefficient=0.085)
interval_windows.twin("it is a hundredth larger", share=1 / 1.01)
interval_windows.twin("k = 1: the cubed gaps count 1/6", coefficient=1 / 6)


# --- RM-10e, RM-11: averages over the points


@dataclass(frozen=True, repr=False)
class SampleSizes(Instance):
    """d and n, and a positive integer that tells k ≤ n: itself if it is at most n."""

    n_features: Any
    n_points: Any
    rank: Any

    @property
    def dnk(self) -> tuple[Any, Any, Any]:
        n = self.n_points
        return self.n_features, n, 1 + (self.rank - 1) % n


sample_sizes = record(
    SampleSizes,
    "1 ≤ d ≤ 5 and 1 ≤ k ≤ n ≤ 12",
    n_features=integer(1, 5),
    n_points=integer(1, 12),
    rank=integer(1, 12),
    examples=lambda: [
        SampleSizes(*map(np.array, sizes))
        for sizes in ((1, 2, 1), (2, 12, 3), (3, 4, 4), (1, 1, 1))
    ],
)


def _by_distance(sizes: SampleSizes) -> Any:
    """E (x − x̄ₖ)² on [0, 1] by the law of the distance r to point k + 1, (batch,).

    Within r of x the k nearest are uniform. Everything is a polynomial of a degree
    below 2 · 16 where r < x < 1 − x and where x < r < 1 − x; the rest by symmetry.
    """
    xp = namespace(sizes.n_points)
    u, w = unit_nodes(xp, 16)
    _, n, k = (size[:, None, None] for size in sizes.dnk)
    further = xp.minimum(k, n - 1)  # where k = n there is no point k + 1
    binomial = xp.exp(-special_functions(n).betaln(further + 1.0, n - further))
    x = u[:, None] / 2

    def mean(r: Any, low: Any, slope: float) -> Any:
        high = x + r
        inside = high - low
        law = inside**further * (1 - inside) ** (n - 1 - further) * slope
        return law * (inside**2 / (12 * k) + (x - (low + high) / 2) ** 2)

    near, far = x * u, x + (1 - 2 * x) * u
    total = mean(near, x - near, 2.0) * x + mean(far, 0 * far, 1.0) * (1 - 2 * x)
    found = (binomial * total * w * w[:, None]).sum(axis=(-1, -2))
    # The mean of all n points, and one more.
    of_all = (1 / sizes.n_points + 1) / 12
    _, n, k = sizes.dnk
    return xp.where(n == k, of_all, found)


def _with_ends(rg: Any, n: Any, k: Any) -> Any:
    return rg.resmem.expected_interval_displacement(n, k)


def _without_ends(rg: Any, n: Any, k: Any) -> Any:
    """(k+1)(k+2) / (k(n+1)(n+2)): a circle as long as the interval."""
    return 12 * rg.resmem.torus_displacement(1, n, k)


@claim("RM-10e", kind="identity", domain=sample_sizes, cost=8)
def expected_windows(rg, sizes, formula=_with_ends, share=1):
    """Uniform points too: (k+1)(k+2)(n+k²+3k+3) / (k(n+1)(n+2)(n+3)), unit variance."""
    _, n, k = sizes.dnk
    exact = 12 * _by_distance(sizes)
    return equal(share * formula(rg, n, k), exact, exact)


expected_windows.twin("it is a hundredth larger", share=1 / 1.01)
expected_windows.twin(
    "(k+1)(k+2) / (k(n+1)(n+2)), as without the ends", formula=_without_ends
)


def _by_counts(d: Any, n: Any, k: Any, order: int) -> Any:
    """E Dₖᵐ = ∫ m rᵐ⁻¹ P(fewer than k points within r) dr, (batch,).

    The number of points within r is binomial, with probability (2r)ᵈ: polynomials of
    a degree up to 5 · 12 + 2 in r.
    """
    s, w = unit_nodes(namespace(n), 32)
    d, n, k = (size[:, None] for size in (d, n, k))
    inside = s**d
    term, fewer = (1 - inside) ** n, 0 * inside
    for j in range(13):
        fewer = fewer + (j < k) * term
        term = term * ((n - j) / (j + 1)) * (inside / (1 - inside))
    return (w * order * s ** (order - 1) * fewer).sum(axis=-1) / 2**order


@claim("RM-11", kind="identity", domain=sample_sizes, cost=8)
def torus_moments(rg, sizes, further=1, order=2):
    """Torus: E Dₖᵐ by the Beta law, m ≤ 3; E⟨v, x − x̄ₖ⟩² = ‖v‖² E Dₖ₊₁²/(3k).

    For a query at the centre of a ball of radius 1, that times 12/(d + 2).
    """
    r, (d, n, k) = rg.resmem, sizes.dnk
    moments = [
        equal(r.torus_distance_moment(d, n, k, stated), exact, exact)
        for m, stated in ((1, 1), (2, order), (3, 3))
        for exact in [_by_counts(d, n, k, m)]
    ]
    displacement = _by_counts(d, n, k + further, 2) / (3 * k)
    centre = 12 / (d + 2) * displacement
    return (
        *moments,
        equal(r.torus_displacement(d, n, k), displacement, displacement),
        equal(r.centre_displacement(d, n, k), centre, centre),
    )


torus_moments.twin("the square has the moment of order 2.05", order=2.05)


@torus_moments.twin_function("Γ(n) for Γ(n + 1)")
def _(rg, sizes):
    d, n, k = sizes.dnk
    wrong = rg.resmem.torus_distance_moment(d, n, k, 2) / n
    return equal(wrong, _by_counts(d, n, k, 2), 1 / 4)


torus_moments.twin("the displacement is E Dₖ²/(3k)", further=0)
