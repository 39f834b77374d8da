"""Fully connected networks as matrices: of refgen, scikit-learn, torch, as lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import as_floats
from refgen.uniform_convergence._trained_networks import (
    is_trained_network,
    pairs_of_layers,
)
from refgen.uniform_convergence.appended_biases import append_biases

_WANTED = (
    "a fitted MLPClassifier, MLPRegressor, TwoLayerClassifier or TwoLayerRegressor, a "
    "member of a refgen.networks.Ensemble, a list of weight arrays, or a mapping such "
    "as the state_dict of a torch module"
)


class Layer(NamedTuple):
    """x ↦ xW + b: weights of shape (n_inputs, n_outputs), biases (n_outputs,)."""

    weights: np.ndarray
    biases: np.ndarray | None


def layers_of(name: str, network: Any) -> list[Layer]:
    """The layers of a network, whatever form it is given in.

    Raises
    ------
    TypeError
        If it is in none of the forms.
    ValueError
        If layers do not fit, or one is not fully connected.

    Examples
    --------
    >>> [layer.weights.shape for layer in layers_of("network", [np.ones((3, 2))])]
    [(3, 2)]
    """
    if is_trained_network(network):
        pairs = zip(("hidden", "output"), pairs_of_layers(name, network), strict=True)
        found = [_layer(f"{layer} weights of {name}", *pair) for layer, pair in pairs]
    elif isinstance(network, Mapping):
        found = _of_mapping(name, network)
    elif hasattr(network, "get_params") and not isinstance(network, type):
        found = _of_estimator(name, network)
    elif isinstance(network, Sequence) and not isinstance(network, str | bytes):
        found = [_of_item(f"{name}[{i}]", item) for i, item in enumerate(network)]
    else:
        raise TypeError(f"{name} must be {_WANTED}, got {shown(network)}")
    if not found:
        raise ValueError(f"{name} has no layers; give one weight array at least")
    for i in range(1, len(found)):
        outputs, inputs = found[i - 1].weights.shape[1], found[i].weights.shape[0]
        if outputs != inputs:
            raise ValueError(
                f"layers of {name} do not fit: layer {i} has {outputs} outputs and "
                f"layer {i + 1} takes {inputs} inputs; weights have shape (n_inputs, "
                "n_outputs) in a list, and (n_outputs, n_inputs) in a state_dict"
            )
    return found


def _of_estimator(name: str, network: Any) -> list[Layer]:
    if not hasattr(network, "coefs_"):
        raise TypeError(
            f"{name} must be {_WANTED}, got {type(network).__name__} without coefs_; "
            "fit it first if it is one"
        )
    pairs = zip(network.coefs_, network.intercepts_, strict=True)
    return [_layer(f"{name}.coefs_[{i}]", *pair) for i, pair in enumerate(pairs)]


def _of_item(name: str, item: Any) -> Layer:
    """An array of weights, or a pair of weights and biases."""
    if isinstance(item, tuple) and len(item) == 2:
        return _layer(name, *item)
    return _layer(name, item, None)


def _of_mapping(name: str, network: Mapping[str, Any]) -> list[Layer]:
    """Layers in the order of the mapping; torch stores transposed weights."""
    plain = {str(key): on_host(value) for key, value in network.items()}
    ends = {key: key.rpartition(".")[2] for key in plain}
    other = [key for key, end in ends.items() if end not in ("weight", "bias")]
    if other:
        raise ValueError(
            f"{name} has the entry {other[0]!r}, and bounds are known for fully "
            "connected layers only, with entries '….weight' and '….bias'"
        )
    found = []
    for key in (key for key, end in ends.items() if end == "weight"):
        biases = plain.pop(f"{key[:-6]}bias", None)
        layer = _layer(f"{name}[{key!r}]", np.transpose(plain.pop(key)), biases)
        found.append(layer)
    if plain:
        key = next(iter(plain))
        raise ValueError(f"{name} has {key!r} without weights of the same layer")
    return found


def on_host(value: Any) -> Any:
    """A tensor of torch as an array, wherever it is; anything else as it is.

    Examples
    --------
    >>> on_host(2.0)
    2.0
    """
    for method in ("detach", "cpu", "numpy"):
        if callable(getattr(value, method, None)):
            value = getattr(value, method)()
    return value


def _layer(name: str, weights: Any, biases: Any) -> Layer:
    matrix = np.asarray(check_scale(name, as_floats(name, on_host(weights), 2), 2))
    if matrix.ndim != 2:
        raise ValueError(
            f"{name} must be a matrix, got shape {matrix.shape}; bounds are known for "
            "fully connected layers only"
        )
    if biases is None:
        return Layer(matrix, None)
    called = f"biases of {name}"
    added = np.asarray(check_scale(called, as_floats(called, on_host(biases), 1), 1))
    if added.shape != matrix.shape[1:]:
        raise ValueError(
            f"{called} must have shape {matrix.shape[1:]}, got {added.shape}"
        )
    return Layer(matrix, added)


def without_zero_biases(
    layers: Sequence[Layer], initial: Sequence[Layer]
) -> tuple[list[Layer], list[Layer]]:
    """Both without biases, if all of these were 0 and still are.

    Examples
    --------
    >>> layers = [Layer(np.ones((2, 1)), np.zeros(1))]
    >>> without_zero_biases(layers, layers)[0][0].biases is None
    True
    """
    all_biases = [layer.biases for layer in (*layers, *initial)]
    if any(biases is not None and biases.any() for biases in all_biases):
        return list(layers), list(initial)
    bare = [
        [Layer(layer.weights, None) for layer in part] for part in (layers, initial)
    ]
    return bare[0], bare[1]


def appended(layers: Sequence[Layer]) -> list[Layer]:
    """The same network without biases, with a unit in each layer that is always 1.

    The first input of the result is x with a 1 after its last coordinate.

    Examples
    --------
    >>> [layer] = appended([Layer(np.ones((2, 1)), np.array([3.0]))])
    >>> layer.weights.tolist()
    [[1.0], [1.0], [3.0]]
    """
    found = []
    for i, (weights, biases) in enumerate(layers):
        known = np.zeros(weights.shape[1]) if biases is None else biases
        last = i == len(layers) - 1
        found.append(Layer(append_biases(weights, known, last=last), None))
    return found


def outputs_of(layers: Sequence[Layer], X: np.ndarray, activation: str) -> np.ndarray:
    """What a network says of points, of shape (n_points, n_outputs).

    Examples
    --------
    >>> layers = [Layer(np.array([[1.0, -1.0]]), None), Layer(np.ones((2, 1)), None)]
    >>> outputs_of(layers, np.array([[-3.0]]), "relu").tolist()
    [[3.0]]
    """
    hidden = ACTIVATIONS[activation]
    for i, (weights, biases) in enumerate(layers):
        X = (X if i == 0 else hidden(X)) @ weights
        X = X if biases is None else X + biases
    return X


# Each is 0 at 0, and no steeper than 1, as the bounds need.
ACTIVATIONS: dict[str, Any] = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": np.tanh,
}
