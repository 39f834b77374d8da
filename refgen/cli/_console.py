"""How the commands print tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def wide_console() -> Console:
    """A console of at least 80 columns."""
    from rich.console import Console

    console = Console(highlight=False, soft_wrap=True)
    # A narrower table would cut off ids and numbers: let the terminal wrap it.
    console.width = max(console.width, 80)
    return console


def number_table(rows: Iterable[tuple[str, float]]) -> Table:
    """Table of named numbers.

    Examples
    --------
    >>> number_table([("error", 0.25)]).row_count
    1
    """
    table = _simple_table(("Quantity",), ("Value",))
    for name, value in rows:
        table.add_row(name, f"{value:.4f}")
    return table


def bound_table(
    statement: str, rows: Iterable[tuple[str, str, float, float, bool]]
) -> Table:
    """Table of theorems measured on data.

    Parameters
    ----------
    statement : str
        Heading of the column of statements.
    rows : iterable of (claim, statement, left side, right side, holds)

    Examples
    --------
    >>> bound_table("Statement", [("GDE-5", "|gap| ≤ CACE", 0.1, 0.3, True)]).row_count
    1
    """
    table = _simple_table(("Claim", statement), ("Left", "Right"), ("Holds",))
    for claim, text, left, right, holds in rows:
        sides = (f"{left:.4f}", f"{right:.4f}")
        table.add_row(claim, text, *sides, "yes" if holds else "NO")
    return table


def text_table(
    texts: tuple[str, ...], numbers: tuple[str, ...], rows: Iterable[Iterable[Any]]
) -> Table:
    """Table with a heading for each column, where numbers have four decimals.

    Examples
    --------
    >>> text_table(("name",), ("value",), [("error", 0.25), ("rate", None)]).row_count
    2
    """
    table = _simple_table(texts, numbers)
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _simple_table(
    texts: tuple[str, ...], numbers: tuple[str, ...], last: tuple[str, ...] = ()
) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(*texts, box=box.SIMPLE)
    for name in numbers:
        table.add_column(name, justify="right")
    for name in last:
        table.add_column(name)
    return table
