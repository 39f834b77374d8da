"""Which row of a table is its header, and which columns are its index."""

from __future__ import annotations

import re

import numpy as np

from refgen._files.cells import Cells
from refgen._files.lines import (
    INDEX_NAMES,
    TRUTH_NAMES,
    are_alike,
    counts_from,
    holds_names,
    odd_names,
)
from refgen._files.options import INFER, Options
from refgen._shown import listed

# What pandas writes above an unnamed index, and what it calls that when it reads it.
_UNNAMED = re.compile(r"|Unnamed: [0-9]+(_level_[0-9]+)?|__index_level_[0-9]+__")


def has_header(cells: Cells, options: Options) -> bool:
    """Whether the first row of a .csv file holds names.

    Raises
    ------
    ValueError
        Where it is doubtful.

    Examples
    --------
    >>> table = Cells(np.array([[0, 1], [2, 2], [3, 2]]), ["a", "b", "0", "1"])
    >>> has_header(table, Options("predictions"))
    True
    """
    if options.header != INFER:
        return options.header == 0
    verdict = _header_verdict(cells)
    if verdict is None:
        first = listed(cells.row(0), 3)
        raise ValueError(
            f"row 1 ({first}) may hold names or data; {options.header_hint}"
        )
    return verdict


def _header_verdict(cells: Cells) -> bool | None:
    table, names = cells.codes, cells.row(0)
    if len(table) < 2:
        return False
    blank = _unnamed(names)
    if blank:
        above, rest = table[0, blank:], table[1:, blank:]
        is_count = counts_from(above, cells) == 0
        return (
            is_count
            or holds_names(above, rest, cells) is not False
            or _above_count(cells)
            or _holds_odd_boolean(cells)
        )
    if _holds_odd_boolean(cells):
        is_known = len(names) == 1 and "b" not in cells.kinds[table[1:]]
        return True if is_known else None
    if _index_names(names) and _above_keys(cells):
        return True
    verdict = holds_names(table[0], table[1:], cells)
    is_mixed = np.isin(cells.kinds[table], list("tp")).any()
    if verdict is None and len(names) > 1 and is_mixed:
        return holds_names(table[0, 1:], table[1:, 1:], cells)
    if verdict is None and names[0].lower() in TRUTH_NAMES:
        return True
    return verdict


def _above_count(cells: Cells) -> bool:
    """Whether an empty corner stands above the numbers 0, 1, 2, … of rows."""
    below = cells.codes[1:, 0]
    return len(below) > 1 and counts_from(below, cells) == 0


def _holds_odd_boolean(cells: Cells) -> bool:
    """Whether "true" stands above numbers, or above booleans that are spelled True."""
    row = cells.codes[0]
    if "b" not in cells.kinds[row]:
        return False
    kinds = cells.kinds[cells.codes]
    below = cells.codes[1:][kinds[1:] == "b"]
    spellings = {_spelling(cells.words[code]) for code in np.unique(below)}
    above_numbers = np.isin(kinds[1:], list("nb")).all(axis=0)
    doubtful = row[(kinds[0] == "b") & above_numbers]
    return "n" not in kinds[0] and any(
        _spelling(cells.words[code]) not in spellings for code in doubtful
    )


def _spelling(word: str) -> str:
    return "upper" if word.isupper() else "lower" if word.islower() else "title"


def _unnamed(names: list[str]) -> int:
    """How many columns at the left have no name, where others have one."""
    blank = 0
    while blank < len(names) and _UNNAMED.fullmatch(names[blank]):
        blank += 1
    return blank if blank < len(names) else 0


def _index_names(names: list[str]) -> int:
    """How many names stand before a count of columns, as pandas' 0, 1, 2, …"""
    start = next((j for j, name in enumerate(names) if name.isdecimal()), len(names))
    n = len(names) - start
    counts = [[str(first + j) for j in range(n)] for first in (0, 1)]
    is_count = names[start:] == counts[0] or (names[start:] == counts[1] and n > 1)
    return start if is_count and n else 0


def _above_keys(cells: Cells) -> bool:
    """Whether the first name stands above names of rows, not above labels."""
    below = cells.codes[1:, 0]
    if not np.isin(cells.kinds[cells.codes[0, 0]], list("tp")):
        return False
    if cells.codes.shape[1] > 2 or cells.word(0, 0).lower() in INDEX_NAMES:
        return True
    are_numbers = np.isin(cells.kinds[below], list("nc")).all()
    return bool(are_numbers) or len(np.unique(below)) == len(below) > 3


def index_columns(cells: Cells, names: list[str] | None, options: Options) -> list[int]:
    """The columns that name the rows of a table.

    Parameters
    ----------
    cells : Cells
        Without the header.
    names : list of str, or None without a header
    options : Options

    Raises
    ------
    ValueError
        Where it is doubtful, or `options` asks for a column that is not there.

    Examples
    --------
    >>> table = Cells(np.array([[0, 1], [2, 3]]), ["7", "0", "8", "1"])
    >>> index_columns(table, ["id", "run0"], Options("predictions"))
    [0]
    """
    n_columns = cells.codes.shape[1]
    blank = 0 if names is None else _unnamed(names)
    if options.index_col != INFER:
        asked = {_asked(column, n_columns, names) for column in options.index_col}
        # What has no name among names is no data.
        return sorted(asked | set(range(blank)))
    if n_columns < 2:
        return []
    if names is None:
        return _index_by_content(cells, None, options)
    leading = blank or _index_names(names)
    odd = [leading + j for j in odd_names(names[leading:], options.held)]
    if odd and not (leading == 0 and _are_keys(cells, odd, names, options)):
        raise ValueError(_odd(odd, names, options))
    if not leading and not odd:
        return _index_by_content(cells, names, options)
    return odd or list(range(leading))


def _odd(odd: list[int], names: list[str], options: Options) -> str:
    others = [name for j, name in enumerate(names) if j not in odd and name]
    return (
        f"column {names[odd[0]]!r} is named unlike others ({listed(others, 3)}) and "
        f"may hold no {options.held}; {options.index_hint(odd[0], names)}"
    )


def _are_keys(cells: Cells, odd: list[int], names: list[str], options: Options) -> bool:
    """Whether columns of odd names are leading ones, and one tells the rows apart."""
    if odd != list(range(len(odd))):
        return False
    if options.held == "predictions" and names[odd[0]].lower() in TRUTH_NAMES:
        return False
    data = cells.codes[:, len(odd) :]
    return any(
        names[j].lower() in INDEX_NAMES or _tells_apart(cells.codes[:, j], data)
        for j in odd
    )


def _tells_apart(column: np.ndarray, data: np.ndarray) -> bool:
    distinct = len(np.unique(column)) == len(column)
    # Two or three runs differ at some point by chance.
    return distinct and (len(column) > 3 or not np.isin(column, data).any())


def _index_by_content(
    cells: Cells, names: list[str] | None, options: Options
) -> list[int]:
    table = cells.codes
    verdict = holds_names(table[:, 0], table[:, 1:].T, cells)
    if verdict is None and names is not None and are_alike(names):
        return []
    if verdict is None and len(table) < 4 and np.isin(table[:, 0], table[:, 1:]).any():
        # Two or three runs count 0, 1, 2 at some point by chance.
        return []
    if verdict is None or (verdict and names is not None and are_alike(names)):
        shown = listed((cells.word(i, 0) for i in range(len(table))), 3)
        raise ValueError(
            f"the first column ({shown}) may be an index or data; "
            f"{options.index_hint(0, names)}"
        )
    return [0] if verdict else []


def _asked(column: int | str, n_columns: int, names: list[str] | None) -> int:
    if isinstance(column, int):
        if not 0 <= column < n_columns:
            raise ValueError(
                f"index_col={column} is not there; columns are 0 to {n_columns - 1}"
            )
        return column
    if names is None:
        raise ValueError(
            f"index_col={column!r} is a name, and the file was read without a header; "
            "give the column's number"
        )
    if column not in names:
        raise ValueError(
            f"index_col={column!r} is not there; the columns are {listed(names)}"
        )
    return names.index(column)
