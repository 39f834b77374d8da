"""Progress of a verification."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from refgen.cli._output import LostOutput

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

    Attributes
    ----------
    failure : LostOutput or None
        Why the output cannot be written. The run is then stopped as by Ctrl-C, so that
        what was finished can be saved.
    """

    def __init__(self, console: Console, total: int) -> None:
        from rich.progress import MofNCompleteColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        self.failure: LostOutput | None = None
        # A dumb terminal cannot redraw a bar.
        self._has_bar = console.is_terminal and not console.is_dumb_terminal
        self._bar = Bar(
            *Bar.get_default_columns()[:2],
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not self._has_bar,
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
        if self._has_bar:
            return
        try:
            click.echo(f"{result.id}: {result.verdict} ({result.seconds:.2f} s)")
        except LostOutput as error:
            self.failure = error
            raise KeyboardInterrupt from error
