"""Runs the phases of the check one after the other, and records every step."""

from __future__ import annotations

import contextlib
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from refgen_gpu.check.lanes import Lanes, Outcome, Task, WorkersError
from refgen_gpu.check.plan import Phase, time_limit
from refgen_gpu.check.record import Record

LOG = "log.txt"

# Seconds in which a section says which steps it has.
_LISTING = 60.0


def run(
    record: Record,
    phases: tuple[Phase, ...],
    seconds: float,
    tell: Callable[[str], None],
    prepare: str | None = None,
) -> None:
    """Run `phases` in about `seconds`.

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
        for outcome in lanes.stop("out of time"):
            note(outcome)
    except WorkersError as error:
        note(_about_workers(phase, f"failed: {error}"))
    except KeyboardInterrupt:
        for outcome in lanes.stop("interrupted"):
            note(outcome)
        raise
    finally:
        lanes.stop()
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
        if outcome.status != "finished":
            note(outcome)
    return [
        Task(section, step, found[section].result["limit"])
        for section in phase.sections
        if section in found and found[section].status == "finished"
        for step in record.plan(section, found[section].result["steps"])
    ]


def _about_workers(phase: Phase, status: str) -> Outcome:
    task = Task(phase.sections[0], None, 0.0)
    return Outcome(task, status, 0.0, problems=[status])


def _noted(record: Record, outcome: Outcome, tell: Callable[[str], None]) -> None:
    line = record.add(outcome)
    with open(record.path.with_name(LOG), "a", encoding="utf-8") as log:
        log.write(f"== {line['section']}: {line['step']}: {line['status']}\n")
        log.write(outcome.output)
    for problem in line["problems"]:
        tell(f"{line['section']}: {line['step']}: {problem}")


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
