"""Hand out tasks as workers become free; outcomes count in the tasks' order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from refgen._interrupts import interrupts_noticed
from refgen.verify.environment import environment
from refgen.verify.outcomes import Outcome
from refgen.verify.processes import ExecutorError
from refgen.verify.statements import StatementRun
from refgen.verify.tasks import Settings, Task, perform_all, perform_by_name

# A run gives up after this many deaths of workers in a row at the same task.
_MAX_DEATHS = 3


class Store(Protocol):
    """Where finished tasks are kept."""

    def get(self, task: Task) -> Outcome | None: ...

    def put(self, task: Task, outcome: Outcome) -> None: ...


class NoStore:
    """A store that keeps nothing."""

    def get(self, task: Task) -> Outcome | None:
        return None

    def put(self, task: Task, outcome: Outcome) -> None:
        pass


class Scheduler:
    """Runs statements to their end.

    If workers die, the unfinished tasks are repeated one at a time. So a task that
    kills its worker every time is identified, and all other tasks are finished.

    Parameters
    ----------
    settings : Settings
    package : str
        Name of the package that claims run on.
    store : Store
    workers : callable
        Gives a context manager of (executor, capacity); called again if workers die.
    by_name : bool
        Whether claims are sent to workers by name rather than as objects.
    """

    def __init__(
        self,
        settings: Settings,
        package: str,
        store: Store,
        workers: Callable[[], AbstractContextManager[tuple[Executor, int]]],
        by_name: bool = False,
    ) -> None:
        self._settings, self._package = settings, package
        self._store, self._workers = store, workers
        self._by_name = by_name
        self._pending: dict[Future, list[tuple[StatementRun, Task]]] = {}
        self._n_alone = 0  # results to wait for one by one
        self._n_deaths = 0

    def run(
        self,
        statements: Sequence[StatementRun],
        on_done: Callable[[StatementRun], None],
    ) -> None:
        """Run all statements; `on_done` is called as each one ends.

        Raises
        ------
        ExecutorError
            If workers die again and again, or do not know a claim.
        RunError
            If the store fails.
        """
        if self._by_name:
            _check_names(statements)
        waiting = list(statements)
        while waiting:
            try:
                with self._workers() as (executor, capacity):
                    self._drain(executor, capacity, waiting, on_done)
            except BrokenExecutor as error:
                self._bury(error)
                for statement in waiting:
                    statement.restart()

    def _drain(
        self,
        executor: Executor,
        capacity: int,
        waiting: list[StatementRun],
        on_done: Callable[[StatementRun], None],
    ) -> None:
        self._pending = {}
        while waiting:
            for group in self._ready(waiting, capacity):
                self._pending[self._submit(executor, group)] = group
            self._collect()
            for statement in [s for s in waiting if s.is_done]:
                waiting.remove(statement)
                on_done(statement)
        for future in self._pending:  # not needed: its statement is decided
            future.cancel()

    def _submit(
        self, executor: Executor, group: list[tuple[StatementRun, Task]]
    ) -> Future[list[Outcome]]:
        claim, tasks = group[0][0].claim, [task for _, task in group]
        common = (tasks, self._settings, self._package)
        if not self._by_name:
            return executor.submit(perform_all, claim, *common)
        module = claim.measure.__module__
        return executor.submit(perform_by_name, module, *common, environment())

    def _collect(self) -> None:
        """Save finished outcomes; only then report the death of a worker."""
        death = None
        with interrupts_noticed():
            ended = wait(self._pending, return_when=FIRST_COMPLETED).done
        for future in ended:
            try:
                outcomes = future.result()
            except BrokenExecutor as error:
                death = error
                continue
            group = self._pending.pop(future)
            for (statement, task), outcome in zip(group, outcomes, strict=True):
                self._store.put(task, outcome)
                # Measurements may be as large as memory; the store has them.
                statement.accept(task, replace(outcome, measurements=None))
            self._n_alone, self._n_deaths = max(self._n_alone - 1, 0), 0
        if death is not None:
            raise death

    def _bury(self, error: BrokenExecutor) -> None:
        under_way = [group[0][1] for group in self._pending.values()]
        if len(under_way) > 1:
            self._n_alone = len(under_way)
            return
        self._n_alone = max(self._n_alone, 1)
        self._n_deaths += 1
        if self._n_deaths == _MAX_DEATHS:
            where = f" doing {under_way[0]}" if under_way else ""
            raise ExecutorError(
                f"workers died {_MAX_DEATHS} times in a row{where}: "
                f"{str(error).strip()}\nThey may need more memory: try fewer jobs. "
                "With --run the same command goes on from what was finished."
            ) from error

    def _ready(
        self, waiting: list[StatementRun], capacity: int
    ) -> Iterator[list[tuple[StatementRun, Task]]]:
        """Tasks to submit now; tasks that share their examples form one group."""
        for statement in waiting:
            while len(self._pending) < (1 if self._n_alone else capacity):
                task = self._new_task(statement)
                if task is None:
                    break
                others = _on_the_same_examples(statement, waiting)
                tasks = [(other, self._new_task(other)) for other in others]
                yield [(statement, task), *((s, t) for s, t in tasks if t is not None)]

    def _new_task(self, statement: StatementRun) -> Task | None:
        """The next task without an outcome; known outcomes are accepted on the way."""
        while (task := statement.next_task()) is not None:
            known = statement.accepted(task) or self._store.get(task)
            if known is None:
                return task
            statement.accept(task, known)
        return None


def _on_the_same_examples(
    statement: StatementRun, waiting: Sequence[StatementRun]
) -> list[StatementRun]:
    """Other statements of the claim on the same finite domain.

    Their tasks run together, because the examples may be expensive to make.
    """
    domain = statement.statement.domain
    if not domain.is_finite:
        return []
    return [
        other
        for other in waiting
        if other is not statement
        and other.claim is statement.claim
        and other.statement.domain is domain
    ]


def _check_names(statements: Sequence[StatementRun]) -> None:
    for claim in (statement.claim for statement in statements):
        if claim.measure.__module__ == "__main__":
            raise ExecutorError(
                f"claim {claim.id} is declared in the script that runs, where workers "
                "cannot find it: move it to a module, or use one job"
            )
