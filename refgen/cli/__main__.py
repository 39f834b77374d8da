"""The process of the command ``refgen``; also ``python -m refgen.cli``."""

import os

from refgen.cli._endings import INTERRUPTED, run_process


def run() -> None:
    """Run the command that this process was started with, and exit."""
    try:
        run_process(_command)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)


def _command() -> int:
    # Imported here, where Ctrl-C is expected.
    from refgen.cli._program import main

    return main()


if __name__ == "__main__":
    run()
