"""How far a long training is, on standard error."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.networks._run import Run
from refgen.networks._start import State

# Seconds between two lines where no bar can be drawn.
_SECONDS = 10.0


class Progress:
    """A bar on a terminal or in a notebook, and a line now and then elsewhere.

    Parameters
    ----------
    run : Run
    console : rich.console.Console, optional
        Standard error by default.
    """

    def __init__(self, run: Run, console: Any = None) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar
        from rich.progress import TextColumn, TimeRemainingColumn

        self._run = run
        self._console = console or Console(stderr=True)
        is_terminal = self._console.is_terminal or self._console.is_jupyter
        self._has_bar = is_terminal and not self._console.is_dumb_terminal
        self._bar = Bar(
            *Bar.get_default_columns()[:2],
            TextColumn("{task.fields[text]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._has_bar,
        )
        self._task = self._bar.add_task(
            "training", total=run.settings.most_epochs, text=""
        )
        self._told = time.monotonic()

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *details: object) -> None:
        self._bar.stop()

    def show(self, state: State) -> None:
        """Show where training is."""
        total = self._run.settings.most_epochs
        done, text = total - self._run.n_left(state), _text(self._run, state)
        self._bar.update(self._task, completed=done, text=text)
        if not self._has_bar and time.monotonic() - self._told >= _SECONDS:
            self._told = time.monotonic()
            self._console.print(f"epoch {done} of {total}, {text}", highlight=False)


def _text(run: Run, state: State) -> str:
    """Members at work, and the middle of their last losses."""
    at_work = run.left(state) > 0
    n_at_work, n_members = int(at_work.sum()), len(state.status)
    members = f"{n_at_work} of {n_members} members at work"
    if not n_at_work or not state.losses.shape[1]:
        return members
    xp = namespace(state.losses)
    place = xp.maximum(state.epochs - 1, 0)[:, None]
    last = xp.take_along_axis(state.losses, place, axis=1)[:, 0][at_work]
    middle = float(np.median(last.tolist()))
    return f"{members}, median loss {middle:.4g}"
