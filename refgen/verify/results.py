"""What the runs of a claim and of its twins mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refgen.claims.model import Claim, Twin
from refgen.verify.outcomes import Outcome
from refgen.verify.report import ClaimResult, TwinResult, Verdict
from refgen.verify.schedule import StatementRun


def result_of(
    claim: Claim, statements: list[StatementRun], seed: int, rg: Any
) -> ClaimResult:
    """The result of a claim from its own run and those of its twins."""
    own = _judged(statements[0])
    twins = [_twin_result(statement) for statement in statements[1:]]
    total = sum(s.outcome().seconds for s in statements)
    return ClaimResult(
        id=claim.id,
        kind=claim.kind,
        title=claim.title,
        verdict=_verdict(own, twins),
        n_instances=own.outcome.n_instances,
        tightness=own.outcome.tightness if own.words is None else own.tightness,
        tightest=own.outcome.tightest,
        violation=own.violation,
        reproduce=own.outcome.reproduce,
        error=own.outcome.error,
        twins=twins,
        seconds=total,
        seed=seed,
        device=rg.arrays.device_label(),
        decision=own.words,
        n_draws=own.n_draws,
    )


@dataclass(frozen=True)
class _Judged:
    """What is known about a statement, whether it was measured or simulated."""

    outcome: Outcome
    violation: str | None
    is_open: bool
    words: str | None = None
    tightness: float | None = None
    n_draws: int = 0


def _judged(run: StatementRun) -> _Judged:
    outcome, verdict = run.outcome(), run.verdict
    if verdict is None:
        return _Judged(outcome, outcome.violation, False)
    return _Judged(
        outcome,
        verdict.instance,
        verdict.state == "open",
        verdict.words,
        verdict.tightness,
        verdict.n_draws,
    )


def _twin_result(run: StatementRun) -> TwinResult:
    judged, twin = _judged(run), run.statement
    assert isinstance(twin, Twin)
    outcome = judged.outcome
    if outcome.error is not None:
        return TwinResult(twin.text, False, outcome.n_instances, None, outcome.error)
    refuted = judged.violation is not None
    n = outcome.n_instances
    return TwinResult(twin.text, refuted, n, judged.violation, None, judged.words)


def _verdict(own: _Judged, twins: list[TwinResult]) -> Verdict:
    if own.outcome.error is not None or any(twin.error for twin in twins):
        return "ERROR"
    if own.violation is not None:
        return "REFUTED"
    if own.is_open:
        return "UNDECIDED"
    if not twins:
        return "HOLDS (power untested)"
    return "HOLDS" if all(twin.refuted for twin in twins) else "POWERLESS"
