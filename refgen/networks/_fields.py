"""Checks of what an ensemble is made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import first_of, in_one_place
from refgen._objects import check_instance
from refgen.arrays import plain_array
from refgen.kernels.packed import n_parameters
from refgen.networks._members import OUTCOMES
from refgen.networks._task import Task, task_of
from refgen.networks.two_layer import TwoLayerNetworks

# Kinds of numbers; those of floats may hold NaN, as a member may have diverged.
_KINDS = {"loss_curves": "f", "n_epochs": "i", "status": "i", "velocity": "f"}


def check_initial(initial: Any, networks: TwoLayerNetworks) -> None:
    """Refuse weights before training that do not fit those after it.

    Raises
    ------
    TypeError, ValueError
        If they are of another type, shape or architecture, or elsewhere.

    Examples
    --------
    >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [1.0])
    >>> check_initial(one, one)
    """
    check_instance("initial", initial, TwoLayerNetworks)
    batch = networks.batch_shape
    if initial.batch_shape != batch or initial._sizes() != networks._sizes():
        raise ValueError(
            f"initial has shape {initial.batch_shape} and is {initial._described()}, "
            f"and networks have shape {batch} and are {networks._described()}"
        )
    in_one_place(networks=networks.output_biases, initial=initial.output_biases)


def checked_fields(given: dict[str, Any]) -> dict[str, Any]:
    """The arrays of an ensemble, of the shapes and types that they must have.

    Raises
    ------
    TypeError, ValueError
        If they do not fit together.

    Examples
    --------
    >>> from refgen.networks import Ensemble
    >>> one = TwoLayerNetworks([[1.0]], [0.0], [[2.0]], [1.0])
    >>> made = Ensemble.from_networks(one, loss="squared")
    >>> sorted(checked_fields(vars(made)))
    ['loss_curves', 'n_epochs', 'status', 'velocity']
    """
    networks = check_instance("networks", given["networks"], TwoLayerNetworks)
    check_initial(given["initial"], networks)
    task = given["task"]
    if not isinstance(task, Task):
        raise TypeError("task must be the task of an ensemble; take ensemble.task")
    task_of(task.loss, task.classes, networks.n_outputs)
    arrays = {name: _numbers(name, given[name], kind) for name, kind in _KINDS.items()}
    placed = in_one_place(**arrays, networks=networks.output_biases)
    arrays = dict(zip(arrays, placed, strict=False))
    _check_shapes(arrays, networks)
    status = arrays["status"]
    known = (status >= 0) & (status < len(OUTCOMES))
    if not bool(known.all()):
        raise ValueError(
            f"status must hold 0 to {len(OUTCOMES) - 1}, got {first_of(status, ~known)}"
        )
    return arrays


def _numbers(name: str, value: Any, kind: str) -> Any:
    array = plain_array(name, value)
    known = array.dtype.kind in ("iu" if kind == "i" else "fiu")
    if not known or array.dtype.itemsize > 8:  # which float64 might not hold
        wanted = "integers" if kind == "i" else "numbers of at most 64 bits"
        raise TypeError(f"{name} must hold {wanted}, got dtype {array.dtype}")
    return array.astype(np.int64 if kind == "i" else np.float64, copy=False)


def _check_shapes(arrays: dict[str, Any], networks: TwoLayerNetworks) -> None:
    batch = networks.batch_shape
    size = n_parameters(networks.n_features, networks.n_hidden, networks.n_outputs)
    wanted = {"n_epochs": batch, "status": batch, "velocity": (*batch, size)}
    for name, shape in wanted.items():
        if arrays[name].shape != shape:
            raise ValueError(
                f"{name} must have shape {shape}, as the networks have, got "
                f"{arrays[name].shape}"
            )
    found = arrays["loss_curves"].shape
    if found[:-1] != batch or len(found) != len(batch) + 1:
        raise ValueError(
            f"loss_curves must have shape {batch} and an axis for epochs, got {found}"
        )
