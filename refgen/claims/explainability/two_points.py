"""LE-10: the disjointedness of two points."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.claims.explainability.domains import pairs
from refgen.claims.kinds import equal
from refgen.claims.quadrature import unit_nodes
from refgen.claims.registry import claim


def _by_definition(half: Any) -> Any:
    """∫ √((p₁² + p₂²)/2) along the line through both points, in units of s.

    Twice the half of it that is next to one point, whose density is the larger one.
    """
    xp = namespace(half)
    x, weights = unit_nodes(xp, 256)
    ends = half[..., None] + 10
    x = ends * x
    other = xp.exp(-4 * half[..., None] * x)
    roots = xp.exp(-((x - half[..., None]) ** 2) / 2) * xp.sqrt(2 * (1 + other))
    return (ends * roots * weights).sum(axis=-1) / (2 * math.pi) ** 0.5


@claim("LE-10", kind="identity", domain=pairs)
def two_points(rg, sample, spread=1.0, dimension=0.0):
    """ρ_S of two points is E √(1 + tanh²(u(u + Z))), u = ‖x₁ − x₂‖/(2s)."""
    xp = namespace(sample.points)
    difference = sample.points[..., 0, :] - sample.points[..., 1, :]
    distance = xp.sqrt((difference**2).sum(axis=-1))
    half = xp.minimum(distance / sample.scale / 2, 20.0)
    wrong = spread * sample.n_features**dimension
    rho = rg.explainability.two_point_disjointedness(wrong * distance, sample.scale)
    return equal(rho, _by_definition(half))


two_points.twin("a distance 3 % larger", spread=1.03)
two_points.twin("distances grow with √d", dimension=0.5)
