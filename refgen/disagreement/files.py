"""Predictions and labels from .npy, .npz, .csv and .parquet files."""

from __future__ import annotations

import os
import warnings
from typing import Any

import numpy as np

from refgen._files.options import INFER, Options
from refgen._files.paths import suffix_of
from refgen._files.reading import labels_of, read_table
from refgen._files.table import Table
from refgen._label_types import as_labels
from refgen._shown import shown
from refgen.arrays import on_the_host


@on_the_host("files are read by the host; to_device() moves what they hold")
def read_predictions(
    path: str | os.PathLike[str],
    transpose: bool = False,
    header: Any = INFER,
    index_col: Any = INFER,
) -> Any:
    """Predictions of M runs on N points, read from a file.

    Parameters
    ----------
    path : path of a .npy, .npz, .csv or .parquet file
        ``.npz`` holds one array, or one named ``predictions``. ``.csv`` is text in
        UTF-8 with cells between commas; ``.parquet`` needs pyarrow. Cells are numbers,
        booleans or text, as `pandas.DataFrame.to_csv` and ``to_parquet`` write them.
        Labels with leading zeros are text: 01 and 1 are two classes.
    transpose : bool
        False if the file has a row for each run and a column for each point; True if
        it has a row for each point and a column for each run.
    header : 0, None or "infer"
        Whether the first row of a ``.csv`` file holds names (0) or data (None).
    index_col : int, str, list of these, None or "infer"
        Columns, by number from 0 or by name, that hold names of rows, or None. In a
        ``.parquet`` file "infer" leaves out what pandas calls its index.

    Returns
    -------
    array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
        Hard labels, integers or text, or class probabilities (``.npy`` and ``.npz``
        only).

    Raises
    ------
    ValueError
        If the file is missing, no regular file, unreadable, of another kind, ragged,
        empty, of the wrong rank, or holds objects, NaN, empty cells or fractions
        as labels; or if it is doubtful whether a row or column holds names.
    TypeError
        If `path`, `transpose` or `index_col` is of another type.
    ImportError
        For ``.parquet`` without pyarrow.

    Warns
    -----
    UserWarning
        If text and numbers stand side by side, or NA is read as a class.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "runs.csv")
    ...     _ = path.write_text("id,run0,run1\\n17,cat,cat\\n4,dog,cat\\n")
    ...     read_predictions(path, transpose=True).tolist()
    [['cat', 'dog'], ['cat', 'cat']]
    """
    if not isinstance(transpose, bool | np.bool_):
        raise TypeError(f"transpose must be True or False, got {shown(transpose)}")
    table = read_table(path, Options("predictions", header, index_col))
    return predictions_of(_warned(table), transpose)


@on_the_host("files are read by the host; to_device() moves what they hold")
def read_labels(
    path: str | os.PathLike[str], header: Any = INFER, index_col: Any = INFER
) -> Any:
    """True labels of N points: an array of one axis, or a table of one row or column.

    Parameters
    ----------
    path : path of a .npy, .npz, .csv or .parquet file
        As for `read_predictions`; the array of an ``.npz`` is named ``labels``.
    header, index_col
        As for `read_predictions`.

    Returns
    -------
    array of shape (n_points,)

    Raises
    ------
    ValueError, TypeError, ImportError
        As `read_predictions`.

    Warns
    -----
    UserWarning
        As `read_predictions`, or if the first row of a ``.csv`` file of one column is
        0: a label, or the name that pandas gives a column.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder, "labels.npy")
    ...     np.save(path, [0, 1, 1])
    ...     read_labels(path).tolist()
    [0, 1, 1]
    """
    options = Options("labels", header, index_col)
    table = _warned(read_table(path, options))
    labels = labels_of(table)
    if options.header == INFER and _perhaps_named_0(table):
        warnings.warn(
            f"{table.path}: the first row, 0, was read as a label, and may be the name "
            "that pandas gives a column; pass header=0 (a name) or header=None (a "
            "label)",
            stacklevel=2,
        )
    return labels


def predictions_of(table: Table, transpose: bool) -> np.ndarray:
    """A table's array with the axes runs, points and, for probabilities, classes.

    Raises
    ------
    ValueError
        If it has another number of axes, or holds fractions as labels.
    """
    array = table.array
    if array.ndim not in (2, 3):
        raise ValueError(
            f"{table.path}: predictions must have shape (n_runs, n_points) or (n_runs, "
            f"n_points, n_classes), got {array.shape}"
        )
    if array.ndim == 2:
        array = as_labels(f"{table.path}: predictions", array)
    return np.ascontiguousarray(array.swapaxes(0, 1)) if transpose else array


def _perhaps_named_0(table: Table) -> bool:
    """Whether the only column of a .csv file, with no names, starts with 0."""
    array = table.array
    is_column = array.ndim == 2 and array.shape[1] == 1 and array.dtype.kind in "iu"
    is_bare = table.names == (None, None) and suffix_of(table.path) == ".csv"
    return bool(is_bare and is_column and len(array) > 1 and array[0, 0] == 0)


def _warned(table: Table) -> Table:
    for doubt in table.doubts:
        warnings.warn(f"{table.path}: {doubt}", stacklevel=3)
    return table
