"""The standard output of a command: present, printable, and missed when it is lost."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator

# Why refgen_gpu has no such module.
NOT_MIRRORED = "part of the command line"


class LostOutput(Exception):
    """What a command prints cannot be written.

    It is no OSError: libraries that print treat some of those in their own way.

    Attributes
    ----------
    reason : OSError
    """

    def __init__(self, reason: OSError) -> None:
        super().__init__(reason.strerror or str(reason))
        self.reason = reason

    @property
    def nobody_reads(self) -> bool:
        """Whether the reader has closed the pipe, as ``head`` does."""
        return isinstance(self.reason, BrokenPipeError)


class _Output(io.TextIOWrapper):
    """Standard output that raises `LostOutput`."""

    lost: OSError | None = None
    is_parting = False

    def write(self, text: str) -> int:
        try:
            return super().write(text)
        except OSError as error:
            self.lost = error
            raise LostOutput(error) from error

    def flush(self) -> None:
        try:
            super().flush()
        except OSError as error:
            self.lost = error
            if not self.is_parting:
                raise LostOutput(error) from error

    def finish(self) -> None:
        """Write all; if a library has hidden that some was lost, say so now."""
        self.flush()
        if self.lost is not None:
            raise LostOutput(self.lost)

    def part(self) -> None:
        """Let go of the buffer, which would be closed when this is collected."""
        self.is_parting = True
        self.detach()  # flushes first


@contextlib.contextmanager
def watched_output() -> Iterator[None]:
    """Within the context, printing raises `LostOutput` if it fails.

    Statements hold Greek letters: an output without them shows "?" instead. All is
    written at the end of the context.

    Examples
    --------
    >>> with watched_output():
    ...     print("W₁")
    W₁
    """
    stream = sys.stdout
    if not hasattr(stream, "buffer"):  # none, or one in memory
        yield
        return
    stream.flush()
    output = _Output(
        stream.buffer,
        stream.encoding,
        "replace",
        line_buffering=bool(stream.line_buffering),
        write_through=getattr(stream, "write_through", False),
    )
    sys.stdout = output
    try:
        yield
        output.finish()
    finally:
        sys.stdout = stream
        output.part()


def silence(number: int) -> None:
    """Send a standard stream nowhere, so that Python does not fail as it shuts down."""
    with contextlib.suppress(OSError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, number)
        os.close(null)
