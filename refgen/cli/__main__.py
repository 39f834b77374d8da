"""The process of the command ``refgen``; also ``python -m refgen.cli``."""

import os
import signal
import sys
from typing import Any


def run() -> None:
    """Run the command that this process was started with, and exit."""
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if ours:  # quiet from the first moment
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(130))
    from refgen.cli._endings import run_process

    if ours:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = _without_interrupts
    try:
        run_process(_command)
    except KeyboardInterrupt:
        os._exit(130)


def _without_interrupts(unraisable: Any) -> None:
    """Say nothing of a Ctrl-C that Python drops, as in ``__del__``: it is counted."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)


def _command() -> int:
    from refgen.cli._program import main

    return main.answer()


if __name__ == "__main__":
    run()
