"""The independent tasks of a run: keyed by statement, stage and block."""

from __future__ import annotations

import importlib
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any

from refgen.claims import registry
from refgen.claims.model import Claim, Statement, Twin
from refgen.verify import drawing
from refgen.verify.again import confirm
from refgen.verify.ascent import ascend, rounds_of
from refgen.verify.environment import differences, environment
from refgen.verify.measurements import Recorder
from refgen.verify.outcomes import Outcome
from refgen.verify.processes import ExecutorError
from refgen.verify.report import finite_or_none
from refgen.verify.reproduce import measuring
from refgen.verify.scan import block_size, blocks_per_task, pinned, scan
from refgen.verify.search import search
from refgen.verify.tally import ClaimError, Tally

MIN_INSTANCES = 16

# Stages of Monte-Carlo statements.
_DRAWS = {"sample": drawing.draw, "confirm": drawing.draw_again}

# Most characters of an error's text: it may show an instance as long as a data set.
_MAX_ERROR = 2000

# Hypothesis and the limit on threads are states of the process: its threads take turns.
_one_at_a_time = threading.RLock()


@dataclass(frozen=True)
class Settings:
    """Settings that all tasks of a run share; with the task they fix its outcome.

    Attributes
    ----------
    seed : int
    search_examples, instances, draws : int
        Sizes of the search, of the scan (for claims of cost 1) and of Monte Carlo.
    simulated, small : int
        Instances of a Monte-Carlo claim drawn by the sampler, and by Hypothesis.
    record : bool
        Whether outcomes carry the table of all measurements.
    """

    seed: int
    search_examples: int
    instances: int
    draws: int
    simulated: int = 8
    small: int = 2
    record: bool = False

    def budget(self, claim: Claim) -> int:
        """Number of instances to scan.

        Even an expensive claim is tried on several sizes, each with several instances.
        """
        return max(-(-self.instances // claim.cost), MIN_INSTANCES)


@dataclass(frozen=True)
class Task:
    """One piece of work.

    Attributes
    ----------
    claim : str
    statement : int
        0 for the claim itself, i for its i-th twin.
    stage : {"pinned", "search", "scan", "ascent", "sample", "confirm"}
    block : int
        The first scan task has the first block only: all that is checked once is
        checked there. "sample" has its look, "confirm" a number of
        `refgen.verify.drawing.again_number`.
    """

    claim: str
    statement: int
    stage: str
    block: int = 0

    def __str__(self) -> str:
        twin = f" twin {self.statement}" if self.statement else ""
        return f"{self.claim}{twin}, {self.stage} {self.block}"


def statement_of(claim: Claim, index: int) -> Statement:
    """The claim, or its twin number `index`."""
    return claim if index == 0 else claim.twins[index - 1]


def name_of(statement: Statement) -> str:
    """What a statement's streams and rows are called: "claim", or the twin's text."""
    return statement.text if isinstance(statement, Twin) else "claim"


def plan(claim: Claim, index: int, settings: Settings, batch: int) -> list[Task]:
    """All tasks of a statement, in the order in which their outcomes count."""
    if claim.monte_carlo:
        looks = drawing.n_looks(settings.draws)
        return [Task(claim.id, index, "sample", look) for look in range(looks)]
    pinned = Task(claim.id, index, "pinned")
    statement = statement_of(claim, index)
    if statement.domain.is_finite:
        return [pinned]
    budget = settings.budget(claim)
    size = block_size(claim.cost, budget, batch)
    n_blocks, per_task = -(-budget // size), blocks_per_task(claim.cost, size)
    n_scans = 1 + -(-(n_blocks - 1) // per_task)
    first, *rest = [Task(claim.id, index, "scan", block) for block in range(n_scans)]
    search = Task(claim.id, index, "search")
    # A claim's violation is shown on a small instance, which the search finds. Most
    # twins fall in the first block, and then need no search.
    start = [search, first] if index == 0 else [first, search]
    climbs = rounds_of(statement, budget, size)[0] > 0
    end = [Task(claim.id, index, "ascent")] if climbs else []
    return [pinned, *start, *rest, *end]


def _scan_blocks(number: int, per_task: int) -> range:
    """The blocks of scan task `number`."""
    if number == 0:
        return range(1)
    start = 1 + (number - 1) * per_task
    return range(start, start + per_task)


def perform(claim: Claim, task: Task, settings: Settings, package: str) -> Outcome:
    """Do the work of a task; the result depends on the arguments only."""
    start = time.perf_counter()
    rg = importlib.import_module(package)
    statement = statement_of(claim, task.statement)
    recorder = Recorder(rg.arrays.to_host) if settings.record else None
    tally, error, samples = Tally(recorder), None, None
    try:
        with _one_at_a_time, one_thread():
            if task.stage in _DRAWS:
                draw = _DRAWS[task.stage]
                samples = draw(claim, statement, rg, task.block, settings)
            else:
                _try(claim, statement, rg, tally, task, settings)
            if tally.violation is not None:
                confirm(statement, rg, tally.violation)
    except ClaimError as failure:
        error, tally.violation = shortened(str(failure)), None
    violation = tally.violation
    n_instances = tally.n_instances
    if samples is not None and (task.stage, task.block) == ("sample", 0):
        # All looks have the same instances.
        n_instances = sum(len(site["instances"]) for site in samples)
    return Outcome(
        n_instances=n_instances,
        n_scanned=tally.n_scanned,
        n_violating=tally.n_violating,
        tightness=finite_or_none(tally.tightness),
        tightest=None if tally.tightest is None else repr(tally.tightest),
        violation=None if violation is None else repr(violation),
        reproduce=_line(claim, task, violation, rg),
        error=error,
        parts=[part.to_dict() for part in tally.parts],
        samples=samples,
        measurements=None if recorder is None else recorder.packed(),
        seconds=time.perf_counter() - start,
    )


def perform_all(
    claim: Claim, tasks: Sequence[Task], settings: Settings, package: str
) -> list[Outcome]:
    """`perform` on several tasks of a claim, in one process."""
    return [perform(claim, task, settings, package) for task in tasks]


def perform_by_name(
    module: str,
    tasks: Sequence[Task],
    settings: Settings,
    package: str,
    wanted: dict[str, str],
) -> list[Outcome]:
    """`perform_all` in a worker, which knows the claim by name only.

    Parameters
    ----------
    module : str
        Where the claim is declared.
    wanted : dict
        The `environment` of the process that sent the task.

    Raises
    ------
    ExecutorError
        If the worker has another environment, or the work failed outside the claim's
        code. It carries the traceback as text, as some exceptions cannot be sent back.
    """
    if environment() != wanted:
        what = "; ".join(differences(environment(), wanted))
        raise ExecutorError(
            f"a worker would compute other bits than this process ({what}, where "
            "'now' is this process): give both the same code, versions and kind of "
            "processor, and start the run anew"
        )
    try:
        importlib.import_module(module)
        return perform_all(registry.get(tasks[0].claim), tasks, settings, package)
    except Exception:
        reason = traceback.format_exc()
        raise ExecutorError(f"{tasks[0]} failed in a worker:\n{reason}") from None


def shortened(text: str, limit: int = _MAX_ERROR) -> str:
    """A text without its middle, if it is too long.

    Examples
    --------
    >>> shortened("0123456789" * 10, 20)
    '0123456789 … 80 characters … 0123456789'
    """
    left_out = len(text) - limit
    if left_out <= 0:
        return text
    head, tail = text[: limit // 2], text[len(text) - limit // 2 :]
    return f"{head} … {left_out} characters … {tail}"


def one_thread() -> AbstractContextManager[Any]:
    """Linear algebra in one thread: the number of threads changes the last bits."""
    return _thread_pools(len(sys.modules)).limit(limits=1)


@cache
def _thread_pools(n_modules: int) -> Any:
    """The libraries' thread pools; searched again if modules have been loaded since."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def _try(
    claim: Claim,
    statement: Statement,
    rg: Any,
    tally: Tally,
    task: Task,
    settings: Settings,
) -> None:
    if task.stage == "pinned":
        pinned(statement, rg, tally)
    elif task.stage == "search":
        search(statement, rg, tally, settings.search_examples, settings.seed)
    else:
        stream = rg.random.Stream(settings.seed, claim.id, name_of(statement))
        budget = settings.budget(claim)
        size = block_size(claim.cost, budget, rg.arrays.BATCH)
        if task.stage == "ascent":
            ascend(statement, rg, tally, budget, stream, size)
            return
        blocks = _scan_blocks(task.block, blocks_per_task(claim.cost, size))
        scan(statement, rg, tally, budget, stream, size, blocks)


def _line(claim: Claim, task: Task, violation: Any, rg: Any) -> str | None:
    """What shows the claim's violation again; a twin's has no name to call it by."""
    if violation is None or task.statement:
        return None
    return measuring(claim, rg.arrays.to_host(violation), rg)
