"""Derivatives by all parameters, at each point."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from refgen.arrays import Instance, namespace
from refgen.networks._norms import frobenius_norm, length


@dataclass(frozen=True, repr=False)
class Gradients(Instance):
    """Derivatives by the parameters of networks, at each point.

    Attributes
    ----------
    hidden_weights : array of shape (..., n_points, n_features, n_hidden)
    hidden_biases : array of shape (..., n_points, n_hidden)
    output_weights : array of shape (..., n_points, n_hidden, n_outputs)
    output_biases : array of shape (..., n_points, n_outputs)
    """

    hidden_weights: Any
    hidden_biases: Any
    output_weights: Any
    output_biases: Any

    def rows(self) -> Any:
        """All of them in a row for each point, in the order of the fields.

        Returns
        -------
        array of shape (..., n_points, n_parameters)
        """
        lead = self.hidden_biases.shape[:-1]
        parts = [getattr(self, f.name).reshape(*lead, -1) for f in fields(self)]
        return namespace(*parts).concatenate(parts, axis=-1)

    def norms(self) -> Any:
        """The length of the gradient at each point, of shape (..., n_points)."""
        parts = [
            frobenius_norm(self.hidden_weights),
            length(self.hidden_biases),
            frobenius_norm(self.output_weights),
            length(self.output_biases),
        ]
        return length(namespace(*parts).stack(parts, axis=-1))


def pulled_back(networks: Any, X: Any, hidden: Any, slopes: Any) -> Gradients:
    """Gradients of Σⱼ slopesⱼ fⱼ, from points, what neurons say there, and slopes.

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.networks import TwoLayerNetworks
    >>> one = TwoLayerNetworks([[2.0]], [0.0], [[3.0]], [0.0])  # 3 max(2x, 0)
    >>> X = np.array([[5.0]])
    >>> pulled_back(one, X, one.hidden(X), np.ones((1, 1))).rows().tolist()
    [[15.0, 3.0, 10.0, 1.0]]
    """
    a = networks.architecture
    outer = a.output_scale * slopes
    inner = outer @ networks.output_weights.swapaxes(-1, -2)
    inner = inner * _steepness(hidden, a.activation)
    return Gradients(
        hidden_weights=(a.hidden_scale * X)[..., :, None] * inner[..., None, :],
        hidden_biases=inner,
        output_weights=hidden[..., :, None] * outer[..., None, :],
        output_biases=namespace(inner).broadcast_to(
            slopes, (*inner.shape[:-1], slopes.shape[-1])
        ),
    )


def _steepness(hidden: Any, activation: str) -> Any:
    """σ′, known from what neurons say; at the kink of ReLU it is 0, as in training."""
    if activation == "relu":
        return hidden > 0
    if activation == "tanh":
        return 1.0 - hidden * hidden
    return hidden if activation == "exponential" else 1.0
