"""How commands end: the one place for exit statuses, interrupts and lost output."""

from __future__ import annotations

import atexit
import contextlib
import errno
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import NoReturn

from refgen._interrupts import interrupts_noticed
from refgen._streams import standard_streams
from refgen.cli._output import LostOutput, silence, watched_output

USAGE = 2
CRASHED = 70
INTERRUPTED = 130
CLOSED = 141

# Reasons that lie in the machine, not in refgen: they are told in one line.
_OUTSIDE = {
    errno.EACCES,
    errno.EFBIG,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
    getattr(errno, "EDQUOT", errno.ENOSPC),
}


def exit_status(work: Callable[[], int]) -> int:
    """The exit status of a command, whatever ends it; what went wrong is told.

    0 and 1 are the command's own answers. 2: something that the user gave cannot be
    used, or the output cannot be written. 70: refgen itself failed. 130: Ctrl-C. 141:
    nobody reads the output any more, as after ``| head``; then nothing is told. A
    program that reads these never takes trouble for a refutation.

    Parameters
    ----------
    work : callable
        Does the work of the command, and returns 0 or 1.

    Examples
    --------
    >>> exit_status(lambda: 1)
    1
    """
    try:
        with standard_streams():
            return _outcome(work)
    except KeyboardInterrupt:
        return INTERRUPTED


def run_process(work: Callable[[], int]) -> NoReturn:
    """Do the work of this process, and end it; Ctrl-C is quiet until its very end."""
    # Called last of all: then Python forgets handlers, and Ctrl-C would kill.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)
    status = exit_status(work)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda number, frame: os._exit(INTERRUPTED))
    # If Ctrl-C came while a library ran a text as code, Python would remember it as not
    # handled and kill itself at the end; running a text makes it forget.
    exec("")
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            silence(number)
    raise SystemExit(status)


def _outcome(work: Callable[[], int]) -> int:
    """`exit_status`, except for interrupts."""
    try:
        with interrupts_noticed(), watched_output():
            return _answer(work)
    except Exception as error:
        return _told(error)


def _answer(work: Callable[[], int]) -> int:
    from click.exceptions import Exit

    try:
        return work()
    except Exit as end:
        return end.exit_code
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))


def _told(error: Exception) -> int:
    """The exit status after an error, which is told."""
    import click

    if isinstance(error, click.Abort):  # click's word for Ctrl-C
        return INTERRUPTED
    if isinstance(error, BrokenPipeError) or getattr(error, "nobody_reads", False):
        return CLOSED
    if isinstance(error, LostOutput):
        _tell(f"Error: the output cannot be written ({error})")
        return USAGE
    if isinstance(error, click.ClickException):
        with contextlib.suppress(OSError):
            error.show()
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _OUTSIDE:
        _tell(f"Error: {error.filename or 'a file'}: {error.strerror}")
        return USAGE
    _tell("".join(traceback.format_exception(error)))
    _tell("refgen itself failed: please report this")
    return CRASHED


def _tell(text: str) -> None:
    """Write to standard error; if that fails, there is nowhere else to say so."""
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr)
