"""What all audits print at their end: bounds that were measured, and assumptions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from refgen.cli._console import bound_table

if TYPE_CHECKING:
    from rich.console import Console


def print_end(
    console: Console, statement: str, result: Any, assumptions: Iterable[str]
) -> None:
    """Print the bounds of an audit, if it has any, and what it assumes.

    Parameters
    ----------
    console : Console
    statement : str
        Heading of the column of statements.
    result
        With ``bounds``, ``bound_rows()`` and ``slack``.
    assumptions : iterable of str
    """
    if result.bounds:
        console.print(bound_table(statement, result.bound_rows()))
        rounding = f"{result.slack:.1e}"
        console.print(f"Bounds are judged within a rounding error of {rounding}.")
    print_assumptions(console, assumptions)


def print_assumptions(console: Console, assumptions: Iterable[str]) -> None:
    """Print what an audit assumes, a line for each."""
    console.print("Assumptions:")
    for assumption in assumptions:
        console.print(f"- {assumption}", soft_wrap=True)
