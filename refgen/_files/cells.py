"""The cells of a table: distinct values once, and a code for every cell."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

_INTEGER = re.compile(r"[+-]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[+-]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
# Leading zeros and underscores: as numbers, 01 and 1 or 1_0 and 10 would be one class.
_CODE = re.compile(r"[+-]?[0-9][0-9_]*")
_THOUSANDS = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_BOOLEANS = {"True": True, "False": False, "true": True, "false": False}
_BOOLEANS |= {"TRUE": True, "FALSE": False}
# What pandas and R write for a missing value. Some of it may be the name of a class.
_MISSING = {"", "nan", "NaN", "NAN", "-nan", "-NaN", "<NA>", "NaT", "#N/A", "#NA"}
_PERHAPS_MISSING = {"NA", "N/A", "n/a", "NULL", "null", "None", "none"}
_INFINITE = {"inf", "-inf", "+inf", "Inf", "-Inf", "Infinity", "-Infinity"}


def parsed(word: str) -> Any:
    """What the text of a cell stands for; text where a number would lose something.

    Examples
    --------
    >>> [parsed(word) for word in ("1", "1.0", "01", "True", "cat", "NaN")]
    [1, 1.0, '01', True, 'cat', nan]
    """
    if word in _BOOLEANS:
        return _BOOLEANS[word]
    if word in _MISSING:
        return math.nan
    if word in _INFINITE:
        return math.inf
    if _INTEGER.fullmatch(word):
        return int(word) if len(word) <= 20 and -(2**63) <= int(word) < 2**63 else word
    return float(word) if _NUMBER.fullmatch(word) else word


def _kind(value: Any) -> str:
    """n(umber), b(oolean), t(ext), c(ode of digits), m(issing), p(erhaps missing)."""
    if isinstance(value, bool):
        return "b"
    if isinstance(value, str):
        if value in _PERHAPS_MISSING:
            return "p"
        return "c" if _CODE.fullmatch(value) or _THOUSANDS.fullmatch(value) else "t"
    return "n" if math.isfinite(value) else "m"


@dataclass(frozen=True)
class Cells:
    """A table of values.

    Attributes
    ----------
    codes : integer array of shape (n_rows, n_columns)
        Places in `words`.
    words : list
        The distinct values: text of a .csv file; text, numbers and booleans of a
        .parquet file.
    is_text : bool
        Whether text may stand for numbers.
    """

    codes: np.ndarray
    words: list[Any]
    is_text: bool = True

    @cached_property
    def values(self) -> list[Any]:
        return [parsed(word) for word in self.words] if self.is_text else self.words

    @cached_property
    def kinds(self) -> np.ndarray:
        return np.array([_kind(value) for value in self.values], "U1")

    def part(self, rows: Any, columns: Any) -> Cells:
        """Some rows and columns."""
        part = Cells(self.codes[rows][:, columns], self.words, self.is_text)
        # Looked at once for the whole table.
        part.__dict__.update(values=self.values, kinds=self.kinds)
        return part

    def word(self, row: int, column: int) -> str:
        """The text of a cell."""
        return str(self.words[self.codes[row, column]])

    def row(self, row: int) -> list[str]:
        """The texts of a row."""
        return [str(self.words[code]) for code in self.codes[row]]

    @cached_property
    def used(self) -> np.ndarray:
        """Codes that occur."""
        return np.flatnonzero(np.bincount(self.codes.ravel(), minlength=1))

    def places(self, kinds: str) -> tuple[int, int] | None:
        """Row and column of the first cell of one of these kinds."""
        chosen = np.isin(self.kinds, list(kinds))[self.codes]
        if not chosen.any():
            return None
        row, column = np.unravel_index(int(chosen.argmax()), chosen.shape)
        return int(row), int(column)

    def array(self) -> np.ndarray:
        """The values as integers, numbers, booleans or text."""
        known = [self.values[code] for code in self.used]
        words = [self.words[code] for code in self.used]
        return _typed(words, known)[np.searchsorted(self.used, self.codes)]


def _typed(words: list[Any], values: list[Any]) -> np.ndarray:
    kinds = {bool if isinstance(v, bool) else type(v) for v in values}
    if kinds == {bool}:
        return np.array(values, bool)
    if kinds == {int}:
        if max(values) < 2**63:
            return np.array(values, np.int64)
        if min(values) >= 0:
            return np.array(values, np.uint64)
    large = any(isinstance(v, int) and abs(v) > 2**53 for v in values)
    if kinds <= {int, float} and not large:
        return np.array(values, np.float64)
    return np.array([str(word) for word in words], str)


def complaint(cells: Cells) -> tuple[tuple[int, int], str] | None:
    """The first cell that cannot be a label, and why: missing, infinite, "1,000".

    Examples
    --------
    >>> complaint(Cells(np.array([[0, 1]]), ["7", ""]))
    ((0, 1), 'is empty; drop or replace that point')
    """
    kinds = set(cells.kinds[cells.used])
    # Beside text, NA may be a class of its own.
    found = cells.places("m" if "t" in kinds else "mp")
    if found is not None:
        word = cells.word(*found)
        what = "is empty" if word == "" else f"is {word!r}, which is no label"
        return found, f"{what}; drop or replace that point"
    if cells.is_text and kinds <= {"n", "c"}:
        return _thousands(cells)
    return None


def _thousands(cells: Cells) -> tuple[tuple[int, int], str] | None:
    texts = [c for c in cells.used if _THOUSANDS.fullmatch(cells.words[c])]
    if not texts:
        return None
    row, column = map(int, np.argwhere(np.isin(cells.codes, texts))[0])
    word = cells.word(row, column)
    plain = word.replace(",", "")
    return (row, column), f"is {word!r}; write numbers without separators, as {plain}"
