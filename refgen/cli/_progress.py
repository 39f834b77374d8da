"""Progress of a verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from refgen.verify import ClaimResult


class Progress:
    """A bar on a terminal, one plain line per claim elsewhere.

    Parameters
    ----------
    console : rich.console.Console
    total : int
        Number of claims.
    """

    def __init__(self, console: Console, total: int) -> None:
        from rich.progress import MofNCompleteColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self._on_terminal = console.is_terminal
        self._bar = Bar(
            *Bar.get_default_columns()[:2],
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("verifying", total=total)

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._bar.stop()

    def show(self, result: ClaimResult) -> None:
        """Show that a claim is finished."""
        self._bar.advance(self._task)
        if not self._on_terminal:
            click.echo(f"{result.id}: {result.verdict} ({result.seconds:.2f} s)")
