"""Which paths are read: regular files, so that reading ends."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from refgen._shown import shortened, shown

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def shown_path(path: Any) -> str:
    """A path as messages show it: long ones without their middle.

    Examples
    --------
    >>> shown_path("runs.csv")
    'runs.csv'
    """
    return shortened(str(path), 160)


def suffix_of(path: Any) -> str:
    """The end of a file's name, which says of what kind it is.

    Raises
    ------
    TypeError
        If `path` is no path.

    Examples
    --------
    >>> suffix_of("RUNS.CSV")
    '.csv'
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be the name of a file, got {shown(path)}")
    return os.path.splitext(os.fsdecode(path))[1].lower()


def regular_file(path: Any) -> Path:
    """`path`, which has to lead to a regular file; links are followed.

    Raises
    ------
    ValueError
        If there is no such file, or it is a directory, pipe, socket or device.

    Examples
    --------
    >>> regular_file(__file__).name
    'paths.py'
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError as error:
        raise ValueError("no such file; check the path") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ValueError(f"cannot be read ({reason})") from error
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "no regular file")
        raise ValueError(f"is {kind}; give the file itself")
    return Path(path)
