"""The verifier: pinned examples, search, scan, twins, record."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from refgen.arrays import Instance
from refgen.claims import registry
from refgen.claims.model import Claim, Statement, Twin
from refgen.random import Stream
from refgen.verify.profiles import PROFILES, Profile
from refgen.verify.report import ClaimResult, Report, TwinResult, finite_or_none
from refgen.verify.scan import scan
from refgen.verify.search import search
from refgen.verify.tally import ClaimError, Tally, drawn, evaluate

MIN_INSTANCES = 16


def verify(
    ids: Iterable[str] = (),
    *,
    profile: str = "default",
    n_instances: int | None = None,
    seed: int = 0,
    rg: Any = None,
    on_result: Callable[[ClaimResult], None] = lambda result: None,
) -> Report:
    """Verify claims numerically and refute their twins.

    Parameters
    ----------
    ids : iterable of str
        Ids or globs; all claims by default.
    profile : {"quick", "default", "wide"}
    n_instances : int, optional
        Scanned instances per claim of cost 1, instead of the profile's.
    seed : int
        Non-negative.
    rg : module, optional
        The backend; `refgen` by default.
    on_result : callable
        Called with each result as it is ready.

    Returns
    -------
    Report
        With what is finished if interrupted by Ctrl-C.

    Raises
    ------
    UnknownClaim
        If an id matches nothing; the nearest ids are named.
    ValueError
        If `profile`, `n_instances` or `seed` is out of range.

    Examples
    --------
    >>> report = verify(["GDE-6"], profile="quick")
    >>> report.ok, report.results[0].verdict
    (True, 'HOLDS')
    """
    if profile not in PROFILES:
        raise ValueError(f"profile must be one of {list(PROFILES)}, got {profile!r}")
    if n_instances is not None and n_instances < 1:
        raise ValueError(f"n_instances must be at least 1, got {n_instances}")
    Stream(seed)  # says what is wrong with the seed before any work
    ran, left_out = select(ids, PROFILES[profile])
    report = Report(profile, seed, left_out=left_out)
    try:
        for claim in ran:
            result = verify_claim(claim, PROFILES[profile], n_instances, seed, rg)
            report.results.append(result)
            on_result(result)
    except KeyboardInterrupt:
        report.interrupted = True
    return report


def select(ids: Iterable[str], profile: Profile) -> tuple[list[Claim], list[str]]:
    """The claims that a run takes, and the ids it leaves out as too slow.

    Slow claims run in any profile if asked for by their exact id.
    """
    wanted = list(ids)
    claims = registry.find(wanted)
    ran = [c for c in claims if profile.slow or not c.slow or c.id in wanted]
    return ran, [c.id for c in claims if c not in ran]


def verify_claim(
    claim: Claim,
    profile: Profile = PROFILES["default"],
    n_instances: int | None = None,
    seed: int = 0,
    rg: Any = None,
) -> ClaimResult:
    """Verify one claim; see `verify`."""
    if rg is None:
        import refgen as rg
    start = time.perf_counter()
    # Dear claims still see several sizes and several instances of each.
    budget = max(-(-(n_instances or profile.instances) // claim.cost), MIN_INSTANCES)
    tally, error = Tally(), None
    try:
        for stage in _stages(claim, rg, tally, profile, budget, seed, claim):
            stage()
            if tally.violation is not None:
                break
    except ClaimError as failure:
        error = str(failure)
    twins = [_try_twin(twin, claim, rg, profile, budget, seed) for twin in claim.twins]
    violation = None if tally.violation is None else repr(tally.violation)
    return ClaimResult(
        id=claim.id,
        kind=claim.kind,
        title=claim.title,
        verdict=_verdict(error, violation, twins),
        n_instances=tally.n_instances,
        tightness=finite_or_none(tally.tightness),
        tightest=None if tally.tightest is None else repr(tally.tightest),
        violation=violation,
        reproduce=violation and reproduction(claim, tally.violation, rg),
        error=error,
        twins=twins,
        seconds=time.perf_counter() - start,
        seed=seed,
        device=rg.arrays.device_label(),
    )


def _verdict(error: str | None, violation: str | None, twins: list[TwinResult]) -> Any:
    if error is not None or any(twin.error for twin in twins):
        return "ERROR"
    if violation is not None:
        return "REFUTED"
    return "HOLDS" if all(twin.refuted for twin in twins) else "POWERLESS"


def _stages(
    statement: Statement,
    rg: Any,
    tally: Tally,
    profile: Profile,
    budget: int,
    seed: int,
    claim: Claim,
) -> Iterator[Callable[[], None]]:
    """Pinned examples, then Hypothesis, then the scan."""
    name = statement.text if isinstance(statement, Twin) else "claim"
    stream = rg.random.Stream(seed, claim.id, name)
    yield lambda: pinned(statement, rg, tally)
    yield lambda: search(statement, rg, tally, profile.search_examples, seed)
    yield lambda: scan(statement, rg, tally, budget, stream, claim.cost)


def pinned(statement: Statement, rg: Any, tally: Tally) -> None:
    """Try the domain's pinned examples."""
    for instance in drawn(statement.domain.examples):
        batch = rg.arrays.to_device(instance).take(None)
        tally.record(batch, evaluate(statement, rg, batch, 1))


def _try_twin(
    twin: Twin, claim: Claim, rg: Any, profile: Profile, budget: int, seed: int
) -> TwinResult:
    tally = Tally()
    try:
        for stage in _stages(twin, rg, tally, profile, budget, seed, claim):
            stage()
            if tally.violation is not None:
                break
    except ClaimError as failure:
        return TwinResult(twin.text, False, tally.n_instances, None, str(failure))
    found: Instance | None = tally.violation
    shown = None if found is None else repr(found)
    return TwinResult(twin.text, found is not None, tally.n_instances, shown)


def reproduction(claim: Claim, instance: Any, rg: Any) -> str:
    """One line of Python that measures the claim on the instance."""
    kind, package = type(instance), rg.__name__
    where = "" if package == "refgen" else f", rg={package}"
    return (
        f"from {kind.__module__} import {kind.__name__}; "
        + (f"import {package}; " if where else "")
        + "from refgen.verify import check; "
        f"print(check({claim.id!r}, {instance!r}{where}))"
    )


def check(id: str, instance: Instance, rg: Any = None) -> bool:
    """Whether a claim holds on one instance.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> check("GDE-6", FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]]))
    True
    """
    if rg is None:
        import refgen as rg
    batch = rg.arrays.to_device(instance).take(None)
    decision = registry.get(id).decide(rg, batch, 1)
    return not bool(decision.violated[0])
