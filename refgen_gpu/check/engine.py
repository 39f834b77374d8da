"""Runs the phases of the check one after the other, and records every step."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from refgen_gpu.check.lanes import LATE, Lanes, Outcome, Task, WorkersError
from refgen_gpu.check.plain import plain
from refgen_gpu.check.plan import Phase, time_limit
from refgen_gpu.check.record import Record

LOG = "log.txt"

# Seconds in which a worker starts and does something.
_WORTH_A_START = 10.0
# Seconds in which a section says which steps it has.
_LISTING = 60.0
# Characters of the log, after which it names steps only: files may have to be small.
_MOST_LOG = 10_000_000


def run(
    record: Record,
    phases: tuple[Phase, ...],
    seconds: float,
    tell: Callable[[str], None],
    prepare: str | None = None,
) -> None:
    """Run `phases` in about `seconds`; what was late is run in the time that is left.

    Parameters
    ----------
    record : Record
        Steps that it holds are not run again.
    phases : tuple of Phase
    seconds : float
    tell : callable
        Takes lines for people: a problem, or the end of a section.
    prepare : str, optional
        As `refgen_gpu.check.worker.serve` takes it.

    Raises
    ------
    KeyboardInterrupt
        After Ctrl-C or SIGTERM; the record then holds what was finished.
    """
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, _terminated_as_interrupted():
        for i, phase in enumerate(phases):
            limit = time_limit(phases[i:], end - time.monotonic())
            _run_phase(record, phase, limit, Path(folder), tell, prepare)
        for phase in phases:
            left = end - time.monotonic()
            if left > _WORTH_A_START and record.has_late(phase.sections):
                _run_phase(record, phase, left, Path(folder), tell, prepare)


def _run_phase(
    record: Record,
    phase: Phase,
    seconds: float,
    folder: Path,
    tell: Callable[[str], None],
    prepare: str | None,
) -> None:
    end = time.monotonic() + seconds
    lanes = Lanes(phase.n_lanes, folder, prepare)

    def note(outcome: Outcome) -> None:
        _noted(record, outcome, tell)

    try:
        tasks = _tasks(record, phase, lanes, end, note)
        for outcome in lanes.outcomes(tasks, end):
            note(outcome)
        for outcome in lanes.stop(LATE):
            note(outcome)
    except WorkersError as error:
        note(_about_phase(phase, str(error)))
    except KeyboardInterrupt:
        for outcome in lanes.stop("interrupted"):
            note(outcome)
        raise
    except Exception as error:  # of this process: it costs no other phase
        about = _about_phase(phase, f"{type(error).__name__}: {error}")
        note(replace(about, output=traceback.format_exc()))
    finally:
        lanes.stop()
    with _written(tell):
        record.write()


def _tasks(
    record: Record,
    phase: Phase,
    lanes: Lanes,
    end: float,
    note: Callable[[Outcome], None],
) -> list[Task]:
    """The steps of a phase that are still to do, those of its first section first."""
    found: dict[str, Outcome] = {}
    asked = [Task(section, None, _LISTING) for section in phase.sections]
    for outcome in lanes.outcomes(asked, end):
        found[outcome.task.section] = outcome
        if outcome.problems:
            note(outcome)
    return [
        Task(section, step, found[section].result["limit"])
        for section in phase.sections
        if section in found and found[section].status == "finished"
        for step in record.plan(section, found[section].result["steps"])
    ]


def _about_phase(phase: Phase, why: str) -> Outcome:
    task, status = Task(phase.sections[0], None, 0.0), f"failed: {plain(why)}"
    return Outcome(task, status, 0.0, problems=[status])


def _noted(record: Record, outcome: Outcome, tell: Callable[[str], None]) -> None:
    about = f"{outcome.task.section}: {outcome.task.step or 'steps'}"
    for problem in outcome.problems:
        tell(f"{about}: {problem}")
    with _written(tell):
        record.add(outcome)
        with open(record.path.with_name(LOG), "a", encoding="utf-8") as log:
            log.write(f"== {about}: {outcome.status}\n")
            if log.tell() < _MOST_LOG:
                log.write(outcome.output)


@contextlib.contextmanager
def _written(tell: Callable[[str], None]) -> Iterator[None]:
    """A full disk costs the files, not the check, whose output tells most."""
    try:
        yield
    except OSError as error:
        tell(f"nothing could be written: {error}")


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
