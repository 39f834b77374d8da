"""Hand out tasks as workers become free; outcomes count in the tasks' order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol

from refgen import intervals
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Claim
from refgen.verify import drawing, judging
from refgen.verify.executors import ExecutorError, environment
from refgen.verify.outcomes import Outcome, merged
from refgen.verify.tasks import (
    Settings,
    Task,
    perform_all,
    perform_by_name,
    plan,
    statement_of,
)

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


class StatementRun:
    """The tasks of one statement, and what is known about it so far.

    Scan tasks may be done in any order. All other tasks wait for those before them,
    and those after them wait for their outcomes. Once a violation is known, only the
    first block of the scan is still measured: it shows how common violations are.
    """

    def __init__(
        self,
        claim: Claim,
        index: int,
        settings: Settings,
        batch: int,
        error_probability: float,
    ) -> None:
        self.claim, self.index = claim, index
        self.statement = statement_of(claim, index)
        self.tasks = plan(claim, index, settings, batch)
        self.verdict: judging.Verdict | None = None
        self._error_probability = error_probability
        self._issued = 0
        self._found: dict[Task, Outcome] = {}
        self._n_known = 0  # number of tasks before the first unknown outcome
        self._stopped = False
        self._error: str | None = None
        self._doubts: str | None = None  # about a refutation that was not confirmed

    @property
    def is_done(self) -> bool:
        return self._stopped or self._n_known == len(self.tasks)

    @property
    def counted(self) -> list[tuple[Task, Outcome]]:
        """The outcomes that count, in order: those up to the deciding one."""
        return [(task, self._found[task]) for task in self.tasks[: self._n_known]]

    def outcome(self) -> Outcome:
        """The outcomes that count, merged into one."""
        total = merged(outcome for _, outcome in self.counted)
        return replace(total, error=total.error or self._error)

    def next_task(self) -> Task | None:
        """A task that may start now and was not handed out yet."""
        if self.is_done or self._issued == len(self.tasks):
            return None
        task = self.tasks[self._issued]
        under_way = self.tasks[self._n_known : self._issued]
        if under_way and any(t.stage != "scan" for t in (task, *under_way)):
            return None
        self._issued += 1
        return task

    def restart(self) -> None:
        """Allow that tasks without a result are handed out again."""
        self._issued = self._n_known

    def accepted(self, task: Task) -> Outcome | None:
        """The outcome of a task, if it arrived before a restart."""
        return self._found.get(task)

    def accept(self, task: Task, outcome: Outcome) -> None:
        """Take a result; results after the deciding one are dropped."""
        if self.is_done:
            return
        self._found[task] = outcome
        while not self.is_done and self.tasks[self._n_known] in self._found:
            task = self.tasks[self._n_known]
            last = self._found[task]
            self._n_known += 1
            self._stopped = last.error is not None or self._is_decided(task, last)
            if last.violation is not None:
                self._keep_first_block_only()
        if self.is_done:
            self._forget_draws()

    def _keep_first_block_only(self) -> None:
        done, rest = self.tasks[: self._n_known], self.tasks[self._n_known :]
        self.tasks = done + [t for t in rest if (t.stage, t.block) == ("scan", 0)]

    def _forget_draws(self) -> None:
        """Drop the draws once the verdict is known: they may be as large as memory."""
        for task, outcome in self._found.items():
            self._found[task] = replace(outcome, samples=None)

    def _is_decided(self, task: Task, last: Outcome) -> bool:
        if last.samples is None:
            return False
        try:
            again = task.stage == "confirm"
            self.verdict = self._confirmed(last) if again else self._judged(task)
        except InvalidMeasurement as error:  # looks that do not fit together
            self._error = f"InvalidMeasurement: {error}"
            return True
        return self.verdict.state == "holds" or (
            again and self.verdict.state == "refuted"
        )

    def _judged(self, task: Task) -> judging.Verdict:
        """The verdict on all looks; before it refutes, other draws have to confirm."""
        looks = [o.samples or [] for t, o in self.counted if t.stage == "sample"]
        kind, share = self.statement.kind, self._error_probability
        verdict = judging.judge(kind, looks, share)
        if verdict.state == "refuted":
            number = drawing.again_number(task.block, verdict.place[0], looks[0])
            again = replace(task, stage="confirm", block=number)
            self.tasks.insert(self._n_known, again)
        elif self._doubts is not None:
            return replace(verdict, state="open", words=self._doubts)
        return verdict

    def _confirmed(self, last: Outcome) -> judging.Verdict:
        assert self.verdict is not None
        attempt = sum(task.stage == "confirm" for task, _ in self.counted)
        share = float(intervals.spend(self._error_probability, attempt))
        kind, again = self.statement.kind, last.samples or []
        verdict = judging.confirmed(kind, self.verdict, again, share)
        if verdict.state == "open":
            self._doubts = verdict.words
        return verdict


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
        for future in wait(self._pending, return_when=FIRST_COMPLETED).done:
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
