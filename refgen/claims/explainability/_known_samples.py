"""Samples on a line and in the plane, whose disjointedness is known by quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from refgen.arrays import Instance, as_floats, namespace
from refgen.domains import integer, matrix, real, record, vector
from refgen.explainability import GaussianNeighborhoods

_N_NODES, _REACH = 768, 9.0


def line_nodes(points: Any, reach: float = _REACH) -> tuple[Any, Any]:
    """Equidistant nodes (..., n) from `reach` below points (..., m) on, and dx."""
    xp = namespace(points)
    low = points.min(axis=-1, keepdims=True) - reach
    width = points.max(axis=-1, keepdims=True) + reach - low
    return low + width * xp.arange(_N_NODES) / (_N_NODES - 1), width / (_N_NODES - 1)


def squared_density(points: Any, nodes: Any) -> Any:
    """F² = mean of p² at nodes (..., n), in units of s."""
    xp = namespace(points)
    total = 0.0
    for i in range(points.shape[-1]):
        total = total + xp.exp(-((nodes - points[..., i, None]) ** 2))
    return total / points.shape[-1] / (2 * math.pi)


def line_factor(points: Any, scale: Any) -> Any:
    """ρ_S of points (..., m) on a line by the trapezoidal rule, in units of s.

    It is below rounding off, as F is analytic but for bends that are tiny where sharp.
    """
    units = points / scale[..., None]
    nodes, step = line_nodes(units)
    roots = namespace(points).sqrt(squared_density(units, nodes))
    return (roots * step).sum(axis=-1)


lines = record(
    GaussianNeighborhoods,
    "2 to 5 points on a line, of size 1, scales in [0.7, 20]",
    n=integer(2, 5),
    points=matrix("n", 1),
    scale=real(0.7, 20.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [0.0]], 1.0),
        GaussianNeighborhoods([[0.0], [1.0], [2.0]], 20.0),
        GaussianNeighborhoods([[-3.0], [3.0], [3.0], [0.0]], 0.7),
    ],
)


class Numbers(Instance):
    """Instances of claims whose fields may be given as lists."""

    def __post_init__(self) -> None:
        for name, value in list(self._fields()):
            object.__setattr__(self, name, as_floats(name, value))


@dataclass(frozen=True, repr=False)
class Product(Numbers):
    """Every pair of a point on one line and a point on another one.

    Attributes
    ----------
    first, second : arrays of shape (..., n)
        Coordinates along both axes.
    scale : array of shape (...)
    """

    first: Any
    second: Any
    scale: Any

    @property
    def sample(self) -> GaussianNeighborhoods:
        """All pairs, as points in the plane."""
        xp = namespace(self.first)
        a, b = self.first[..., :, None], self.second[..., None, :]
        pairs = xp.stack([a + 0 * b, b + 0 * a], axis=-1)
        return GaussianNeighborhoods(
            pairs.reshape(*pairs.shape[:-3], -1, 2), self.scale
        )

    @property
    def factor(self) -> Any:
        """ρ of both lines by quadrature: it multiplies, as F does."""
        return line_factor(self.first, self.scale) * line_factor(
            self.second, self.scale
        )

    @property
    def axes(self) -> list[Any]:
        """Both coordinates around their means in units of s, the longer first."""
        xp = namespace(self.first)
        x, y = (
            (line - line.mean(axis=-1, keepdims=True)) / self.scale[..., None]
            for line in (self.first, self.second)
        )
        swapped = ((x * x).sum(axis=-1) < (y * y).sum(axis=-1))[..., None]
        return [xp.where(swapped, y, x), xp.where(swapped, x, y)]

    @property
    def variances(self) -> Any:
        """λ/s² of both axes, (..., 2)."""
        return namespace(self.first).stack(
            [(x * x).mean(axis=-1) for x in self.axes], axis=-1
        )


products = record(
    Product,
    "2 to 4 points on each of two lines, in all pairs, scales in [1, 20]",
    n=integer(2, 4),
    first=vector("n"),
    second=vector("n"),
    scale=real(1.0, 20.0, log=True),
    examples=lambda: [
        Product([0.0, 0.0], [1.0, 1.0], 1.0),
        Product([0.0, 1.0], [-2.0, 2.0], 20.0),
        Product([-1.0, 0.0, 2.0], [-3.0, 3.0, 3.0], 1.0),
    ],
)
