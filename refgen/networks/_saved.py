"""Ensembles in files of plain arrays."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.kernels.networks import n_parameters
from refgen.networks._architecture import Architecture
from refgen.networks._members import OUTCOMES
from refgen.networks._task import Task
from refgen.networks.ensemble import Ensemble
from refgen.networks.two_layer import FIELDS, TwoLayerNetworks

# Raised when what files hold changes.
_FORMAT = 1

_NETWORKS = ("networks", "initial")
_ARRAYS = ("loss_curves", "n_epochs", "status", "velocity")


def write(ensemble: Ensemble, path: Any) -> None:
    """Write an ensemble; a file of this name is replaced when the new one is complete.

    Examples
    --------
    >>> from refgen.networks import train
    >>> from refgen.random import Stream
    >>> write(train([[0.0], [1.0]], [0, 1], Stream(0), n_epochs=1), os.devnull)
    Traceback (most recent call last):
    ValueError: path is no name of a file: '/dev/null'
    """
    refuse_device(ensemble)
    place = Path(path)
    if place.exists() and not place.is_file():
        raise ValueError(f"path is no name of a file: {str(path)!r}")
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **_contents(ensemble))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def refuse_device(ensemble: Ensemble) -> None:
    """Refuse arrays on a device: nothing is moved silently.

    Examples
    --------
    >>> from refgen.networks import train
    >>> from refgen.random import Stream
    >>> refuse_device(train([[0.0], [1.0]], [0, 1], Stream(0), n_epochs=1))
    """
    if namespace(ensemble.status) is not np:
        raise TypeError(
            "the ensemble is on a device; bring it to the host first, with "
            "refgen_gpu.arrays.to_host(ensemble)"
        )


def _contents(ensemble: Ensemble) -> dict[str, Any]:
    a, task = ensemble.networks.architecture, ensemble.task
    found = {
        f"{which}.{name}": getattr(getattr(ensemble, which), name)
        for which in _NETWORKS
        for name in FIELDS
    }
    found |= {name: np.asarray(getattr(ensemble, name)) for name in _ARRAYS}
    found |= {
        "format": np.array(_FORMAT),
        "activation": np.array(a.activation),
        "scales": np.array([a.hidden_scale, a.output_scale]),
        "loss": np.array(task.loss),
    }
    return (
        found if task.classes is None else found | {"classes": np.array(task.classes)}
    )


def read(path: Any) -> Ensemble:
    """The ensemble in a file.

    Raises
    ------
    FileNotFoundError
        If there is no file.
    ValueError
        If it holds no ensemble.

    Examples
    --------
    >>> read(os.devnull)
    Traceback (most recent call last):
    ValueError: path: /dev/null is no file that Ensemble.save wrote
    """
    refused = f"path: {os.fspath(path)} is no file that Ensemble.save wrote"
    try:
        with np.load(path, allow_pickle=False) as file:
            given = dict(file)
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(refused) from error
    except TypeError:  # a bare array is no mapping
        raise ValueError(refused) from None
    try:
        form = int(given["format"])
        if form != _FORMAT:
            raise ValueError(
                f"it has the format {form}, and this version reads {_FORMAT}"
            )
        return _ensemble(given)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"{refused}: {error}") from error


def _ensemble(given: dict[str, Any]) -> Ensemble:
    inner, outer = map(float, given["scales"])
    architecture: Any = Architecture(str(given["activation"]), inner, outer)  # type: ignore[arg-type]
    trained, initial = (_networks(given, which, architecture) for which in _NETWORKS)
    batch, sizes = trained.batch_shape, trained._sizes()[:3]
    if initial.batch_shape != batch or initial._sizes()[:3] != sizes:
        raise ValueError("weights before and after training have different shapes")
    shapes = ((*batch, given["loss_curves"].shape[-1]), batch, batch,
              (*batch, n_parameters(*sizes)))  # fmt: skip
    for name, shape in zip(_ARRAYS, shapes, strict=True):
        wanted = "i" if name in ("n_epochs", "status") else "f"
        if given[name].shape != shape or given[name].dtype.kind != wanted:
            raise ValueError(f"{name} has another shape or type than it must have")
    if not np.isin(given["status"], range(len(OUTCOMES))).all():
        raise ValueError("status holds what is no outcome")
    classes = given.get("classes")
    return Ensemble.trusted(
        networks=trained,
        initial=initial,
        **{name: given[name] for name in _ARRAYS},
        task=Task(str(given["loss"]), classes),
    )


def _networks(given: dict[str, Any], which: str, architecture: Any) -> TwoLayerNetworks:
    """Checked in shape and type; weights of a member that diverged are not finite."""
    arrays = {name: given[f"{which}.{name}"] for name in FIELDS}
    TwoLayerNetworks(
        **{name: np.nan_to_num(array) for name, array in arrays.items()},
        architecture=architecture,
    )
    return TwoLayerNetworks.trusted(**arrays, architecture=architecture)
