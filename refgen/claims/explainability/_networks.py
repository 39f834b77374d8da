"""Networks of ReLU neurons around a point, and their sizes by plain sums."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.domains import integer, matrix, not_a, real, record, vector
from refgen.explainability import TwoLayerReLU


@dataclass(frozen=True, repr=False)
class Around(Instance):
    """A network, and the normal neighbourhood of a point.

    Attributes
    ----------
    network : TwoLayerReLU of shape (...)
    point : array of shape (..., n_features)
    scale : array of shape (...)
    """

    network: Any
    point: Any
    scale: Any

    @property
    def inputs(self) -> Any:
        """w·x + β of each neuron."""
        products = (self.network.weights * self.point[..., None, :]).sum(axis=-1)
        return products + self.network.biases

    @property
    def widths(self) -> Any:
        """s‖w‖ of each neuron."""
        weights = self.network.weights
        lengths = namespace(weights).sqrt((weights * weights).sum(axis=-1))
        return self.scale[..., None] * lengths

    @property
    def cosines(self) -> Any:
        """Of the angles between all neurons; 0 for one of width 0."""
        xp, weights = namespace(self.point), self.network.weights
        products = weights @ weights.swapaxes(-1, -2)
        lengths = xp.sqrt((weights * weights).sum(axis=-1))
        sizes = lengths[..., :, None] * lengths[..., None, :]
        return xp.clip(products / xp.where(sizes > 0, sizes, 1.0), -1.0, 1.0)

    @property
    def size(self) -> Any:
        """Σ |c| (|w·x| + |β| + s‖w‖), which rounding is judged against."""
        products = (abs(self.network.weights) * abs(self.point)[..., None, :]).sum(-1)
        each = products + abs(self.network.biases) + self.widths
        return (abs(self.network.output) * each).sum(axis=-1)


def _around(
    weights: Any, biases: Any, output: Any, intercept: Any, point: Any, scale: Any
) -> Around:
    return Around(TwoLayerReLU(weights, biases, output, intercept), point, scale)


def of(weights: Any, biases: Any, output: Any, point: Any, scale: Any) -> Around:
    """An instance from lists."""
    network = TwoLayerReLU(weights, biases, output)
    return Around(network, np.array(point, float), np.array(scale, float))


around = record(
    _around,
    "1 to 4 ReLU neurons in 1 to 3 features, a point of size 1, a scale in [0.2, 5]",
    outside=lambda case: not_a(Around, case),
    k=integer(1, 4),
    d=integer(1, 3),
    weights=matrix("k", "d"),
    biases=vector("k"),
    output=vector("k"),
    intercept=real(-2.0, 2.0),
    point=vector("d"),
    scale=real(0.2, 5.0, log=True),
    examples=lambda: [
        of([[1.0]], [0.0], [1.0], [0.0], 1.0),
        of([[1.0], [1.0]], [0.0, 0.0], [1.0, 1.0], [0.0], 2.0),
        of([[1.0], [2.0]], [0.0, 0.5], [1.0, -1.0], [0.25], 1.0),
        of([[1.0, 0.0], [0.0, 1.0]], [0.0, 0.0], [1.0, 1.0], [0.0, 0.0], 1.0),
        of([[1.0, 0.0], [0.6, 0.8]], [0.3, 0.0], [1.0, 1.0], [0.0, 0.1], 0.5),
        of([[1.0]], [0.0], [1.0], [10.0], 0.5),
    ],
)
