"""What a file holds, once it is settled what of it are names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from refgen._files.cells import Cells, complaint
from refgen._files.headings import index_columns
from refgen._files.lines import stranger
from refgen._files.options import INFER, Options


@dataclass(frozen=True)
class Table:
    """An array read from a file.

    Attributes
    ----------
    array : array
        As it stands in the file.
    notes : tuple of str
        What was taken as names, for the user to check.
    doubts : tuple of str
        What may have been read wrongly.
    names : tuple of (list of str, or None)
        Names of the rows and of the columns.
    path : str
        For messages.
    """

    array: np.ndarray
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    names: tuple[list[str] | None, list[str] | None] = (None, None)
    path: str = ""


def table_of(
    cells: Cells,
    names: list[str] | None,
    options: Options,
    row_numbers: list[int],
    notes: tuple[str, ...] = (),
) -> Table:
    """The table without its index.

    Parameters
    ----------
    cells : Cells
        Without the header.
    names : list of str, or None without a header
    options : Options
    row_numbers : list of int
        Of the rows of `cells`, as messages shall call them.
    notes : tuple of str
        What was taken as names before.

    Raises
    ------
    ValueError
        If a cell is missing, or some columns hold text and others numbers.
    """
    index = index_columns(cells, names, options)
    kept = [j for j in range(cells.codes.shape[1]) if j not in index]
    if not kept or not len(cells.codes):
        raise ValueError("is empty; give at least one row and one column of data")
    body = cells.part(slice(None), kept)
    if options.index_col == INFER:
        _refuse_stranger(body, kept, names, options)
    _refuse_holes(body, kept, names, row_numbers, options)
    columns = None if names is None else [names[j] for j in kept]
    return Table(
        body.array(),
        (*notes, *_index_note(index, names), *_codes_note(body)),
        _mixture(body, kept, names, options),
        (_row_names(cells, index) if index else None, columns),
    )


def _row_names(cells: Cells, index: list[int]) -> list[str]:
    keys = cells.codes[:, index].tolist()
    return [" ".join(str(cells.words[code]) for code in key) for key in keys]


def _refuse_holes(
    body: Cells,
    kept: list[int],
    names: list[str] | None,
    row_numbers: list[int],
    options: Options,
) -> None:
    found = complaint(body)
    if found is not None:
        (row, j), why = found
        column = _called(kept[j], names)
        is_corner = names is None and row == kept[j] == 0 and body.word(0, j) == ""
        header = f"; if row 1 holds names, {options.header_hint}" if is_corner else ""
        raise ValueError(f"row {row_numbers[row]}, column {column} {why}{header}")


def _refuse_stranger(
    body: Cells, kept: list[int], names: list[str] | None, options: Options
) -> None:
    column = stranger(body)
    if column is not None:
        raise ValueError(
            f"column {_called(kept[column], names)} shares next to nothing with the "
            f"others and may hold no {options.held}; "
            f"{options.index_hint(kept[column], names)}"
        )


def _called(column: int, names: list[str] | None) -> str:
    """What messages call a column: its name, or its number from 1."""
    return repr(names[column]) if names and names[column] else f"{column + 1}"


def _index_note(index: list[int], names: list[str] | None) -> tuple[str, ...]:
    if not index:
        return ()
    columns = [_called(j, names) for j in index]
    noun = "column" if len(index) == 1 else "columns"
    return (f"{noun} {', '.join(columns)} taken as index",)


def _codes_note(body: Cells) -> tuple[str, ...]:
    kinds = set(body.kinds[body.used])
    return ("numbers with leading zeros read as text",) if kinds == {"n", "c"} else ()


def _mixture(
    body: Cells, kept: list[int], names: list[str] | None, options: Options
) -> tuple[str, ...]:
    """A doubt where text and numbers stand side by side; an error where by columns."""
    kinds = set(body.kinds[body.used])
    if kinds == {"n", "b"}:
        header = f", or {options.header_hint}" if names is None else ""
        raise ValueError(
            f"some cells hold True or False, others numbers; encode alike{header}"
        )
    is_number = np.isin(body.kinds, list("nb"))[body.codes]
    if is_number.all() or not is_number.any() or kinds == {"n", "c"}:
        return _perhaps_missing(body)
    word = body.word(*np.argwhere(~is_number)[0])
    number = body.word(*np.argwhere(is_number)[0])
    if (is_number == is_number[:1]).all():
        column = int((is_number[0] != (is_number[0].mean() > 0.5)).argmax())
        raise ValueError(
            f"some columns hold text ({word!r}) and others numbers ({number!r}); "
            f"encode them alike, or leave out what is no data: "
            f"{options.index_hint(kept[column], names)}"
        )
    if (is_number == is_number[:, :1]).all() and options.header == INFER:
        raise ValueError(
            f"some rows hold text ({word!r}) and others numbers ({number!r}); encode "
            f"them alike, or say which are names: {options.header_hint}"
        )
    return (
        f"cells hold text ({word!r}) and numbers ({number!r}); all were read as text",
    )


def _perhaps_missing(body: Cells) -> tuple[str, ...]:
    place = body.places("p")
    if place is None:
        return ()
    return (f"cells {body.word(*place)!r} were read as a class, not as missing labels",)
