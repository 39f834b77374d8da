"""Report files: checked before the work, then written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

# Why refgen_gpu has no such module.
NOT_MIRRORED = "part of the command line"

# Bytes that have to fit on the disk before a run starts: more than any report has had.
_ROOM = 1 << 20


class InputError(click.ClickException):
    """Something that the user gave cannot be used; exit status 2."""

    exit_code = 2


def check_writable(path: Path | None) -> None:
    """Refuse a file that cannot be written, before any work is done.

    Raises
    ------
    InputError
        Naming the option ``--json`` and the reason.
    """
    if path is None:
        return
    try:
        _try_writing(path)
    except OSError as error:
        raise unwritable("--json", path, error) from error


def check_directory(path: Path) -> None:
    """Make a folder for tables, before any work is done.

    Raises
    ------
    InputError
        If that fails, or if nothing can be written there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        _try_room(path / "tables")
    except OSError as error:
        raise unwritable("--report", path, error) from error


def _try_writing(path: Path) -> None:
    target = _target(path)
    if path.is_dir():
        raise InputError(f"--json {path} is a directory; name a file")
    if not target.parent.is_dir():
        raise InputError(f"--json {path}: no directory {path.parent}; create it first")
    if target.is_char_device():
        # Only writing tells that a device takes nothing. JSON may start with a space.
        target.write_text(" ")
    elif target.is_file() or not target.exists():  # opening a pipe may block
        _try_room(target)


def _try_room(target: Path) -> None:
    """Write as much as a report may need next to `target`, and remove it again.

    Permissions do not tell: root passes them, and some file systems refuse anyway. On a
    full disk an empty file can still be made.
    """
    try:
        with _temporary(target).open("wb") as file:
            file.write(bytes(_ROOM))
            file.flush()
            os.fsync(file.fileno())
    finally:
        with contextlib.suppress(OSError):
            _temporary(target).unlink(missing_ok=True)


def write_report(path: Path, text: str) -> None:
    """Write all of a text or nothing; links, pipes and devices stay what they are.

    Raises
    ------
    InputError
        If the file cannot be written; it says where the text was saved instead.
    """
    try:
        _write(_target(path), text)
    except OSError as error:
        saved = rescued(lambda folder: _write(folder / "report.json", text))
        raise unwritable("--json", path, error, saved) from error


def _target(path: Path) -> Path:
    """The file behind links. What is no file has no other name: /dev/stdout | cat."""
    is_special = path.exists() and not path.is_file()
    return path if is_special else Path(os.path.realpath(path))


def _write(target: Path, text: str) -> None:
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    try:
        _temporary(target).write_text(text, encoding="utf-8")
        os.replace(_temporary(target), target)
    except BaseException:  # Ctrl-C, too
        with contextlib.suppress(OSError):
            _temporary(target).unlink(missing_ok=True)
        raise


def rescued(write: Callable[[Path], object]) -> Path | None:
    """Save results in a new folder among the temporary files; None if that fails, too.

    Examples
    --------
    >>> folder = rescued(lambda folder: _write(folder / "report.json", "{}"))
    >>> _ = (folder / "report.json").read_text()
    >>> shutil.rmtree(folder)
    """
    folder = None
    try:
        folder = Path(tempfile.mkdtemp(prefix="refgen-"))
        write(folder)
    except OSError:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
        return None
    return folder


def _temporary(target: Path) -> Path:
    return target.with_name(f".refgen-{os.getpid()}.tmp")


def unwritable(
    option: str, path: Path, error: OSError, saved: Path | None = None
) -> InputError:
    """The error to raise if the path given to an option cannot be written."""
    reason = error.strerror or error
    told = f"{option} {path}: cannot be written ({reason})"
    if saved is not None:
        told += f"; it was saved in the folder {saved} instead"
    return InputError(told)
