"""Instances that several files share."""

from __future__ import annotations

from refgen.domains import integer, matrix, real, record
from refgen.explainability import GaussianNeighborhoods

samples = record(
    GaussianNeighborhoods,
    "2 to 8 points in 1 to 3 dimensions, of size 1, scales in [0.2, 5]",
    n=integer(2, 8),
    d=integer(1, 3),
    points=matrix("n", "d"),
    scale=real(0.2, 5.0, log=True),
    examples=lambda: [
        GaussianNeighborhoods([[0.0], [1.0]], 0.5),
        GaussianNeighborhoods([[0.0, 0.0], [0.0, 0.0], [1.0, 2.0]], 1.0),
    ],
)

pairs = samples.but("two points in 1 to 3 dimensions", n=2)
