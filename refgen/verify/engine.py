"""The verifier: which claims run, with what budget, and what their outcomes mean."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from refgen._objects import check_instance
from refgen.arrays import Instance
from refgen.claims import registry
from refgen.claims.model import Claim
from refgen.verify._arguments import (
    as_package,
    as_profile,
    check_profile,
    check_run,
)
from refgen.verify.executors import executor
from refgen.verify.measurements import Block, blocks
from refgen.verify.members import require_member
from refgen.verify.profiles import PROFILES, Profile
from refgen.verify.report import ClaimResult, Report
from refgen.verify.results import result_of
from refgen.verify.schedule import NoStore, Scheduler
from refgen.verify.statements import StatementRun
from refgen.verify.store import RunStore, identity
from refgen.verify.tasks import Settings, Task, name_of, one_thread

ERROR_PROBABILITY = 1e-3


def verify(
    ids: Iterable[str] | None = None,
    *,
    profile: str = "default",
    n_instances: int | None = None,
    seed: int = 0,
    rg: Any = None,
    on_result: Callable[[ClaimResult], None] = lambda result: None,
    error_probability: float = ERROR_PROBABILITY,
    n_jobs: int = 1,
    dask: str | None = None,
    run: str | Path | None = None,
    record: Callable[[Report, Iterable[Block]], None] | None = None,
) -> Report:
    """Verify claims numerically and refute their twins.

    Parameters
    ----------
    ids : iterable of str, optional
        Ids, globs, or names of theories; all claims by default.
    profile : {"quick", "default", "wide"}
    n_instances : int, optional
        Scanned instances per claim of cost 1, instead of the profile's.
    seed : int
        Non-negative.
    rg : module, optional
        The backend; `refgen` by default.
    on_result : callable
        Called with each result as it is ready.
    error_probability : float
        In (0, 1). With at most this probability, any Monte-Carlo decision of the run
        is wrong.
    n_jobs : int
        Number of processes; the report does not depend on it.
    dask : str, optional
        Address of a Dask scheduler, or "local" for `n_jobs` workers here.
    run : path, optional
        Directory that keeps finished tasks; the same call continues from there.
    record : callable, optional
        Called at the end with the report and an iterable of all measurements, in the
        form that `refgen.verify.measurements.write_tables` takes. Every iteration reads
        them anew.

    Returns
    -------
    Report
        Results in the order of the claims; after Ctrl-C only the finished ones.

    Raises
    ------
    UnknownClaim
        If an id matches nothing; the nearest ids are named.
    ValueError
        If an argument is out of range.
    RunError
        If `run` cannot be written, is damaged, or holds another run.
    ExecutorError
        If workers cannot be started or reached, die repeatedly, or would compute other
        bits than this process.

    Notes
    -----
    The report is the same, bit for bit, for any number of processes and threads, and
    after any interruption. On another kind of processor it is the same within rounding:
    OpenBLAS and NumPy then add in another order, and last bits differ. So a run is
    continued, and workers are used, only where `refgen.verify.environment.environment`
    is the same: sources of refgen, versions of libraries, the kernels that OpenBLAS
    chose, NumPy's vector instructions and the C library.

    Examples
    --------
    >>> report = verify(["GDE-6"], profile="quick")
    >>> report.ok, report.results[0].verdict
    (True, 'HOLDS')
    """
    rg, chosen = as_package(rg), as_profile(profile)
    functions = {"on_result": on_result, "record": record}
    check_run(n_instances, seed, error_probability, n_jobs, dask, run, **functions)
    ran, left_out = select(ids, chosen)
    settings = _settings(chosen, n_instances, seed, record is not None)
    claims = _runs(ran, settings, rg, error_probability)
    report = Report(profile, seed, left_out=left_out)
    report.error_probability = error_probability
    report.n_monte_carlo = sum(1 + len(c.twins) for c in ran if c.monte_carlo)
    results: dict[str, ClaimResult] = {}

    def finished(claim: Claim) -> None:
        results[claim.id] = result_of(claim, claims[claim.id], settings, rg)
        on_result(results[claim.id])

    arguments = {
        "claims": [claim.id for claim in ran],
        "profile": profile,
        "n_instances": n_instances,
        "seed": seed,
        "error_probability": error_probability,
        "measurements": record is not None,
    }
    with _store(run, arguments, rg) as store:
        elsewhere = n_jobs > 1 or dask is not None
        scheduler = Scheduler(
            settings, rg.__name__, store, lambda: executor(n_jobs, dask), elsewhere
        )
        # Long tasks that start last would leave the other workers idle.
        first = sorted(ran, key=lambda c: not c.slow) if elsewhere else ran
        try:
            _run_all(scheduler, {c.id: claims[c.id] for c in first}, finished)
        except KeyboardInterrupt:
            report.interrupted = True
        report.results = [results[c.id] for c in ran if c.id in results]
        if record is not None:
            record(report, _Recorded(claims, store))
    return report


def select(
    ids: Iterable[str] | None, profile: Profile
) -> tuple[list[Claim], list[str]]:
    """The claims that a run verifies, and the ids that it leaves out as too slow.

    Slow claims run in any profile if asked for by their exact id.
    """
    check_profile(profile)
    wanted = registry.as_ids(ids)
    claims = registry.find(wanted)
    ran = [c for c in claims if profile.slow or not c.slow or c.id in (wanted or ())]
    return ran, [c.id for c in claims if c not in ran]


def verify_claim(
    claim: Claim,
    profile: Profile = PROFILES["default"],
    n_instances: int | None = None,
    seed: int = 0,
    rg: Any = None,
    error_probability: float = ERROR_PROBABILITY,
) -> ClaimResult:
    """Verify one claim in this process; see `verify`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of another type, or out of range.
    """
    check_instance("claim", claim, Claim)
    rg, profile = as_package(rg), check_profile(profile)
    check_run(n_instances, seed, error_probability)
    settings = _settings(profile, n_instances, seed, False)
    claims = _runs([claim], settings, rg, error_probability)
    scheduler = Scheduler(settings, rg.__name__, NoStore(), lambda: executor(1, None))
    _run_all(scheduler, claims, lambda claim: None)
    return result_of(claim, claims[claim.id], settings, rg)


def check(id: str, instance: Instance, rg: Any = None) -> bool:
    """Whether a claim holds on one instance.

    Raises
    ------
    UnknownClaim
        If there is no such claim; the nearest ids are named.
    OutsideDomain
        If the claim says nothing of that instance; the message says why.
    ValueError
        For a Monte-Carlo claim, which no single measurement decides.

    Examples
    --------
    >>> from refgen.disagreement import FiniteLaw
    >>> check("GDE-6", FiniteLaw([1.0], [[0.0, 1.0]], [[1.0, 0.0]]))
    True
    """
    rg, claim = as_package(rg), registry.get(id)
    if claim.monte_carlo:
        raise ValueError(
            f"id must be that of a claim that one instance can violate, and {id} is "
            f"decided by simulation: use verify([{id!r}])"
        )
    require_member(claim, rg, instance)
    batch = rg.arrays.to_device(instance).take(None)
    with one_thread(), np.errstate(all="ignore"):  # as in a run
        return not bool(claim.decide(rg, batch, 1).violated[0])


def _settings(
    profile: Profile, n_instances: int | None, seed: int, record: bool
) -> Settings:
    instances = n_instances or profile.instances
    return Settings(
        seed,
        profile.search_examples,
        instances,
        profile.draws,
        profile.simulated,
        profile.simulated // 4,
        record,
    )


def _runs(
    claims: list[Claim], settings: Settings, rg: Any, error_probability: float
) -> dict[str, list[StatementRun]]:
    """The statements of each claim: itself, then its twins."""
    n = sum(1 + len(claim.twins) for claim in claims if claim.monte_carlo)
    share = error_probability / max(n, 1)
    return {
        claim.id: [
            StatementRun(claim, index, settings, rg.arrays.BATCH, share)
            for index in range(1 + len(claim.twins))
        ]
        for claim in claims
    }


def _run_all(
    scheduler: Scheduler,
    claims: dict[str, list[StatementRun]],
    finished: Callable[[Claim], None],
) -> None:
    n_open = {id: len(same) for id, same in claims.items()}

    def one_ended(statement: StatementRun) -> None:
        n_open[statement.claim.id] -= 1
        if not n_open[statement.claim.id]:
            finished(statement.claim)

    statements = [statement for same in claims.values() for statement in same]
    scheduler.run(statements, one_ended)


@contextmanager
def _store(run: str | Path | None, arguments: dict[str, Any], rg: Any) -> Iterator[Any]:
    """The run's store; without `run`, measurements go to a temporary directory."""
    if run is None and not arguments["measurements"]:
        yield NoStore()
        return
    with tempfile.TemporaryDirectory() as temporary:
        wanted = identity(arguments, rg.arrays.device_label())
        with RunStore(Path(run or temporary), wanted, run is None) as store:
            yield store


class _Recorded:
    """Measurements of all tasks that count, as blocks that `write_tables` takes."""

    def __init__(self, claims: dict[str, list[StatementRun]], store: Any) -> None:
        self._claims, self._store = claims, store

    def __iter__(self) -> Iterator[Block]:
        return blocks(self._rows())

    def _rows(self) -> Iterator[tuple[Task, str, bytes | None]]:
        for run in itertools.chain(*self._claims.values()):
            for task, _ in run.counted:
                yield task, name_of(run.statement), self._store.measurements(task)
