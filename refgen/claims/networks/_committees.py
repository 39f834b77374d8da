"""Members that are asked about the same points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import integer, labels, matrix, not_a, record, vector
from refgen.networks import TwoLayerNetworks

FIELDS = {
    "hidden_weights": matrix("m", "d", "h"),
    "hidden_biases": vector("m", "h"),
    "output_weights": matrix("m", "h", "k"),
    "output_biases": vector("m", "k"),
}


@dataclass(frozen=True, repr=False)
class Committee(Instance):
    """Members, points that all of them see, and what is right there.

    Attributes
    ----------
    networks : TwoLayerNetworks of shape (..., m)
    points : array of shape (..., n, n_features)
    labels : int array of shape (..., n)
    numbers : array of shape (..., n, n_outputs)
    """

    networks: Any
    points: Any
    labels: Any
    numbers: Any


def _committee(points: Any, labels: Any, numbers: Any, **parts: Any) -> Committee:
    networks = TwoLayerNetworks(**{name: parts[name] for name in FIELDS})
    return Committee(networks, points, labels, numbers)


def _that_say(outputs: list, labels: list) -> Committee:
    """Members that say the same at every point, and so many points."""
    k, n = len(outputs[0]), len(labels)
    said = np.array(outputs, dtype=float)
    networks = TwoLayerNetworks(
        np.ones((len(outputs), 1, 1)),
        np.zeros((len(outputs), 1)),
        np.zeros((len(outputs), 1, k)),
        said,
    )
    return Committee(networks, np.ones((n, 1)), np.array(labels), np.ones((n, k)))


committees = record(
    _committee,
    "1 to 5 members with 1 to 3 neurons, 2 or 3 classes, and 1 to 6 points of size 1",
    outside=lambda case: not_a(Committee, case),
    m=integer(1, 5),
    n=integer(1, 6),
    d=integer(1, 3),
    h=integer(1, 3),
    k=integer(2, 3),
    **FIELDS,
    points=matrix("n", "d"),
    labels=labels("n", n_classes="k"),
    numbers=matrix("n", "k"),
    examples=lambda: [
        _that_say([[1.0, 0.0], [0.0, 1.0]], [1]),  # a tie, which the first class wins
        _that_say([[0.0, 40.0], [40.0, 0.0]], [1, 1]),  # one is sure, and the other
        _that_say([[0.5, 0.25, -1.0]], [0, 2]),  # one member
        _that_say([[3.0, 0.0], [3.0, 0.0], [-1.0, 0.0]], [0, 1, 1]),
    ],
)


def asked(rg: Any, case: Committee, loss: str) -> tuple[Any, Any]:
    """An ensemble for each instance, and the points for each of its members."""
    members = rg.networks.Ensemble.from_networks(case.networks, loss=loss)
    return members, for_members(case, case.points, 2)


def for_members(case: Committee, array: Any, ndim: int) -> Any:
    """An array, with `ndim` axes of its own, repeated for each member."""
    xp, batch = namespace(array), case.networks.batch_shape
    own = array.shape[array.ndim - ndim :]
    return xp.broadcast_to(array[..., None, *[slice(None)] * ndim], batch + own)
