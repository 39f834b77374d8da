"""Functions of one direction, and neighbourhoods at which they are explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.quadrature import unit_nodes
from refgen.domains import integer, real, record, vector


@dataclass(frozen=True, repr=False)
class Placed(Instance):
    """A function h(w·x + β), a point, and the scale of its neighbourhood.

    Attributes
    ----------
    direction, point : arrays of shape (..., n_features)
        w/‖w‖ and x.
    frequency, offset, scale : arrays of shape (...)
        ‖w‖, β and s.
    """

    direction: Any
    frequency: Any
    offset: Any
    point: Any
    scale: Any

    @property
    def weights(self) -> Any:
        """w."""
        return self.frequency[..., None] * self.direction

    @property
    def at(self) -> Any:
        """w·x + β."""
        return (self.weights * self.point).sum(axis=-1) + self.offset

    @property
    def deviation(self) -> Any:
        """s‖w‖, of w·X."""
        return self.scale * self.frequency

    def of(self, kind: Any) -> Any:
        """The function of this kind."""
        return kind(self.weights, self.offset)


placed = record(
    Placed,
    "functions of w·x + β in 1 to 3 dimensions, ‖w‖ in [0.3, 2], scales in [0.1, 1]",
    d=integer(1, 3),
    direction=vector("d", norm=1),
    frequency=real(0.3, 2.0, log=True),
    offset=real(-1, 1),
    point=real(-1, 1, shape=("d",)),
    scale=real(0.1, 1.0, log=True),
    examples=lambda: [at_origin(0.0, 1.0), at_origin(1.0, 0.1), at_origin(-0.9, 0.3)],
)
on_a_line = placed.but(
    "functions of wx + β, |w| in [0.3, 2], scales in [0.05, 0.5]",
    d=1,
    scale=real(0.05, 0.5, log=True),
    examples=lambda: [at_origin(0.0, 0.5), at_origin(1.0, 0.05)],
)


def at_origin(offset: float, scale: float) -> Placed:
    """h(x + β) at x = 0 on a line."""
    numbers = (np.array(1.0), np.array(offset))
    return Placed(np.ones(1), *numbers, np.zeros(1), np.array(scale))


def normal_grid(xp: Any, step: float = 0.5, reach: float = 9.0) -> tuple[Any, Any]:
    """Nodes and weights of N(0, 1) by the rule of trapezoids, for smooth functions."""
    n = round(reach / step)
    z = np.arange(-n, n + 1) * step
    weights = np.exp(-z * z / 2)
    return xp.asarray(z), xp.asarray(weights / weights.sum())


def between(low: Any, high: Any, n: int = 16) -> tuple[Any, Any]:
    """Nodes and weights of Gauss and Legendre between two ends."""
    x, weights = unit_nodes(namespace(low), n)
    width = (high - low)[..., None]
    return low[..., None] + width * x, width * weights
