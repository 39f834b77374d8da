"""Parameters of a network as one row, as kernels take them, and back."""

from __future__ import annotations

import math
from typing import Any

from refgen.arrays import namespace
from refgen.kernels.packed import n_parameters, padded


def _blocks(d: int, h: int, k: int) -> list[tuple[str, int, int]]:
    """Names of the parts of a row, each with its rows and columns."""
    return [
        ("hidden_weights", d, h),
        ("hidden_biases", 1, h),
        ("output_weights", h, k),
        ("output_biases", 1, k),
    ]


def pack(networks: Any) -> Any:
    """Rows of shape (n_networks, n_parameters), with zeros that fill up rows.

    Examples
    --------
    >>> from refgen.networks import TwoLayerNetworks
    >>> pack(TwoLayerNetworks([[1.0]], [2.0], [[3.0]], [4.0]))[0, ::8].tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    xp = namespace(networks.hidden_weights)
    d, h, k = networks.n_features, networks.n_hidden, networks.n_outputs
    theta = xp.zeros((math.prod(networks.batch_shape), n_parameters(d, h, k)))
    at = 0
    for name, n_rows, n_columns in _blocks(d, h, k):
        size = n_rows * padded(n_columns)
        part = theta[:, at : at + size].reshape(-1, n_rows, padded(n_columns))
        part[:, :, :n_columns] = getattr(networks, name).reshape(-1, n_rows, n_columns)
        theta[:, at : at + size] = part.reshape(len(theta), size)
        at += size
    return theta


def unpack(theta: Any, d: int, h: int, k: int) -> dict[str, Any]:
    """The fields of networks from rows of shape (n_networks, n_parameters).

    Examples
    --------
    >>> import numpy as np
    >>> unpack(np.arange(32.0)[None], 1, 1, 1)["output_weights"].tolist()
    [[[16.0]]]
    """
    fields, at = {}, 0
    for name, n_rows, n_columns in _blocks(d, h, k):
        size = n_rows * padded(n_columns)
        part = theta[:, at : at + size].reshape(-1, n_rows, padded(n_columns))
        own = part[:, :, :n_columns].copy()
        fields[name] = own[:, 0] if name.endswith("biases") else own
        at += size
    return fields
