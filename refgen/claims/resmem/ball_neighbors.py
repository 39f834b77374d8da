"""RM-12k: the mean of the k nearest points in a ball."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.claims.kinds import equal
from refgen.claims.registry import claim
from refgen.claims.resmem._balls import by_dimension
from refgen.claims.resmem._lenses import by_slices
from refgen.domains import integer, record


@dataclass(frozen=True, repr=False)
class NeighborsInBall(Instance):
    """d and n from 2 on, and any number that k < n is told by, shapes (...)."""

    n_features: Any
    n_points: Any
    rank: Any

    @property
    def n_neighbors(self) -> Any:
        return 1 + (self.rank - 1) % (self.n_points - 1)


neighbors_in_balls = record(
    NeighborsInBall,
    "1 ≤ k < n ≤ 60, k up to 6, in 2 to 5 dimensions",
    n_features=integer(2, 5),
    n_points=integer(2, 60),
    rank=integer(1, 6),
    examples=lambda: [
        NeighborsInBall(*map(np.array, sizes))
        for sizes in ((2, 2, 1), (2, 12, 3), (3, 50, 2), (5, 7, 6))
    ],
)


@claim("RM-12k", kind="identity", domain=neighbors_in_balls, cost=512, slow=True)
def ball_neighbors(rg, sizes, share=1, fewer=0):
    """E⟨v, x − x̄ₖ⟩² in a ball: the k nearest are uniform in a lens, given the next one.

    For k = 1 it is E D²/d, on a line that of RM-10e, and 1 + 1/n for k = n.
    """
    r, d = rg.resmem, sizes.n_features
    n, k = 1.0 * sizes.n_points, 1.0 * sizes.n_neighbors
    nearest = by_dimension(lambda d, n: r.ball_squared_distance(d, n) / d, d, n)
    line = r.expected_interval_displacement(n, k)

    def found(d: Any, k: Any) -> Any:
        return share * by_dimension(r.ball_displacement, d, n, k)

    exact = by_dimension(by_slices, d, n, k)
    return (
        equal(found(d, k - fewer * (k > 1)), exact, exact),
        equal(found(d, k / k), nearest, nearest),
        equal(found(d // d, k), line, line),
        equal(found(d, n), 1 + 1 / n, 1 + 1 / n),
    )


ball_neighbors.twin("it is a hundredth larger", share=1 / 1.01)
ball_neighbors.twin("it is that of one neighbour less", fewer=1)
