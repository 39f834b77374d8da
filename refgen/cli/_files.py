"""Report files: checked before the work, then written whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import click

# Why refgen_gpu has no such module.
NOT_MIRRORED = "part of the command line"


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
        _temporary(path / "tables").touch()
        _temporary(path / "tables").unlink()
    except OSError as error:
        raise unwritable("--report", path, error) from error


def _try_writing(path: Path) -> None:
    target = Path(os.path.realpath(path))
    if path.is_dir():
        raise InputError(f"--json {path} is a directory; name a file")
    if not target.parent.is_dir():
        raise InputError(f"--json {path}: no directory {path.parent}; create it first")
    if target.exists() and not target.is_file():
        return  # a pipe or a device: opening it may block or act
    # Permissions do not tell: root passes them, and some file systems refuse anyway.
    _temporary(target).touch()
    _temporary(target).unlink()


def write_report(path: Path, text: str) -> None:
    """Write all of a text or nothing; links, pipes and devices stay what they are.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            target.write_text(text, encoding="utf-8")
            return
        _temporary(target).write_text(text, encoding="utf-8")
        os.replace(_temporary(target), target)
    except OSError as error:
        with contextlib.suppress(OSError):
            _temporary(target).unlink(missing_ok=True)
        raise unwritable("--json", path, error) from error


def _temporary(target: Path) -> Path:
    return target.with_name(f".refgen-{os.getpid()}.tmp")


def unwritable(option: str, path: Path, error: OSError) -> InputError:
    """The error to raise if the path given to an option cannot be written."""
    reason = error.strerror or error
    return InputError(f"{option} {path}: cannot be written ({reason})")
