"""Standard streams for a process that was started without them."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Stand the null device in for standard streams that the caller has closed.

    Else the next file that is opened takes the place of one, and is written to, here
    and in worker processes. Libraries that print expect streams, too.

    Examples
    --------
    >>> with standard_streams():
    ...     sys.stdout is not None
    True
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)
    missing = [name for name in ("stdout", "stderr") if getattr(sys, name) is None]
    for name in missing:
        setattr(sys, name, io.StringIO())
    try:
        yield
    finally:
        for name in missing:
            setattr(sys, name, None)
