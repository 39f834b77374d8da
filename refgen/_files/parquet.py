"""Tables in .parquet files, with what pandas wrote about their index."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from refgen._files.cells import Cells
from refgen._files.options import INFER, Options
from refgen._files.table import Table, table_of

# Runs of equal labels take next to no space.
_HARMLESS = 2**28
_USUAL_RATIO = 1000


def read_parquet(path: Path, options: Options) -> Table:
    """The columns of a .parquet file, without those that pandas calls its index.

    Raises
    ------
    ValueError
        If it is not whole, or a column holds nulls, or neither numbers nor text.
    ImportError
        Without pyarrow.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ImportError(
            "reading .parquet needs pyarrow: pip install refgen[parquet]"
        ) from error
    if options.header != INFER:
        raise ValueError("is no .csv file: its columns have names; leave out header")
    try:
        with path.open("rb") as file:
            content = pyarrow.parquet.ParquetFile(file)
            _check_size(path, content.metadata)
            table = content.read()
    except (pyarrow.ArrowException, OSError) as error:
        raise ValueError(
            f"not a whole .parquet file ({error}); write it anew"
        ) from error
    index = _index_of_pandas(table)
    # Names may occur twice.
    chosen = [j for j, name in enumerate(table.column_names) if name not in index]
    names = [table.column_names[j] for j in chosen]
    if not names:
        raise ValueError("is empty; give at least one column")
    options = options.without(index)
    asked = () if options.index_col == INFER else options.index_col
    are_keys = [j in asked or name in asked for j, name in enumerate(names)]
    cells = _cells([table.column(j) for j in chosen], names, are_keys)
    numbers = list(range(1, len(cells.codes) + 1))
    read = table_of(cells, names, options, numbers, _note(index))
    return read if not index else _named(read, table, index)


def _check_size(path: Path, metadata: Any) -> None:
    n_cells, n_bytes = metadata.num_rows * metadata.num_columns, path.stat().st_size
    if n_cells > max(_HARMLESS, _USUAL_RATIO * n_bytes):
        raise ValueError(
            f"would unpack to {n_cells:,} cells from {n_bytes:,} bytes; save an array "
            "in a .npy file"
        )


def _index_of_pandas(table: Any) -> list[str]:
    """Names of the columns that hold the index; a counter is no column."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
        known = json.loads(table.schema.metadata[b"pandas"])["index_columns"]
        return [name for name in known if name in table.column_names]
    return []


def _note(index: list[str]) -> tuple[str, ...]:
    named = [name for name in index if not name.startswith("__index_level_")]
    if not index:
        return ()
    what = f" ({', '.join(map(repr, named))})" if named else ""
    return (f"index of pandas{what} left out",)


def _named(read: Table, table: Any, index: list[str]) -> Table:
    columns = [map(str, table.column(name).to_pylist()) for name in index]
    rows = [" ".join(key) for key in zip(*columns, strict=True)]
    return Table(read.array, read.notes, read.doubts, (rows, read.names[1]))


def _cells(columns: list[Any], names: list[str], are_keys: list[bool]) -> Cells:
    words: dict[Any, int] = {}
    codes = []
    for name, column, is_key in zip(names, columns, are_keys, strict=True):
        column, encoded = _encoded(name, column, is_key)
        # True and 1, or 1 and 1.0, are equal keys in Python.
        places = [
            words.setdefault((type(value), value), len(words)) for value in column
        ]
        codes.append(np.array(places, np.int32)[encoded])
    return Cells(np.column_stack(codes), [value for _, value in words], is_text=False)


def _encoded(name: str, column: Any, is_key: bool) -> tuple[list[Any], np.ndarray]:
    """The distinct values of a column, and the place of each cell among them."""
    if not is_key:
        column = _of_labels(name, column)
    coded = column.combine_chunks().dictionary_encode("encode")
    values = coded.dictionary.to_pylist()
    return list(map(str, values)) if is_key else values, coded.indices.to_numpy()


def _of_labels(name: str, column: Any) -> Any:
    """A column of numbers, booleans or text, without holes."""
    from pyarrow import types

    if column.null_count:
        raise ValueError(
            f"column {name!r} has {column.null_count} null(s); drop or replace "
            "those points"
        )
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    is_text = types.is_string(kind) or types.is_large_string(kind)
    is_number = types.is_integer(kind) or types.is_floating(kind)
    # pyarrow 15 does not know this type.
    if not (
        is_text or is_number or types.is_boolean(kind) or str(kind) == "string_view"
    ):
        raise ValueError(
            f"column {name!r} holds {kind}; give numbers or text, or leave it out by "
            f"--index-col {name}"
        )
    return column
