"""Where training begins: at random networks, given ones, or earlier training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._objects import check_instance
from refgen._shown import shown
from refgen.arrays import namespace
from refgen.networks._data import Data
from refgen.networks._packing import pack
from refgen.networks.ensemble import OUTCOMES, Ensemble, Task
from refgen.networks.initialization import initial_networks
from refgen.networks.two_layer import TwoLayerNetworks


@dataclass
class State:
    """What training changes; arrays have a row for each member.

    Attributes
    ----------
    theta, velocity : arrays of shape (n_members, n_parameters)
    status, epochs : int64 arrays of shape (n_members,)
    losses : array of shape (n_members, n_epochs)
    """

    theta: Any
    velocity: Any
    status: Any
    epochs: Any
    losses: Any

    @property
    def arrays(self) -> dict[str, Any]:
        """All of them by name."""
        return dict(vars(self))

    def copy(self) -> State:
        """The same, sharing nothing."""
        return State(**{name: array.copy() for name, array in self.arrays.items()})


def fresh_state(initial: TwoLayerNetworks) -> State:
    """The state before the first epoch."""
    theta = pack(initial)
    xp, n = namespace(theta), len(theta)
    status, epochs = (xp.zeros(n, dtype=np.int64) for _ in range(2))
    return State(theta, xp.zeros_like(theta), status, epochs, xp.zeros((n, 0)))


def continued_state(resume: Ensemble) -> State:
    """The state in which earlier training ended; nothing is shared with it."""
    return State(
        pack(resume.networks),
        resume.velocity.copy(),
        _status_of_kernels(resume),
        resume.n_epochs.copy(),
        resume.loss_curves.copy(),
    )


def _status_of_kernels(resume: Ensemble) -> Any:
    """Without what was found only at the end: weights that overflowed in the last step.

    Kernels see it in the next epoch, as they would have done without a stop.
    """
    status, curves = resume.status.copy(), resume.loss_curves
    if curves.shape[1]:
        xp = namespace(curves)
        place = xp.maximum(resume.n_epochs - 1, 0)[:, None]
        last = xp.take_along_axis(curves, place, axis=1)[:, 0]
        is_unseen = (status == OUTCOMES.index("diverged")) & xp.isfinite(last)
        status[is_unseen] = 0
    return status


def first_networks(given: dict[str, Any], data: Data, n_members: int) -> Any:
    """The networks that training starts from, of shape (n_members,).

    Raises
    ------
    TypeError, ValueError
        If networks are given that do not fit the data, or are elsewhere.
    """
    xp = namespace(data.points)
    if given["initial"] is not None:
        networks = _checked(given, data)
    else:
        shared = given["vary"] == "order"
        networks = initial_networks(
            given["stream"],
            data.n_features,
            given["n_hidden"],
            data.n_outputs,
            n_members=1 if shared else n_members,
            activation=given["activation"],
            scaling=given["scaling"],
            initialization=given["initialization"],
        )
    if namespace(networks.output_biases) is not xp:
        name = "stream" if given["initial"] is None else "initial"
        raise TypeError(
            f"{name} and X are not in one place: one is on the host, the other on a "
            "device; take the stream of refgen_gpu.random for data on a device"
        )
    return _repeated(networks, n_members, xp)


def _checked(given: dict[str, Any], data: Data) -> TwoLayerNetworks:
    networks = check_instance("initial", given["initial"], TwoLayerNetworks)
    found = networks.n_features, networks.n_outputs
    if found != (data.n_features, data.n_outputs):
        raise ValueError(
            f"initial has networks of {found[0]} features and {found[1]} outputs, and "
            f"X and y are for {data.n_features} and {data.n_outputs}"
        )
    theta = pack(networks)
    if not bool(namespace(theta).isfinite(theta).all()):
        raise ValueError("initial holds NaN or infinity; start from finite weights")
    return networks


def _repeated(networks: TwoLayerNetworks, n_members: int, xp: Any) -> Any:
    """Networks of shape (n_members,) from as many, or from one."""
    shape = networks.batch_shape
    if shape not in ((), (1,), (n_members,)):
        raise ValueError(
            f"initial has networks of shape {shape}, for n_members={n_members}; give "
            "one for each member, or one for all"
        )
    if shape == ():
        networks = networks.map(lambda array: array[None])
    if len(networks.output_biases) == n_members:
        return networks
    return networks.map(lambda array: xp.concatenate([array] * n_members))


def _counted(shape: tuple[int, ...]) -> str:
    """How many members there are, in words."""
    if not shape:
        return "one member without an axis of members"
    return f"{shape[0]} member(s)" if len(shape) == 1 else f"members of shape {shape}"


def checked_resume(given: dict[str, Any], data: Data, n_members: int) -> Ensemble:
    """Earlier training that is to go on.

    Raises
    ------
    TypeError, ValueError
        If it is not of the same members, sizes and loss, or is elsewhere.
    """
    resume = check_instance("resume", given["resume"], Ensemble)
    if given["initial"] is not None:
        raise ValueError("initial and resume exclude each other; give one of them")
    networks, task = resume.networks, Task(given["loss"], data.classes)
    if networks.batch_shape != (n_members,):
        raise ValueError(
            f"resume has {_counted(networks.batch_shape)}, for n_members={n_members}; "
            "give as many, in an ensemble such as ensemble[:1] of one"
        )
    found = networks.n_features, networks.n_outputs
    wanted = data.n_features, data.n_outputs
    if found != wanted:
        raise ValueError(
            f"resume has networks of {found[0]} features and {found[1]} outputs, and X "
            f"and y are for {wanted[0]} and {wanted[1]}"
        )
    if resume.task != task:
        raise ValueError(
            f"resume was trained for {shown(resume.task)}, and loss and y are for "
            f"{shown(task)}; give the same"
        )
    if namespace(networks.output_biases) is not namespace(data.points):
        raise TypeError(
            "resume and X are not in one place: one is on the host, the other on a "
            "device; move one of them"
        )
    return resume
