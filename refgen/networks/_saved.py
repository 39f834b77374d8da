"""Ensembles as files of plain arrays."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

import numpy as np

from refgen._shown import shown
from refgen.arrays import namespace
from refgen.networks.two_layer import FIELDS

# Raised when what files hold changes.
FORMAT = 1

NETWORKS = ("networks", "initial")
ARRAYS = ("loss_curves", "n_epochs", "status", "velocity")


def write(ensemble: Any, path: Any) -> None:
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
    place = as_path(path)
    if place.exists() and not place.is_file():
        raise ValueError(f"path is no name of a file: {str(path)!r}")
    if not place.parent.is_dir():
        raise FileNotFoundError(f"path: there is no folder {str(place.parent)!r}")
    hidden = place.with_name(f".{place.name}.{secrets.token_hex(8)}")
    try:
        # Who may read it is as for any new file, which is not so of tempfile's.
        with hidden.open("xb") as file:
            np.savez(file, **_contents(ensemble))
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, place)
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def as_path(path: Any) -> Path:
    """The name of a file.

    Raises
    ------
    TypeError
        If it is neither text nor a path.
    ValueError
        If it is empty.

    Examples
    --------
    >>> as_path("five.npz").name
    'five.npz'
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be the name of a file, got {shown(path)}")
    if not os.fspath(path) or "\0" in str(path):
        raise ValueError(f"path is no name of a file: {str(path)!r}")
    return Path(path)


def refuse_device(ensemble: Any) -> None:
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


def _contents(ensemble: Any) -> dict[str, Any]:
    a, task = ensemble.networks.architecture, ensemble.task
    found = {
        f"{which}.{name}": getattr(getattr(ensemble, which), name)
        for which in NETWORKS
        for name in FIELDS
    }
    found |= {name: np.asarray(getattr(ensemble, name)) for name in ARRAYS}
    found |= {
        "format": np.array(FORMAT),
        "activation": np.array(a.activation),
        "scales": np.array([a.hidden_scale, a.output_scale]),
        "loss": np.array(task.loss),
    }
    return (
        found if task.classes is None else found | {"classes": np.array(task.classes)}
    )
