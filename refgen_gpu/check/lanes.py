"""Lanes of worker processes: a step that crashes or hangs costs only itself."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

from refgen_gpu.check.plan import n_cores
from refgen_gpu.check.worker import serve

# Seconds within which a worker has imported everything and reached the device.
START = 60.0
# Workers of a lane in a row that did not start, after which it tries no other.
_MOST_FAILURES = 3
# The end of a step's output that is kept.
_MOST_OUTPUT = 200_000
# Seconds for the end of a killed process: one that waits for its driver has none.
_DEATH = 2.0
# Seconds between two looks at whether workers are alive. One that has forked dies with
# its connection open.
_LOOK = 1.0

# The status of a step that its phase left no time for.
LATE = "out of time"


class WorkersError(RuntimeError):
    """Worker processes do not start."""


@dataclass(frozen=True)
class Task:
    """A step of a section; without a step it asks for the list of them."""

    section: str
    step: str | None
    limit: float

    @property
    def module(self) -> str:
        """A section with a dot in its name is a module elsewhere."""
        name = self.section
        return name if "." in name else f"refgen_gpu.check.sections.{name}"


@dataclass(frozen=True)
class Outcome:
    """How a task ended; `status` is "finished" or says why not."""

    task: Task
    status: str
    seconds: float
    result: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    device: str = ""
    output: str = ""


class Lane:
    """At most one worker process and one task at a time."""

    def __init__(self, log: Path, prepare: str | None, n_threads: int) -> None:
        self.log, self.prepare, self.n_threads = log, prepare, n_threads
        self.process: Any = None
        self.connection: Any = None
        self.device, self.failures = "", 0
        self._free()

    def _free(self) -> None:
        self.task: Task | None = None
        self.partial: dict[str, Any] = {}
        self.asked = False

    def begin(self, task: Task, end: float) -> None:
        self.task, self.end = task, end
        self.started = time.monotonic()
        if self.process is None:
            self._start()
            self.deadline = self.started + START
        else:
            self._ask()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        process = context.Process(
            target=serve, args=(theirs, self.log, os.getpid(), self.prepare)
        )
        with _threads(self.n_threads):
            process.start()
        self.process = process
        theirs.close()  # its end is heard only if nobody else holds it

    def _ask(self) -> None:
        assert self.task is not None
        self.asked, self.started, self.failures = True, time.monotonic(), 0
        self.deadline = min(self.started + self.task.limit, self.end)
        seconds = max(self.deadline - self.started, 0.0)
        # A step that watches its time stops before it would be killed. If the process
        # has died, that is heard next.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.connection.send((self.task.module, self.task.step, 0.9 * seconds))

    def hear(self) -> Outcome | None:
        """What the worker says; None if the task goes on.

        Raises
        ------
        EOFError
            If it ended before it was ready.
        """
        try:
            if self.is_dead():
                raise EOFError
            kind, said = self.connection.recv()
        except (EOFError, OSError):  # OSError: in the middle of what it said
            if not self.asked:
                raise EOFError from None
            return self.stop(f"crashed: {self._exit()}")
        if kind == "ready":
            self.device = said
            self._ask()
        elif kind == "partial":
            self.partial = said
        else:
            return self._done(said)
        return None

    def _done(self, answer: dict[str, Any]) -> Outcome:
        problems = list(answer["problems"])
        silent = answer["silent"]
        if silent is not None:
            # The next step gets a process whose device answers.
            problems.append(f"the device fell silent: {silent}")
        outcome = self._outcome(answer["status"], answer["result"], problems)
        if silent is not None:
            self.kill()
        return outcome

    def _outcome(self, status: str, result: dict, problems: list[str]) -> Outcome:
        assert self.task is not None
        seconds = time.monotonic() - self.started
        outcome = Outcome(
            self.task, status, seconds, result, problems, self.device, self.output()
        )
        self._free()
        return outcome

    def stop(self, status: str) -> Outcome:
        """End the process, and the task with what it had found so far."""
        self.kill()
        return self._outcome(status, self.partial, [status])

    def kill(self) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()  # it may not have a group of its own yet
        self.process.join(_DEATH)
        self.connection.close()
        self.process = None

    def _exit(self) -> str:
        self.process.join(5)
        code = self.process.exitcode
        if code is not None and code < 0:
            return f"signal {signal.Signals(-code).name}"
        return f"exit status {code}"

    def output(self) -> str:
        """What the process has printed since the last call."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(self.log.stat().st_size - _MOST_OUTPUT, 0))
                printed = file.read(_MOST_OUTPUT)
            os.truncate(self.log, 0)
        except OSError:
            return ""
        return printed.decode("utf-8", "replace")

    def is_dead(self) -> bool:
        """Whether the process ended and has nothing left to say."""
        return not (self.process.is_alive() or self.connection.poll())


class Lanes:
    """Several lanes that share a queue of tasks.

    Parameters
    ----------
    n_lanes : int
    folder : path
        For what the workers print.
    prepare : str, optional
        As `refgen_gpu.check.worker.serve` takes it.
    """

    def __init__(self, n_lanes: int, folder: Path, prepare: str | None = None) -> None:
        n_threads = max(n_cores() // n_lanes, 1)
        self._lanes = [
            Lane(folder / f"lane-{k}", prepare, n_threads) for k in range(n_lanes)
        ]

    def outcomes(self, tasks: list[Task], end: float) -> Iterator[Outcome]:
        """Outcomes as tasks end, until ``time.monotonic()`` is `end`.

        Raises
        ------
        WorkersError
            If no worker starts.
        """
        waiting = deque(tasks)
        while time.monotonic() < end:
            for lane in self._lanes:
                if lane.task is None and waiting and lane.failures < _MOST_FAILURES:
                    lane.begin(waiting.popleft(), end)
            busy = [lane for lane in self._lanes if lane.task is not None]
            if not busy:
                return
            next_look = min(end, *(lane.deadline for lane in busy)) - time.monotonic()
            seconds = min(max(next_look, 0.0), _LOOK)
            said = wait([lane.connection for lane in busy], seconds)
            for lane in busy:
                yield from self._heard(lane, lane.connection in said, waiting)

    def _heard(self, lane: Lane, spoke: bool, waiting: deque) -> Iterator[Outcome]:
        task = lane.task
        assert task is not None
        if spoke or lane.is_dead():
            try:
                outcome = lane.hear()
            except EOFError:
                self._not_started(lane, lane._exit(), waiting)
                return
            if outcome is not None:
                yield outcome
        elif time.monotonic() >= lane.deadline:
            if lane.asked:
                late = lane.deadline >= lane.end
                limit = f"hung: no answer after {task.limit:.0f} s"
                yield lane.stop(LATE if late else limit)
            else:
                self._not_started(lane, f"not ready after {START:.0f} s", waiting)

    def _not_started(self, lane: Lane, why: str, waiting: deque) -> None:
        task = lane.task
        lane.kill()
        printed = lane.output().strip().splitlines()
        lane._free()
        waiting.appendleft(task)
        lane.failures += 1
        if all(lane.failures >= _MOST_FAILURES for lane in self._lanes):
            last = f": {printed[-1][:300]}" if printed else ""
            raise WorkersError(f"workers do not start ({why}){last}")

    def stop(self, status: str = "interrupted") -> list[Outcome]:
        """End all processes; the tasks at hand, with what they had found so far.

        A step whose worker is not ready yet was not reached, and says nothing.
        """
        stopped = []
        for lane in self._lanes:
            if lane.task is not None and lane.asked:
                stopped.append(lane.stop(status))
            elif lane.task is not None and lane.task.step is None:
                stopped.append(lane.stop(f"{status} before a worker was ready"))
            lane.kill()
            lane._free()
        return stopped


@contextlib.contextmanager
def _threads(n: int) -> Iterator[None]:
    """Environment in which libraries of a new process start with `n` threads."""
    names = [f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "NUMBA")]
    before = {name: os.environ.get(name) for name in names}
    os.environ.update({name: str(n) for name in names})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
