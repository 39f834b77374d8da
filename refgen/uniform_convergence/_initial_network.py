"""Where a network began to learn: weights that are given, drawn again, or 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import is_integer
from refgen.networks import Ensemble
from refgen.uniform_convergence._networks import Layer, layers_of


def reference_layers(
    network: Any, layers: Sequence[Layer], initial: Any
) -> tuple[list[Layer], str]:
    """What distances are measured from, and where it is from, in words."""
    if initial is not None:
        found = layers_of("initial", initial)
        _check_alike(layers, found)
        return found, "the initial weights that were given"
    if isinstance(network, Ensemble):
        return layers_of("network.initial", network.initial), "the initial weights"
    if is_integer(getattr(network, "random_state", None)):
        return _drawn_again(network), "the initial weights, drawn again"
    origin = [
        Layer(np.zeros_like(w), None if b is None else np.zeros_like(b))
        for w, b in layers
    ]
    return origin, "0, as no initial weights were given"


def _check_alike(layers: Sequence[Layer], initial: Sequence[Layer]) -> None:
    shapes = [[w.shape for w, _ in each] for each in (layers, initial)]
    if shapes[0] != shapes[1]:
        raise ValueError(
            f"initial must have layers of the shapes {shapes[0]}, as network has, got "
            f"{shapes[1]}"
        )
    biased = [[b is not None for _, b in each] for each in (layers, initial)]
    if biased[0] != biased[1]:
        raise ValueError(
            "initial must have biases in the layers where network has them"
        )


def _drawn_again(network: Any) -> list[Layer]:
    """The first weights of a fit: those of one step that is too short to be seen."""
    from sklearn.base import clone, is_classifier

    model = clone(network).set_params(
        solver="sgd", learning_rate_init=1e-300, early_stopping=False, verbose=False
    )
    kind, n_features = network.coefs_[0].dtype, network.n_features_in_
    if is_classifier(network):
        rows = np.zeros((len(network.classes_), n_features), kind)
        model.partial_fit(rows, network.classes_, classes=network.classes_)
    else:
        shape = (1, network.n_outputs_) if network.n_outputs_ > 1 else (1,)
        model.partial_fit(np.zeros((1, n_features), kind), np.zeros(shape))
    return layers_of("network", model)
