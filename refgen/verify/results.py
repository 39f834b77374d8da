"""What the runs of a claim and of its twins mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from refgen.claims.model import Claim, Twin
from refgen.claims.resolution import PartResolution
from refgen.verify.outcomes import Outcome, resolutions
from refgen.verify.report import ClaimResult, TwinResult, Verdict
from refgen.verify.reproduce import running
from refgen.verify.scan import undetected_share
from refgen.verify.statements import StatementRun
from refgen.verify.tasks import Settings

# A twin is a near-miss if it is off by this much at most.
NEAR = 0.05


def result_of(
    claim: Claim, statements: list[StatementRun], settings: Settings, rg: Any
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
        reproduce=_reproduction(own, statements[0], settings, rg),
        error=own.outcome.error,
        twins=twins,
        seconds=total,
        seed=settings.seed,
        device=rg.arrays.device_label(),
        decision=own.words,
        n_draws=own.n_draws,
        resolution=_coarsest(own.parts),
        loose=[what for p in own.parts if (what := p.looseness) and not p.reason],
        reasons=_reasons(own.parts),
        missed=_missed(own.outcome),
    )


def _reproduction(
    own: _Judged, run: StatementRun, settings: Settings, rg: Any
) -> str | None:
    if own.violation is None:
        return None
    known = own.outcome.reproduce
    return known or running(run.claim, settings, run.error_probability, rg)


def _missed(outcome: Outcome) -> float | None:
    """What a scan cannot see; nothing is missed where all instances are examples."""
    return undetected_share(outcome.n_scanned) if outcome.n_scanned else None


def _is_loose(part: PartResolution) -> bool:
    return part.looseness is not None and not part.reason


def _reasons(parts: Sequence[PartResolution]) -> list[str]:
    """Why relations are kept that are coarse, each reason once."""
    given = (f"{p.looseness}: {p.reason}" for p in parts if p.looseness and p.reason)
    return list(dict.fromkeys(given))


def _coarsest(parts: Sequence[PartResolution]) -> float | None:
    known = [part.resolution for part in parts if part.resolution is not None]
    return max(known, default=None)


@dataclass(frozen=True)
class _Judged:
    """What is known about a statement, whether it was measured or simulated."""

    outcome: Outcome
    violation: str | None
    is_open: bool
    parts: tuple[PartResolution, ...] = ()
    words: str | None = None
    tightness: float | None = None
    n_draws: int = 0


def _judged(run: StatementRun) -> _Judged:
    outcome, verdict = run.outcome(), run.verdict
    if verdict is None:
        parts = resolutions(outcome.parts)
        return _Judged(outcome, outcome.violation, False, parts)
    return _Judged(
        outcome,
        verdict.instance,
        verdict.state == "open",
        verdict.parts,
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
    distance = _distance(twin, judged.parts)
    return TwinResult(
        twin.text,
        refuted,
        outcome.n_instances,
        judged.violation,
        None,
        judged.words,
        distance,
        share=outcome.n_violating / outcome.n_scanned if outcome.n_scanned else None,
        is_near=_is_near(twin, run.claim, distance),
        reason=twin.reason,
    )


def _distance(twin: Twin, parts: Sequence[PartResolution]) -> float | None:
    """How far the twin is from the truth: see `TwinResult`."""
    margins = [part.margin for part in parts if part.margin is not None]
    known = [twin.change, max(margins, default=None)]
    return min((x for x in known if x is not None), default=None)


def _is_near(twin: Twin, claim: Claim, distance: float | None) -> bool:
    same = twin.domain is claim.domain and twin.kind == claim.kind
    return same and distance is not None and distance <= NEAR * (1 + 1e-9)


def _verdict(own: _Judged, twins: list[TwinResult]) -> Verdict:
    if own.outcome.error is not None or any(twin.error for twin in twins):
        return "ERROR"
    if own.violation is not None:
        return "REFUTED"
    if own.is_open:
        return "UNDECIDED"
    if not all(twin.refuted for twin in twins):
        return "POWERLESS"
    if any(map(_is_loose, own.parts)):
        return "LOOSE"
    return "HOLDS" if twins else "HOLDS (power untested)"
