"""Finite laws, systems and problems that claims are measured on."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.domains import distribution, integer, matrix, real, record, vector
from refgen.explainability import FiniteNeighborhoods, FiniteProblem, FiniteSystem

_square = record(
    FiniteNeighborhoods,
    "neighbours among the points",
    n=integer(1, 4),
    weights=distribution("n"),
    neighbors=distribution("n", "n"),
)


def _disjoint(n: int) -> FiniteNeighborhoods:
    return FiniteNeighborhoods.sample(np.eye(n))


def one_way() -> FiniteSystem:
    """Two points, the second of which always moves to the first one."""
    law = FiniteNeighborhoods([0.5, 0.5], [[1.0, 0.0], [1.0, 0.0]])
    return FiniteSystem(law, [0.0, 0.0], [[0.0, 1.0], [0.0, 0.0]])


def uneven() -> FiniteSystem:
    """Three points of different weights, whose best lines depend on the weights."""
    law = FiniteNeighborhoods([0.6, 0.3, 0.1], [[0.5, 0.25, 0.25]] * 3)
    table = [[1.0, 0.0, 2.0], [0.0, 0.0, -1.0], [3.0, 1.0, 1.0]]
    return FiniteSystem(law, [0.0, 1.0, -2.0], table)


systems = record(
    FiniteSystem,
    "any law of 1 to 4 points and of their neighbours, any explanations",
    n=integer(1, 4),
    neighborhoods=_square,
    values=vector("n"),
    explanations=matrix("n", "n"),
    examples=lambda: [
        one_way(),
        uneven(),
        FiniteSystem(_disjoint(2), [0.0, 1.0], [[0.0, 1.0], [2.0, -1.0]]),
    ],
)

laws = record(
    FiniteNeighborhoods,
    "1 to 4 points with any neighbours among 1 to 4 cells",
    n=integer(1, 4),
    weights=distribution("n"),
    k=integer(1, 4),
    neighbors=distribution("n", "k"),
    examples=lambda: [
        _disjoint(4),
        _disjoint(8),
        FiniteNeighborhoods.sample(np.full((3, 2), 0.5)),
        FiniteNeighborhoods.sample([[1.0, 0.0], [0.5, 0.5]]),
    ],
)


def first_signs(n: int) -> FiniteProblem:
    """Disjoint neighbourhoods, losses 0 and 1: one draw of n points misjudges most."""
    return FiniteProblem(_disjoint(n), np.zeros(n), [[0.0] * n, [1.0] * n])


def near_bound(apart: float) -> FiniteProblem:
    """One point with y = 1, and outputs −1 and −1 + apart: losses fall steepest."""
    return FiniteProblem(_disjoint(1), [1.0], [[-1.0], [-1.0 + apart]])


def one_cell() -> FiniteProblem:
    """Two points with the same neighbourhood, each explained by another function."""
    law = FiniteNeighborhoods.sample([[1.0], [1.0]])
    return FiniteProblem(law, [0.0, 1.0], [[0.0, 0.0], [1.0, 1.0]])


def three_ways() -> FiniteProblem:
    """Points of different weights, cells of which each has another best explanation.

    With two explanations E sup (L_D − L_S) would be E sup (L_S − L_D).
    """
    law = FiniteNeighborhoods([0.6, 0.3, 0.1], [[0.75, 0.25], [0.25, 0.75], [0.5, 0.5]])
    outputs = [[0.0, 1.0, 0.5], [1.0, 0.0, -0.5], [1.0, 0.5, -1.0]]
    return FiniteProblem(law, [0.0, 0.0, -1.0], outputs)


problems = record(
    FiniteProblem,
    "1 to 3 points, cells and explanations, outputs in [-1, 1]",
    n=integer(1, 3),
    count=integer(1, 3),
    neighborhoods=laws.but("1 to 3 points and cells", n=integer(1, 3), k=integer(1, 3)),
    values=real(-1.0, 1.0, shape=("n",)),
    outputs=real(-1.0, 1.0, shape=("count", "n")),
    examples=lambda: [
        first_signs(40),
        near_bound(0.01),
        FiniteProblem(_disjoint(2), [1.0, -1.0], [[0.5, -0.5]]),
        one_cell(),
        three_ways(),
    ],
)


def size(system: Any) -> Any:
    """What squared errors are made of, at most."""
    xp = namespace(system.values)
    largest = xp.maximum(
        abs(system.values).max(axis=-1), abs(system.explanations).max(axis=(-1, -2))
    )
    return 4 * largest**2
