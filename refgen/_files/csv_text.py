"""Tables in .csv files: text in UTF-8, cells between commas."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from refgen._files.cells import Cells, parsed
from refgen._files.headings import has_header
from refgen._files.options import Options
from refgen._files.table import Table, table_of

# Names of classes are short. Text is stored at the width of the longest cell.
_LONGEST = 200
# What "0,5;1,5" leaves between two commas.
_DECIMAL_COMMA = re.compile(r"[0-9];[+-]?[0-9]")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_csv(path: Path, options: Options) -> Table:
    """The cells of a .csv file: integers, numbers, booleans or text.

    Raises
    ------
    ValueError
        If it is no UTF-8 text, ragged, separated otherwise, has empty cells, or may be
        read in two ways.
    """
    _check_encoding(path)
    try:
        lines, cells, is_short = _cells(path, options.header is not None)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"is not UTF-8 text (byte {error.object[error.start]:#x}); write it anew "
            "with encoding='utf-8'"
        ) from error
    except csv.Error as error:
        raise ValueError(
            f"is not a whole .csv file ({error}); write it anew"
        ) from error
    _check_separator(cells)
    if is_short or has_header(cells, options):
        names = cells.row(0)
        body = cells.part(slice(1, None), slice(None))
        return table_of(body, names, options, lines[1:], ("first row taken as header",))
    return table_of(cells, None, options, lines)


def _check_encoding(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4096)
    if start[:2] in _UTF16 or b"\x00" in start:
        raise ValueError(
            "is not UTF-8 text (UTF-16, or no text at all); write it anew with "
            "encoding='utf-8'"
        )


class _Codes(dict[str, int]):
    """Codes of cells. Spaces around a text are not part of it."""

    def __init__(self) -> None:
        self.words: dict[str, int] = {}

    def __missing__(self, cell: str) -> int:
        word = cell.strip()
        if len(word) > _LONGEST:
            spaced = "; cells seem to be separated by spaces; use commas"
            raise ValueError(
                f"has a cell of {len(word):,} characters; labels have at most "
                f"{_LONGEST}{spaced if _are_spaced(word) else ''}"
            )
        self[cell] = self.words.setdefault(word, len(self.words))
        return self[cell]


def _are_spaced(word: str) -> bool:
    """Whether a cell is several numbers between spaces."""
    parts = word.split()
    return len(parts) > 1 and not any(isinstance(parsed(p), str) for p in parts)


def _cells(path: Path, may_be_short: bool) -> tuple[list[int], Cells, bool]:
    """Numbers of the lines, their cells, and whether the header is one cell short.

    R, and pandas with index_label=False, give the index no name at all.
    """
    lines: list[int] = []
    table = array("i")
    codes, n_columns, is_short = _Codes(), 0, False
    for line, cells in _rows(path):
        n_columns = n_columns or len(cells)
        if may_be_short and len(lines) == 1 and len(cells) == n_columns + 1:
            is_short = _are_names(list(codes.words), n_columns)
            if is_short:
                table.insert(0, codes[""])
                n_columns += 1
        if len(cells) != n_columns:
            raise ValueError(_ragged(line, cells, n_columns))
        table.extend(map(codes.__getitem__, cells))
        lines.append(line)
    if not lines:
        raise ValueError("is empty; give at least one row")
    rows = np.array(table, np.int32).reshape(len(lines), n_columns)
    return lines, Cells(rows, list(codes.words)), is_short


def _are_names(words: list[str], n_columns: int) -> bool:
    """Whether the distinct cells of a row that is one cell short name its columns."""
    are_words = all(isinstance(parsed(word), str) for word in words)
    counts = [[str(first + j) for j in range(n_columns)] for first in (0, 1)]
    is_comment = words[0].startswith("#")
    return len(words) == n_columns and (
        (are_words and not is_comment) or words in counts
    )


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        yield from ((reader.line_num, cells) for cells in reader if cells)


def _ragged(line: int, texts: list[str], n_columns: int) -> str:
    said = (
        f"row {line} has {len(texts)} cell(s) where the rows before have {n_columns}; "
    )
    if any(";" in text or "\t" in text for text in texts):
        return f"{said}separate cells by commas, and write 0.5, not 0,5"
    if texts[0].startswith("#") or n_columns == 1:
        return f"{said}leave out comments and titles"
    return f"{said}every row must have as many"


def _check_separator(cells: Cells) -> None:
    texts = [cells.words[code] for code in cells.used]
    for mark, name in ((";", "';'"), ("\t", "tabs"), ("|", "'|'")):
        if cells.codes.shape[1] == 1 and all(mark in text for text in texts):
            raise ValueError(f"separates its cells by {name}; use commas")
    if cells.codes.shape[1] == 1 and all(map(_are_spaced, texts)):
        raise ValueError("separates its cells by spaces; use commas")
    if any(map(_DECIMAL_COMMA.search, texts)):
        raise ValueError(
            "separates its cells by ';'; use commas, and write 0.5, not 0,5"
        )
