"""The run of one statement: its tasks in order, and what is known about it so far."""

from __future__ import annotations

from dataclasses import replace

from refgen import intervals
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Claim
from refgen.verify import drawing, judging
from refgen.verify.outcomes import Outcome, merged
from refgen.verify.tasks import Settings, Task, plan, statement_of


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
        self.error_probability = error_probability
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
        # A twin that is off by less than the claim's precision would seem to hold:
        # draws go on until it falls, or the budget ends.
        holds = self.verdict.state == "holds" and self.index == 0
        return holds or (again and self.verdict.state == "refuted")

    def _judged(self, task: Task) -> judging.Verdict:
        """The verdict on all looks; before it refutes, other draws have to confirm."""
        looks = [o.samples or [] for t, o in self.counted if t.stage == "sample"]
        kind, share = self.statement.kind, self.error_probability
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
        share = float(intervals.spend(self.error_probability, attempt))
        kind, again = self.statement.kind, last.samples or []
        verdict = judging.confirmed(kind, self.verdict, again, share)
        if verdict.state == "open":
            self._doubts = verdict.words
        return verdict
