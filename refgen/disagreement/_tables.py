"""Tables in .csv and .parquet files as arrays."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np


def corrupt(path: Path, error: Exception) -> ValueError:
    """The error for a file that the reader of its format rejects."""
    if "bject arrays" in str(error):
        return ValueError(
            f"{path}: holds Python objects (dtype object); save numbers or text, for "
            "example array.astype(int) or array.astype(str)"
        )
    kind = path.suffix.lower()
    return ValueError(f"{path}: not a whole {kind} file ({error}); write it anew")


def read_csv(path: Path, name: str) -> np.ndarray:
    """The cells of a .csv file without header: integers, floats or text."""
    try:
        # One compact text array per row: a list of str costs ten times as much.
        rows = list(_csv_rows(path))
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 text ({error.reason})") from error
    except csv.Error as error:
        raise corrupt(path, error) from error
    if not rows:
        raise ValueError(f"{path}: is empty; give at least one row")
    table = np.stack(rows)
    _check_separator(path, table)
    values = _as_numbers(table)
    is_text = values.dtype.kind == "U"
    if is_text and len(table) > 1 and _as_numbers(table[1:]).dtype.kind != "U":
        raise ValueError(
            f"{path}: row 1 looks like a header (text above numbers); remove it, "
            "every row is one run"
        )
    return values


def _csv_rows(path: Path) -> Iterator[np.ndarray]:
    expected: int | None = None
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        for cells in reader:
            if not cells:
                continue
            number, expected = reader.line_num, expected or len(cells)
            if len(cells) != expected:
                raise ValueError(
                    f"{path}: row {number} has {len(cells)} cell(s) where the rows "
                    f"before have {expected}; every row must have as many"
                )
            row = np.char.strip(np.array(cells, dtype=str))
            if (row == "").any():
                column = int(np.argmax(row == "")) + 1
                raise ValueError(f"{path}: row {number}, column {column} is empty")
            yield row


def _check_separator(path: Path, table: np.ndarray) -> None:
    for separator in ";\t":
        if table.shape[1] == 1 and (np.char.find(table, separator) > 0).all():
            raise ValueError(
                f"{path}: cells are separated by {separator!r}; use commas"
            )


def _as_numbers(table: np.ndarray) -> np.ndarray:
    # Python's int() skips underscores, which would merge the classes 1_0 and 10;
    # integers beyond 64 bits would merge as floats. Both stay text.
    if (np.char.find(table, "_") >= 0).any():
        return table
    try:
        return table.astype(np.int64)
    except OverflowError:
        return table
    except ValueError:
        pass
    try:
        return table.astype(np.float64)
    except ValueError:
        return table


def read_parquet(path: Path, name: str) -> np.ndarray:
    """The columns of a .parquet file, without pandas' index."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            f"{path}: reading .parquet needs pyarrow: pip install refgen[parquet]"
        ) from error
    with path.open("rb") as file:
        try:
            table = pyarrow.parquet.read_table(file)
        except (pyarrow.ArrowException, OSError) as error:
            raise corrupt(path, error) from error
    columns = {
        title: _column(path, title, column)
        for title, column in zip(table.column_names, table.columns, strict=True)
        if not re.fullmatch(r"__index_level_\d+__", title)
    }
    if not columns:
        raise ValueError(f"{path}: is empty; give at least one column")
    if len({array.dtype.kind == "U" for array in columns.values()}) > 1:
        raise ValueError(f"{path}: mixes text and number columns; encode them alike")
    return np.column_stack(list(columns.values()))


def _column(path: Path, title: str, column: Any) -> np.ndarray:
    if column.null_count:
        raise ValueError(f"{path}: column {title!r} has {column.null_count} null(s)")
    if hasattr(column.type, "value_type") and hasattr(column.type, "index_type"):
        column = column.cast(column.type.value_type)
    array = column.to_numpy()
    # Arrow returns text as Python objects.
    if "string" in str(column.type):
        return array.astype(str)
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"{path}: column {title!r} holds {column.type}; give numbers or text"
        )
    return array
