"""Predictions and labels from .npy, .npz, .csv and .parquet files."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from refgen.arrays import on_the_host
from refgen.disagreement._tables import corrupt, read_csv, read_parquet


@on_the_host("files are read by the host; to_device() moves what they hold")
def read_predictions(path: str | os.PathLike[str], transpose: bool = False) -> Any:
    """Predictions of M runs on N points, read from a file.

    Parameters
    ----------
    path : path of a .npy, .npz, .csv or .parquet file
        ``.npz`` holds one array, or one named ``predictions``. ``.csv`` has no header,
        one row per run, cells separated by commas; all cells are read as integers if
        possible, else as numbers, else as text. ``.parquet`` has one row per run
        and one column per point, and needs pyarrow; pandas' index is left out.
    transpose : bool
        Whether the file's rows are points and its columns runs.

    Returns
    -------
    array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
        Hard labels, or class probabilities (``.npy`` and ``.npz`` only).

    Raises
    ------
    ValueError
        If the file is missing, unreadable, of another kind, ragged, empty, of the
        wrong rank, has a header row, or holds objects, NaN or empty cells.
    ImportError
        For ``.parquet`` without pyarrow.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "runs.csv")
    ...     _ = path.write_text("cat,dog\\ncat,cat\\n")
    ...     read_predictions(path).tolist()
    [['cat', 'dog'], ['cat', 'cat']]
    """
    array = _read(Path(path), "predictions")
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{path}: predictions must have shape (n_runs, n_points) or (n_runs, "
            f"n_points, n_classes), got {array.shape}"
        )
    return np.ascontiguousarray(array.swapaxes(0, 1)) if transpose else array


@on_the_host("files are read by the host; to_device() moves what they hold")
def read_labels(path: str | os.PathLike[str]) -> Any:
    """True labels of N points: an array of one axis, or a table of one row or column.

    Parameters
    ----------
    path : path of a .npy, .npz, .csv or .parquet file
        As for `read_predictions`; the array of an ``.npz`` is named ``labels``.

    Returns
    -------
    array of shape (n_points,)

    Raises
    ------
    ValueError, ImportError
        As `read_predictions`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels.npy")
    ...     np.save(path, [0, 1, 1])
    ...     read_labels(path).tolist()
    [0, 1, 1]
    """
    array = _read(Path(path), "labels")
    if array.size != max(array.shape, default=0):
        raise ValueError(
            f"{path}: labels must have shape (n_points,), or be a table of one row or "
            f"one column, got {array.shape}"
        )
    return array.ravel()


def _read(path: Path, name: str) -> np.ndarray:
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise ValueError(
            f"{path}: unknown kind of file {path.suffix!r}; "
            f"give one of {', '.join(_READERS)}"
        )
    if path.is_dir():
        raise ValueError(f"{path} is a directory; give the file itself")
    try:
        array = reader(path, name)
    except FileNotFoundError as error:
        raise ValueError(f"{path}: no such file; check the path") from error
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"{path}: cannot be read ({reason})") from error
    return _checked(path, array)


def _checked(path: Path, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8")
    if array.dtype.kind not in "biufU":
        raise ValueError(
            f"{path}: holds dtype {array.dtype}; save numbers or text, "
            "for example array.astype(int) or array.astype(str)"
        )
    if array.size == 0:
        raise ValueError(
            f"{path}: is empty (shape {array.shape}); give at least one point"
        )
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError(
            f"{path}: holds NaN or infinity; drop or re-predict those points"
        )
    return array


def _read_npy(path: Path, name: str) -> np.ndarray:
    with path.open("rb") as file:
        try:
            return np.lib.format.read_array(file, allow_pickle=False)
        except (ValueError, EOFError, MemoryError) as error:
            raise corrupt(path, error) from error


def _read_npz(path: Path, name: str) -> np.ndarray:
    with path.open("rb") as file:
        try:
            # np.load would try to unpickle a file that is not a zip.
            with zipfile.ZipFile(file):
                file.seek(0)
            with np.load(file, allow_pickle=False) as archive:
                return archive[_key(path, archive.files, name)]
        except (zipfile.BadZipFile, EOFError, MemoryError) as error:
            raise corrupt(path, error) from error
        except ValueError as error:
            if str(error).startswith(str(path)):
                raise
            raise corrupt(path, error) from error


def _key(path: Path, keys: list[str], name: str) -> str:
    if name in keys:
        return name
    if len(keys) != 1:
        raise ValueError(
            f"{path}: holds the arrays {sorted(keys)}; save one array, "
            f"or name it {name!r}"
        )
    return keys[0]


_READERS: dict[str, Callable[[Path, str], np.ndarray]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": read_csv,
    ".parquet": read_parquet,
}
