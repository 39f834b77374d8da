"""A file as a table or as labels, whatever kind of file it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refgen._files.csv_text import read_csv
from refgen._files.npy import read_npy, read_npz
from refgen._files.options import INFER, Options
from refgen._files.parquet import read_parquet
from refgen._files.paths import regular_file, shown_path, suffix_of
from refgen._files.table import Table
from refgen._label_types import as_labels
from refgen._shown import listed, shortened

_SUFFIXES = (".npy", ".npz", ".csv", ".parquet")


def read_table(path: Any, options: Options) -> Table:
    """What a file holds, before its axes are runs and points.

    Raises
    ------
    ValueError, TypeError, ImportError
        If it is missing, unreadable, or holds no array of finite numbers or of text;
        the message starts with the path.
    """
    try:
        table = _read(path, options)
        _check_values(table.array)
    except OSError as error:
        reason = error.strerror or error
        raise ValueError(f"{shown_path(path)}: cannot be read ({reason})") from error
    except ImportError as error:
        raise ImportError(f"{shown_path(path)}: {error}") from error
    except ValueError as error:
        raise ValueError(f"{shown_path(path)}: {error}") from error
    return replace(table, path=shown_path(path))


def labels_of(table: Table) -> np.ndarray:
    """A table's array as labels, shape (n_points,).

    Raises
    ------
    ValueError
        If it is more than one row or column, or holds fractions as labels.
    """
    array, columns = table.array, table.names[1]
    if array.size != max(array.shape, default=0):
        named = "" if columns is None else f" (columns {listed(columns)})"
        raise ValueError(
            f"{table.path}: labels must have shape (n_points,), or be a table of one "
            f"row or one column, got {array.shape}{named}; leave out other columns, or "
            "call them an index: --labels-index-col (in Python: index_col)"
        )
    return as_labels(f"{table.path}: labels", array.ravel())


def _read(path: Any, options: Options) -> Table:
    suffix = suffix_of(path)
    if suffix not in _SUFFIXES:
        raise ValueError(
            f"unknown kind of file {shortened(suffix)!r}; give one of "
            f"{', '.join(_SUFFIXES)}"
        )
    file = regular_file(path)
    if suffix == ".csv":
        return read_csv(file, options)
    if suffix == ".parquet":
        return read_parquet(file, options)
    if options.header != INFER or options.index_col != INFER:
        raise ValueError(
            f"a {suffix} file has no names; leave out header and index_col"
        )
    return Table(read_npy(file) if suffix == ".npy" else read_npz(file, options.name))


def _check_values(array: np.ndarray) -> None:
    if array.dtype.kind not in "biufU":
        raise ValueError(
            f"holds dtype {array.dtype}; save numbers or text, "
            "for example array.astype(int) or array.astype(str)"
        )
    if array.size == 0:
        raise ValueError(f"is empty (shape {array.shape}); give at least one point")
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        raise ValueError("holds NaN or infinity; drop or replace those points")
