"""Points with one feature, and integrals of their densities on one common grid."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.explainability.domains import samples
from refgen.domains import integer, real
from refgen.explainability import GaussianNeighborhoods

# In units of s; the trapezoidal rule leaves out less than rounding does.
_FAR, _STEP = 10.0, 1 / 24

lines = samples.but(
    "2 to 6 points with one feature, of size 1, scales in [0.2, 5]",
    n=integer(2, 6),
    d=integer(1, 1),
    scale=real(0.2, 5.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [1.0]], 0.5),
        GaussianNeighborhoods([[0.0], [0.0], [0.0]], 1.0),
        GaussianNeighborhoods([[0.0], [0.25], [2.0], [2.0]], 0.3),
    ],
)


def densities(sample: Any) -> tuple[Any, Any]:
    """pᵢ(x′) on a grid, (..., n_points, n_nodes), and the grid's step, (..., 1)."""
    xp, points = namespace(sample.points), sample.points[..., 0]
    low, high = points.min(axis=-1), points.max(axis=-1)
    length = (high - low) / sample.scale + 2 * _FAR
    n_nodes = math.ceil(float(length.max()) / _STEP) + 1
    shares = xp.asarray(np.linspace(0.0, 1.0, n_nodes))
    # Nodes in units of s from the lowest point, so that digits are those of points.
    nodes = length[..., None] * shares - _FAR
    places = (points - low[..., None]) / sample.scale[..., None]
    steps = nodes[..., None, :] - places[..., None]
    heights = xp.exp(-steps * steps / 2) / math.sqrt(2 * math.pi)
    return heights, length[..., None] / (n_nodes - 1)


def line_integral(sample: Any, lengths: Any = 1.0) -> Any:
    """∫ √(Σ pᵢ²ℓᵢ²/m), which is ρ_S without lengths ℓ of shape (..., n_points)."""
    xp, (heights, step) = namespace(sample.points), densities(sample)
    heights = heights * (lengths + 0 * sample.points[..., 0])[..., None]
    roots = xp.sqrt((heights * heights).mean(axis=-2))
    return (roots * step).sum(axis=-1)
