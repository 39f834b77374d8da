"""Networks, points and targets that several files share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.domains import (
    distribution,
    integer,
    matrix,
    not_a,
    real,
    record,
    vector,
)
from refgen.networks import TwoLayerNetworks


@dataclass(frozen=True, repr=False)
class Problem(Instance):
    """A network, a direction in which to move it, and points with their targets.

    Attributes
    ----------
    network, direction : TwoLayerNetworks of shape (...)
    points : array of shape (..., n, n_features)
    targets : array of shape (..., n, n_outputs)
        Probabilities.
    """

    network: Any
    direction: Any
    points: Any
    targets: Any


def _problem(points: Any, targets: Any, **parts: Any) -> Problem:
    network, direction = (
        TwoLayerNetworks(**{name: parts[f"{whose}_{name}"] for name in PARTS})
        for whose in WHOSE
    )
    return Problem(network, direction, points, targets)


def of(network: Any, direction: Any, points: Any, targets: Any) -> Problem:
    """An instance from lists."""
    pair = TwoLayerNetworks(*network), TwoLayerNetworks(*direction)
    return Problem(*pair, np.array(points, float), np.array(targets, float))


FIELDS = {
    "hidden_weights": matrix("d", "h"),
    "hidden_biases": vector("h"),
    "output_weights": matrix("h", "k"),
    "output_biases": vector("k"),
}
PARTS = tuple(FIELDS)
WHOSE = ("own", "other")

problems = record(
    _problem,
    "1 to 4 neurons in 1 to 3 features, 2 or 3 outputs, 1 to 5 points of size 1",
    outside=lambda case: not_a(Problem, case),
    n=integer(1, 5),
    d=integer(1, 3),
    h=integer(1, 4),
    k=integer(2, 3),
    **{f"{whose}_{name}": field for whose in WHOSE for name, field in FIELDS.items()},
    points=matrix("n", "d"),
    targets=distribution("n", "k"),
    examples=lambda: [
        of(
            ([[1.0]], [0.5], [[1.0, -1.0]], [0.0, 0.25]),
            ([[0.5]], [1.0], [[1.0, 0.5]], [-1.0, 1.0]),
            [[1.0], [0.25]],
            [[1.0, 0.0], [0.25, 0.75]],
        ),
        of(
            ([[1.0, 0.5], [-0.5, 1.0]], [0.5, 0.0], [[1.0, 0.0], [0.5, -1.0]], [0, 0]),
            ([[0.5, 1.0], [1.0, -1.0]], [1.0, 1.0], [[1.0, 1.0], [0.0, 0.5]], [1, 0]),
            [[1.0, 0.5], [0.5, -0.25], [2.0, 1.0]],
            [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]],
        ),
    ],
)


def _as_fields(fields: dict[str, Any]) -> dict[str, Any]:
    return {f"{whose}_{name}": fields[name] for whose in WHOSE for name in PARTS}


small_problems = problems.but(
    "the same with all numbers in [−1, 1]",
    examples=lambda: [
        example.map(lambda array: array / max(1.0, abs(array).max()))
        for example in problems.examples()
    ],
    outside=lambda case: not_a(Problem, case),
    points=real(-1.0, 1.0, shape=("n", "d")),
    **_as_fields(
        {
            "hidden_weights": real(-1.0, 1.0, shape=("d", "h")),
            "hidden_biases": real(-1.0, 1.0, shape=("h",)),
            "output_weights": real(-1.0, 1.0, shape=("h", "k")),
            "output_biases": real(-1.0, 1.0, shape=("k",)),
        }
    ),
)
