"""Command line of the check.

Exit status: 0 if the record is complete, 1 if not, 2 if the command or the environment
is refused, 3 without a GPU, 130 after Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from refgen_gpu import evidence
from refgen_gpu.backend import probe, refused_settings
from refgen_gpu.check import engine
from refgen_gpu.check.plan import PHASES, Phase, only, sections
from refgen_gpu.check.record import FILE, Record, RecordError
from refgen_gpu.check.table import table

TABLE = "table.txt"

# For the end: the last record, the table, and processes that have to be stopped.
_RESERVE = 5.0


def main(arguments: list[str] | None = None) -> int:
    options = parser().parse_args(arguments)
    refused = refused_settings()
    if refused:
        return _refuse(2, "; ".join(refused))
    why = probe()
    if why is not None:
        return _refuse(3, f"refgen_gpu.check needs an NVIDIA GPU and found none: {why}")
    return check(options, only(options.only))


def check(
    options: Any, phases: tuple[Phase, ...] = PHASES, prepare: str | None = None
) -> int:
    """Run `phases` as the command line says; returns the exit status."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(_alone_in(options.out))
            record = _record(options.out / FILE, options)
        except RecordError as error:
            return _refuse(2, str(error))
        except OSError as error:
            return _refuse(2, f"{options.out} cannot be written: {error}")
        return _checked(record, options, phases, prepare)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Two checks would write over each other; a lock ends with its process."""
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise RecordError(f"another check is writing to {folder}") from error
    try:
        yield
    finally:
        os.close(descriptor)


def _checked(
    record: Record, options: Any, phases: tuple[Phase, ...], prepare: str | None
) -> int:
    status = None
    try:
        seconds = 60 * options.minutes - _RESERVE
        engine.run(record, phases, seconds, _tell_in_a_line, prepare)
    except KeyboardInterrupt:
        _tell("interrupted: the record holds what was finished")
        status = 130
    # Of what is in memory: the disk may be full.
    shown = table(record.header, list(record.steps.values()))
    _tell(f"\n{shown}\n{record.path}; as evidence it is {_shown(evidence.DEFAULT)}")
    try:
        record.path.with_name(TABLE).write_text(shown + "\n", encoding="utf-8")
    except OSError as error:
        _tell(f"{TABLE} could not be written: {error}")
        status = status or 1
    return (0 if record.header["complete"] else 1) if status is None else status


def _record(path: Path, options: Any) -> Record:
    if options.resume:
        return Record.resumed(path, options.commit)
    if path.exists():
        raise RecordError(
            f"{path} exists: go on with it by --resume, or choose another folder"
        )
    record = Record.new(path, options.commit)
    record.write()
    return record


def _refuse(status: int, why: str) -> int:
    print(f"{why}. Nothing was run and nothing was written.", file=sys.stderr)
    return status


def _tell_in_a_line(text: str) -> None:
    _tell(" ".join(text.split())[:200])


def _tell(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody listens any more
        print(text, flush=True)


def _shown(path: Path) -> str:
    return path.relative_to(evidence.ROOT).as_posix()


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(
        prog="python -m refgen_gpu.check",
        description="Check and measure refgen_gpu on this machine's GPU.",
    )
    found.add_argument(
        "--out",
        type=Path,
        default=Path("gpu_check"),
        help=f"folder for {FILE}, {engine.LOG} and {TABLE}; default: gpu_check",
    )
    found.add_argument("--minutes", type=_positive, default=10.0, help="default: 10")
    found.add_argument(
        "--resume",
        action="store_true",
        help="go on with the record in the folder: steps that finished are kept",
    )
    found.add_argument("--commit", help="of this tree, where there is no .git")
    found.add_argument(
        "--only",
        action="append",
        default=[],
        choices=sections(),
        help="a section; may be given several times. The record is then incomplete",
    )
    return found


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"must be positive, got {text}")
    return value


def _leave(status: int) -> NoReturn:
    """End at once: at a usual end Python waits for workers, and one may not die."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    _leave(main())
