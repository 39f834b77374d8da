"""Training on disk: written as it goes, so that it may be stopped at any time."""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import io
import json
import os
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from refgen._shown import listed, shown
from refgen.arrays import namespace, package_of
from refgen.networks._reports import warn
from refgen.networks._run import Run
from refgen.networks._start import State

# The layout of files; another one has another name.
_LAYOUT = "refgen networks 1"
# Seconds between two writings.
_SECONDS = 30.0

_BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def _on_host(array: Any) -> np.ndarray:
    found: np.ndarray = importlib.import_module(f"{package_of(array)}.arrays").to_host(
        array
    )
    return found


def prints(run: Run, state: State, classes: Any) -> dict[str, str]:
    """A digest of every argument that decides what training does.

    That is, of all but the number of epochs; from the state before training.

    Parameters
    ----------
    run : Run
    state : State
    classes : array or None
    """
    data, plan = run.data, run.settings
    named = " or ".join(map(str, () if classes is None else classes.tolist()))
    parts = {
        "X": [data.points],
        "y": [data.targets, named],
        "sample_weight": [data.weights],
        "rows": [data.rows, data.counts, data.shifts],
        "stream, vary or shuffle": [run.replicates, run.key],
        "initial or resume": [state.theta, state.velocity, state.epochs],
        "activation, loss or scaling": [str(run.architecture)],
        "batch_size": [plan.batches],
        "step_size, scaling, bias or train_hidden": [plan.steps],
        "momentum, weight_decay or sam_radius": [plan.rules],
        "stop_loss, stop_margin or stop_share": [plan.stops],
    }
    return {name: _digest(held) for name, held in parts.items()}


def _arrays(file: Any) -> dict[str, np.ndarray]:
    loaded = np.load(file, allow_pickle=False)
    if isinstance(loaded, np.ndarray):
        raise ValueError("one array")
    with loaded:
        return {name: loaded[name] for name in loaded.files}


def _digest(held: list[Any]) -> str:
    digest = hashlib.blake2b(digest_size=16)
    for part in held:
        if isinstance(part, str):
            digest.update(part.encode())
            continue
        array = np.ascontiguousarray(_on_host(part))
        digest.update(f"{array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


class Checkpoint:
    """A file with the state of a training.

    Parameters
    ----------
    path : str or path
    known : dict
        The `prints` of this training.

    Raises
    ------
    TypeError
        If `path` is no path.
    """

    def __init__(self, path: Any, known: dict[str, str]) -> None:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"checkpoint must be the name of a file, got {shown(path)}")
        self.path = Path(os.fsdecode(path))
        self.prints = known
        self._written = -np.inf
        self._is_told = False

    def start(self, state: State) -> None:
        """Take over the state in the file; without a file write the first one.

        Raises
        ------
        ValueError
            If the file cannot be read or written, or is that of another training.
        """
        if not self.path.exists():
            try:
                self._write(state)
            except OSError as error:
                raise ValueError(
                    f"checkpoint cannot be written ({error.strerror or error}): "
                    f"{self.path}"
                ) from error
            return
        found = self._read()
        xp = namespace(state.theta)
        for name in state.arrays:
            setattr(state, name, xp.asarray(found[name]))
        self._written = time.monotonic()

    def _read(self) -> dict[str, np.ndarray]:
        try:
            with self.path.open("rb") as file:
                found = _arrays(file)
            known = json.loads(str(found.pop("about")))
            if known.pop("layout") != _LAYOUT:
                raise ValueError("another layout")
        except _BROKEN as error:
            raise ValueError(
                f"checkpoint is no file that train has written ({shown(error)}): "
                f"{self.path}; give another name, or delete it"
            ) from error
        other = [name for name in self.prints if known.get(name) != self.prints[name]]
        if other:
            raise ValueError(
                f"checkpoint is of another training, with another "
                f"{listed(other, show=str)}: {self.path}; give the same arguments, or "
                "another name"
            )
        return found

    def save(self, state: State, *, now: bool = False) -> None:
        """Write the file if it is time; one that cannot be written is told once."""
        if not now and time.monotonic() - self._written < _SECONDS:
            return
        try:
            self._write(state)
        except OSError as error:
            if not self._is_told:
                self._is_told = True
                warn(
                    f"checkpoint could not be written ({error.strerror or error}); "
                    f"{self.path} is as it was before, and training goes on"
                )

    def _write(self, state: State) -> None:
        """Put a complete file in the place of the last one."""
        about = json.dumps({"layout": _LAYOUT, **self.prints})
        arrays = {name: _on_host(array) for name, array in state.arrays.items()}
        text = io.BytesIO()
        np.savez(text, **{"about": np.array(about), **arrays})  # type: ignore[arg-type]
        hidden = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            with hidden.open("wb") as file:
                file.write(text.getbuffer())
                file.flush()
                os.fsync(file.fileno())
            os.replace(hidden, self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                hidden.unlink(missing_ok=True)
            raise
        self._written = time.monotonic()
