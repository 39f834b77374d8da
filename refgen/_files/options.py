"""How a table is to be read, and how messages name the options for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from refgen._checks import is_integer
from refgen._shown import shown

INFER = "infer"


@dataclass(frozen=True)
class Options:
    """The options that a user gave, checked.

    Attributes
    ----------
    name : str
        "predictions", "labels", or what else the table holds; options of the command
        line begin with it, but for predictions.
    header : 0, None or "infer"
        The first row holds names; it does not; see what it holds.
    index_col : tuple of (int or str), or "infer"
        Columns that hold names of rows; none if empty; see what they hold.
    """

    name: str
    header: Any = INFER
    index_col: Any = INFER

    def __post_init__(self) -> None:
        object.__setattr__(self, "header", _checked_header(self.header))
        object.__setattr__(self, "index_col", _checked_columns(self.index_col))

    @property
    def held(self) -> str:
        """What the cells of the table should be, in words.

        Examples
        --------
        >>> Options("labels").held, Options("teacher").held
        ('labels', 'predictions')
        """
        return "labels" if self.name == "labels" else "predictions"

    @property
    def header_hint(self) -> str:
        """What settles whether there is a header.

        Examples
        --------
        >>> Options("predictions").header_hint
        'give --header or --no-header (in Python: header=0 or header=None)'
        """
        return (
            f"give --{self._prefix}header or --no-{self._prefix}header "
            "(in Python: header=0 or header=None)"
        )

    def index_hint(self, column: int, names: list[str] | None) -> str:
        """What settles whether a column is an index.

        Examples
        --------
        >>> Options("labels").index_hint(0, ["id", "label"])
        "give --labels-index-col id or --labels-index-col none (in Python: \
index_col='id' or index_col=None)"
        >>> Options("predictions").index_hint(1, ["run", "2020"])
        'give --index-col 1 or --index-col none (in Python: index_col=1 or \
index_col=None)'
        """
        option, value = (
            f"--{self._prefix}index-col",
            column if names is None else names[column],
        )
        # On the command line digits are a number of a column, not its name.
        if not str(value).strip() or str(value).isdecimal():
            value = column
        return (
            f"give {option} {value} or {option} none "
            f"(in Python: index_col={value!r} or index_col=None)"
        )

    def without(self, columns: list[str]) -> Options:
        """The same without columns that are known to be an index already."""
        if self.index_col == INFER:
            return self
        return replace(self, index_col=[c for c in self.index_col if c not in columns])

    @property
    def _prefix(self) -> str:
        return "" if self.name == "predictions" else f"{self.name}-"


def _checked_header(header: Any) -> Any:
    if header is None or (isinstance(header, str) and header == INFER):
        return header
    if is_integer(header) and header == 0:
        return 0
    raise ValueError(
        "header must be 0 (the first row holds names), None (there are no names) or "
        f"'infer', got {shown(header)}"
    )


def _checked_columns(columns: Any) -> Any:
    if isinstance(columns, str) and columns == INFER:
        return INFER
    if columns is None or columns is False:
        return ()
    listed = columns if isinstance(columns, list | tuple) else [columns]
    for column in listed:
        if not is_integer(column) and not isinstance(column, str):
            raise TypeError(
                "index_col must be the number or name of a column, a list of these, "
                f"None or 'infer', got {shown(columns)}"
            )
    return tuple(c if isinstance(c, str) else int(c) for c in listed)
