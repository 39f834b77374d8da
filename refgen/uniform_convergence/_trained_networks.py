"""What bounds by norms know of `refgen.networks`: one network, and how it began."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.networks import Ensemble, TwoLayerNetworks


def is_trained_network(network: Any) -> bool:
    """Whether it is one of `refgen.networks`, trained or not.

    Examples
    --------
    >>> is_trained_network([np.eye(2)])
    False
    """
    return isinstance(network, Ensemble | TwoLayerNetworks)


def learned(network: Any) -> Any:
    """The ensemble of a fitted `TwoLayerClassifier` or `TwoLayerRegressor`.

    Anything else is returned as it is.

    Examples
    --------
    >>> learned("words")
    'words'
    """
    found = getattr(network, "ensemble_", None)
    if not isinstance(found, Ensemble):
        return network
    classes = getattr(network, "classes_", None)
    return replace(found, task=replace(found.task, classes=classes))


def single(name: str, network: Any) -> TwoLayerNetworks:
    """The one network that there is, without leading axes.

    Raises
    ------
    TypeError
        If it is on a device.
    ValueError
        If there are several, or it diverged in training.

    Examples
    --------
    >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [0.0])
    >>> single("network", one).batch_shape
    ()
    """
    found = network.networks if isinstance(network, Ensemble) else network
    if namespace(found.output_biases) is not np:
        raise TypeError(
            f"{name} is on a device, and bounds are computed on the host; bring it "
            "here with refgen_gpu.arrays.to_host"
        )
    count = math.prod(found.batch_shape)
    if count != 1:
        one = "network[0]" if isinstance(network, Ensemble) else "network.take(0)"
        raise ValueError(
            f"{name} has {count} networks, and bounds are about one; give each of them "
            f"in turn, such as {one.replace('network', name)}"
        )
    if isinstance(network, Ensemble) and not bool(network.is_finite.all()):
        raise ValueError(
            f"{name} diverged in training, and has no norms; train it with a smaller "
            "step_size"
        )
    return found.map(lambda array: array.reshape(array.shape[len(found.batch_shape) :]))


def pairs_of_layers(name: str, network: Any) -> list[tuple[Any, Any]]:
    """Weights and biases of both layers, as of a network whose scales are 1.

    Examples
    --------
    >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [3.0])
    >>> pairs_of_layers("network", one)[1]
    (array([[2.]]), array([3.]))
    """
    plain = single(name, network).without_scales()
    return [
        (plain.hidden_weights, plain.hidden_biases),
        (plain.output_weights, plain.output_biases),
    ]


def own_activation(network: Any) -> str:
    """The name of what neurons do, as bounds call it.

    Raises
    ------
    ValueError
        If it is not 0 at 0.

    Examples
    --------
    >>> own_activation(TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [0.0]))
    'relu'
    """
    found = network.networks if isinstance(network, Ensemble) else network
    name = found.architecture.activation
    if name == "exponential":
        raise ValueError(
            "activation of network is 'exponential', which is not 0 at 0 as the bounds "
            "need; train with 'relu', 'tanh' or 'linear'"
        )
    return "identity" if name == "linear" else str(name)


def own_classes(network: Any) -> Any:
    """The labels that an ensemble learned, or None.

    Examples
    --------
    >>> own_classes([np.eye(2)]) is None
    True
    """
    return network.classes if isinstance(network, Ensemble) else None
