"""Margins of a network on points whose labels are known."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._label_types import as_labels
from refgen.uniform_convergence._networks import Layer, outputs_of
from refgen.uniform_convergence._trained_networks import own_classes


def network_margins(
    network: Any, layers: Sequence[Layer], X: np.ndarray, y: Any, activation: str
) -> np.ndarray:
    """y·f(x) for one output, or the output of the label minus the largest other one.

    Raises
    ------
    ValueError
        If y has another length than X, or labels that the network does not know.
    """
    outputs = outputs_of(layers, X, activation)
    labels = as_labels("y", y)
    if labels.shape != (len(X),):
        raise ValueError(
            f"y must have one label for each of the {len(X)} rows of X, got shape "
            f"{labels.shape}"
        )
    known = _known_labels(network, outputs.shape[1])
    unknown = ~np.isin(labels, known)
    if unknown.any():
        raise ValueError(
            f"y must hold labels of the network, {known.tolist()}, got "
            f"{labels[unknown].tolist()[0]!r}"
        )
    if outputs.shape[1] == 1:
        return np.where(labels == known[1], 1.0, -1.0) * outputs[:, 0]
    rows, columns = np.arange(len(X)), np.searchsorted(known, labels)
    own = outputs[rows, columns]
    outputs[rows, columns] = -np.inf
    return own - outputs.max(axis=1)


def _known_labels(network: Any, n_outputs: int) -> np.ndarray:
    """Of a classifier its classes; otherwise columns, or -1 and 1 for one output."""
    if hasattr(network, "classes_"):
        if getattr(network, "out_activation_", "softmax") == "logistic" and (
            n_outputs > 1
        ):
            raise ValueError(
                "network knows several labels of one point at once; bounds are about "
                "one label per point"
            )
        known = as_labels("classes of network", network.classes_)
        if len(known) < 2:
            raise ValueError(
                f"network knows one class only, {known.tolist()[0]!r}; train it on two "
                "at least"
            )
        return known
    learned = own_classes(network)
    if learned is not None:
        return as_labels("classes of network", learned)
    return np.array([-1, 1]) if n_outputs == 1 else np.arange(n_outputs)


def margin_reached(margins: np.ndarray, share: float) -> float:
    """The largest margin that at least a share of the points have.

    Examples
    --------
    >>> margin_reached(np.array([1.0, 2.0, 3.0, 4.0]), 0.75)
    2.0
    """
    # Products such as 0.99 · 100 are off by rounding.
    count = int(np.ceil(share * len(margins) * (1 - 1e-12)))
    return float(np.sort(margins)[len(margins) - max(count, 1)])
