"""Biases as weights of a unit that is always 1."""

from __future__ import annotations

from typing import Any

from refgen._estimators.parameters import check_flag
from refgen._matrices import batch_shape
from refgen._numbers import in_one_place
from refgen.arrays import as_floats, namespace


def append_biases(weights: Any, biases: Any, last: bool = False) -> Any:
    """One layer with biases as a layer without: a unit that is always 1 carries them.

    Parameters
    ----------
    weights : array of shape (..., n_inputs, n_outputs)
        W of x ↦ xW + b.
    biases : array of shape (..., n_outputs)
        b.
    last : bool
        Whether the layer gives the outputs of the network. A hidden layer gives one
        more output, which is 1 if the last input is 1, and stays 1 by the activation.

    Returns
    -------
    array of shape (..., n_inputs + 1, n_outputs) or (..., n_inputs + 1, n_outputs + 1)

    Raises
    ------
    ValueError
        If shapes do not fit, or an entry is not finite.

    Notes
    -----
    Bounds by norms are about networks without biases, and so hold for this one, with
    inputs that have a 1 after their last coordinate. Source: derived here, claim UC-65.

    Examples
    --------
    >>> append_biases([[1.0], [2.0]], [3.0], last=False).tolist()
    [[1.0, 0.0], [2.0, 0.0], [3.0, 1.0]]
    """
    check_flag("last", last)
    w, b = in_one_place(
        weights=as_floats("weights", weights, 2), biases=as_floats("biases", biases, 1)
    )
    if b.shape[-1] != w.shape[-1]:
        raise ValueError(
            f"biases must have one number for each of the {w.shape[-1]} outputs of "
            f"weights, got shape {b.shape}"
        )
    batch = batch_shape(weights=w.shape[:-2], biases=b.shape[:-1])
    n_inputs, n_outputs = w.shape[-2:]
    found = namespace(w).zeros((*batch, n_inputs + 1, n_outputs + (not last)))
    found[..., :n_inputs, :n_outputs] = w
    found[..., n_inputs, :n_outputs] = b
    if not last:
        found[..., n_inputs, n_outputs] = 1.0
    return found
