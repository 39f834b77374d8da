"""Finite worlds: laws of points and neighbours, labels, a function, explanations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import distribution, integer, real, record


@dataclass(frozen=True, repr=False)
class World(Instance):
    """Points with labels, and explanations of a function.

    Attributes
    ----------
    law : array of shape (..., n)
        How likely the points are.
    neighbors : array of shape (..., n, k)
        How likely the sources are as neighbours of each.
    labels, outputs : array of shape (..., n)
        y and f(x).
    explanations : array of shape (..., n, k)
        g_z(x), of point and source.
    """

    law: Any
    neighbors: Any
    labels: Any
    outputs: Any
    explanations: Any


def _mean(case: World, values: Any) -> Any:
    return (case.law * values).sum(axis=-1)


def risk(case: World) -> Any:
    """E (f(x) − y)²."""
    return _mean(case, (case.outputs - case.labels) ** 2)


def mirrored_error(case: World, targets: Any) -> Any:
    """E (g_{x′}(x) − target)²."""
    errors = (case.explanations - targets[..., None]) ** 2
    return _mean(case, (case.neighbors * errors).sum(axis=-1))


def spread(case: World) -> Any:
    """E Var(g_{x′}(x) | x), by pairs of neighbours."""
    g, p = case.explanations, case.neighbors
    squares = (g[..., :, None] - g[..., None, :]) ** 2
    pairs = p[..., :, None] * p[..., None, :] * squares
    return _mean(case, pairs.sum(axis=(-1, -2)) / 2)


def _outputs(*shape: str) -> Any:
    return real(-0.5, 0.5, shape=shape)


def world(law: Any, neighbors: Any, *rest: Any) -> World:
    """A world from lists."""
    return World(*(np.array(part, float) for part in (law, neighbors, *rest)))


# f says y on the first point, of which the sample is, and the opposite elsewhere.
MEMORIZER = world(
    [0.01, 0.99], [[1.0], [1.0]], [-0.5, -0.5], [-0.5, 0.5], [[-0.5], [-0.5]]
)
# f and its explanations are right on the first point only.
FOLLOWER = world(
    [0.5, 0.5], [[1.0], [1.0]], [-0.5, 0.5], [-0.5, -0.5], [[-0.5], [-0.5]]
)
# Explanations are right and wrong by turns, and right on average.
BY_TURNS = world([1.0], [[0.5, 0.5]], [0.25], [-0.25], [[-0.5, 0.5]])
# As much of the errors is spread as can be: f and y are on two sides of the mean.
TWO_SIDES = world([1.0], [[0.5, 0.5]], [0.1], [-0.5], [[-0.45, -0.35]])

FIELDS = {
    "n": integer(1, 4),
    "k": integer(1, 4),
    "law": distribution("n"),
    "neighbors": distribution("n", "k"),
    "labels": _outputs("n"),
    "outputs": _outputs("n"),
    "explanations": _outputs("n", "k"),
}

worlds = record(
    World,
    "1 to 4 points, 1 to 4 sources, outputs in [−1/2, 1/2]",
    **FIELDS,
    examples=lambda: [MEMORIZER, BY_TURNS, TWO_SIDES],
)


def roots(*values: Any) -> list[Any]:
    """Square roots, of means of squares that may be 0 but for rounding."""
    xp = namespace(*values)
    return [xp.sqrt(xp.maximum(value, 0.0)) for value in values]
