"""RM-10 to RM-11: displacements on the interval and on the torus."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from hypothesis import strategies as st

from refgen.arrays import Instance, namespace, special_functions
from refgen.claims.disagreement.domains import block_sizes
from refgen.claims.kinds import measured
from refgen.claims.model import Domain
from refgen.claims.registry import claim

DERIVED = "derived here"


# --- RM-10: given points of an interval


@dataclass(frozen=True, repr=False)
class IntervalPoints(Instance):
    """Points of [low, high] in ascending order, (..., n_points)."""

    points: Any
    low: Any
    high: Any


def _interval_points(points: Any, low: float, high: float) -> IntervalPoints:
    return IntervalPoints(np.array(points), np.array(low), np.array(high))


def _sampled_points(rg: Any, stream: Any, size: int) -> IntervalPoints:
    (n,) = block_sizes(stream, (1, 6))
    share = stream.child("points").uniform((size, n))
    xp = namespace(share)
    # A quarter on five values: points repeat and lie on the ends.
    tied = stream.child("tied").uniform((size, 1)) < 0.25
    share = xp.sort(xp.where(tied, xp.rint(4 * share) / 4, share), axis=-1)
    low = 2 * stream.child("low").uniform(size) - 1
    high = low + 0.5 + 3 * stream.child("width").uniform(size)
    points = low[:, None] * (1 - share) + high[:, None] * share
    # Rounding may leave the interval.
    points = xp.minimum(xp.maximum(points, low[:, None]), high[:, None])
    return IntervalPoints.trusted(points=points, low=low, high=high)


interval_points = Domain(
    "interval_points",
    "up to 6 points of an interval, repeated ones too",
    lambda: [
        _interval_points([-0.4, 0.3, 0.9], -sqrt(3), sqrt(3)),
        _interval_points([0.0], 0.0, 1.0),
        _interval_points([0.5, 0.5, 1.0], 0.0, 1.0),
    ],
    lambda: st.lists(st.integers(0, 8), min_size=1, max_size=5).map(
        lambda grid: _interval_points(np.sort(grid) / 8, 0.0, 1.0)
    ),
    _sampled_points,
)


def _by_pieces(design: IntervalPoints) -> Any:
    """E (x − x̄ₖ)² for all k, (batch, n): sorted distances, piece by piece.

    The order of the distances changes at midpoints of two points only. Between them
    the integrand is a parabola, and Simpson's rule exact.
    """
    points, xp = design.points, namespace(design.points)
    batch, n = points.shape
    middles = (points[:, :, None] + points[:, None, :]).reshape(batch, -1) / 2
    ends = (design.low[:, None], middles, design.high[:, None])
    edges = xp.sort(xp.concatenate(ends, axis=-1), axis=-1)
    left, right = edges[:, :-1, None], edges[:, 1:, None]
    centre = (left + right) / 2
    order = xp.argsort(abs(points[:, None] - centre), axis=-1)
    rows = xp.arange(batch)[:, None, None]
    means = xp.cumsum(points[rows, order], axis=-1) / xp.arange(1, n + 1)
    parabola = (left - means) ** 2 + 4 * (centre - means) ** 2 + (right - means) ** 2
    total = ((right - left) * parabola / 6).sum(axis=1)
    return total / (design.high - design.low)[:, None]


def _rounding(design: IntervalPoints) -> Any:
    """What a displacement is off by in units of 2⁻⁵³: differences of coordinates.

    Each is a difference of numbers up to M, and at most as large as the interval.
    """
    xp, width = namespace(design.low), design.high - design.low
    largest = xp.maximum(abs(design.low), abs(design.high))
    return width * xp.maximum(largest, width)


def _pieces(design: IntervalPoints) -> int:
    """Terms of `_by_pieces`: three of Simpson's rule for each piece."""
    return 3 * (design.points.shape[-1] ** 2 + 1)


def _by_gaps(design: IntervalPoints, coefficient: float) -> Any:
    """The formula for k = 1 with the given coefficient of the cubed gaps."""
    points, xp = design.points, namespace(design.points)
    ends = (points[:, 0] - design.low) ** 3 + (design.high - points[:, -1]) ** 3
    gaps = xp.diff(points, axis=-1) ** 3
    total = ends / 3 + coefficient * gaps.sum(axis=-1)
    return total / (design.high - design.low)


@claim("RM-10", kind="identity", domain=interval_points, source=DERIVED, cost=8)
def interval_windows(rg, design):
    """E(x − x̄ₖ)² on an interval: cubes at the borders of windows; k = 1: of gaps."""
    xp, terms = namespace(design.points), _pieces(design)
    ks = range(1, design.points.shape[-1] + 1)
    found = [
        rg.resmem.interval_displacement(design.points, k, design.low, design.high)
        for k in ks
    ]
    exact, scale = _by_pieces(design), _rounding(design)
    return (
        measured(xp.stack(found, axis=-1), exact, scale[:, None], terms),
        measured(_by_gaps(design, 1 / 12), exact[:, 0], scale, terms),
    )


@interval_windows.twin("k = 1: the cubed gaps count 1/6")
def _(rg, design):
    exact, scale = _by_pieces(design)[:, 0], _rounding(design)
    return measured(_by_gaps(design, 1 / 6), exact, scale, _pieces(design))


# --- RM-10e, RM-11: averages over the points


@dataclass(frozen=True, repr=False)
class SampleSizes(Instance):
    """d, n and k, positive integers with k ≤ n."""

    n_features: Any
    n_points: Any
    n_neighbors: Any


def _sizes(d: int, n: int, k: int) -> SampleSizes:
    return SampleSizes(np.array(float(d)), np.array(float(n)), np.array(float(k)))


def _sampled_sizes(rg: Any, stream: Any, size: int) -> SampleSizes:
    u = stream.uniform((3, size))
    floor = namespace(u).floor
    n = 1 + floor(12 * u[1])
    return SampleSizes.trusted(
        n_features=1 + floor(5 * u[0]), n_points=n, n_neighbors=1 + floor(n * u[2])
    )


sample_sizes = Domain(
    "sample_sizes",
    "1 ≤ d ≤ 5 and 1 ≤ k ≤ n ≤ 12",
    lambda: [_sizes(1, 2, 1), _sizes(2, 12, 3), _sizes(3, 4, 4), _sizes(1, 1, 1)],
    lambda: st.tuples(st.integers(1, 5), st.integers(1, 12), st.integers(0, 11)).map(
        lambda drawn: _sizes(drawn[0], drawn[1], 1 + drawn[2] % drawn[1])
    ),
    _sampled_sizes,
)


def _unit_nodes(xp: Any, m: int) -> tuple[Any, Any]:
    """Gauss–Legendre on [0, 1], exact up to degree 2m − 1."""
    x, w = np.polynomial.legendre.leggauss(m)
    return xp.asarray((x + 1) / 2), xp.asarray(w / 2)


_NODES = 16


def _by_distance(n: Any, k: Any) -> Any:
    """E (x − x̄ₖ)² on [0, 1] by the law of the distance r to point k + 1, (batch,).

    Within r of x the k nearest are uniform. Everything is a polynomial of a degree
    below 2 · 16 where r < x < 1 − x and where x < r < 1 − x; the rest by symmetry.
    """
    xp = namespace(n)
    u, w = _unit_nodes(xp, _NODES)
    n, k = n[:, None, None], k[:, None, None]
    further = xp.minimum(k, n - 1)  # where k = n there is no point k + 1
    binomial = xp.exp(-special_functions(n).betaln(further + 1, n - further))
    x = u[:, None] / 2

    def mean(r: Any, low: Any, slope: float) -> Any:
        high = x + r
        inside = high - low
        law = inside**further * (1 - inside) ** (n - 1 - further) * slope
        return law * (inside**2 / (12 * k) + (x - (low + high) / 2) ** 2)

    near, far = x * u, x + (1 - 2 * x) * u
    total = mean(near, x - near, 2.0) * x + mean(far, 0 * far, 1.0) * (1 - 2 * x)
    found = (binomial * total * w * w[:, None]).sum(axis=(-1, -2))
    of_all = 1 / (12 * k[:, 0, 0]) + 1 / 12  # x̄ is a mean of n, x one more
    return xp.where(n[:, 0, 0] == k[:, 0, 0], of_all, found)


@claim("RM-10e", kind="identity", domain=sample_sizes, source=DERIVED, cost=8)
def expected_windows(rg, sizes):
    """Uniform points too: (k+1)(k+2)(n+k²+3k+3) / (k(n+1)(n+2)(n+3)), unit variance."""
    n, k = sizes.n_points, sizes.n_neighbors
    found = rg.resmem.expected_interval_displacement(n, k)
    exact = 12 * _by_distance(n, k)
    return measured(found, exact, exact, 2 * _NODES**2)


@expected_windows.twin("(k+1)(k+2) / (k(n+1)(n+2)), as without the ends")
def _(rg, sizes):
    n, k = sizes.n_points, sizes.n_neighbors
    wrong = (k + 1) * (k + 2) / (k * (n + 1) * (n + 2))
    exact = 12 * _by_distance(n, k)
    return measured(wrong, exact, exact, 2 * _NODES**2)


def _by_counts(d: Any, n: Any, k: Any, order: int) -> Any:
    """E Dₖᵐ = ∫ m rᵐ⁻¹ P(fewer than k points within r) dr, (batch,).

    The number of points within r is binomial, with probability (2r)ᵈ: polynomials of
    a degree up to 5 · 12 + 2 in r.
    """
    xp = namespace(n)
    s, w = _unit_nodes(xp, 32)
    d, n, k = (size[:, None] for size in (d, n, k))
    inside = s**d
    term = (1 - inside) ** n
    fewer = xp.zeros(term.shape)
    for j in range(14):
        fewer = fewer + xp.where(j < k, term, 0.0)
        term = term * ((n - j) / (j + 1)) * (inside / (1 - inside))
    return (w * order * s ** (order - 1) * fewer).sum(axis=-1) / 2**order


_COUNT_TERMS = 32 * 13


@claim("RM-11", kind="identity", domain=sample_sizes, source=DERIVED, cost=8)
def torus_moments(rg, sizes):
    """Torus: E Dₖᵐ by the Beta law, m ≤ 3; E⟨v, x − x̄ₖ⟩² = ‖v‖² E Dₖ₊₁²/(3k)."""
    d, n, k = sizes.n_features, sizes.n_points, sizes.n_neighbors
    moment, r = rg.resmem.torus_distance_moment, rg.resmem
    parts = [
        (moment(d, n, k, order), _by_counts(d, n, k, order), 2.0**-order)
        for order in (1, 2, 3)
    ]
    displacement = _by_counts(d, n, k + 1, 2) / (3 * k)
    parts.append((r.torus_displacement(d, n, k), displacement, 1 / 12))
    return [measured(*part, _COUNT_TERMS) for part in parts]


@torus_moments.twin("Γ(n) for Γ(n + 1)")
def _(rg, sizes):
    d, n, k = sizes.n_features, sizes.n_points, sizes.n_neighbors
    wrong = rg.resmem.torus_distance_moment(d, n, k, 2) / n
    return measured(wrong, _by_counts(d, n, k, 2), 1 / 4, _COUNT_TERMS)


@torus_moments.twin("the displacement is E Dₖ²/(3k)")
def _(rg, sizes):
    d, n, k = sizes.n_features, sizes.n_points, sizes.n_neighbors
    exact = _by_counts(d, n, k, 2) / (3 * k)
    return measured(rg.resmem.torus_displacement(d, n, k), exact, 1 / 12, _COUNT_TERMS)
