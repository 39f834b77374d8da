"""Hypothesis steers small instances toward violation and shrinks what it finds."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings, target
from hypothesis import seed as with_seed
from hypothesis.errors import Flaky

from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Statement
from refgen.verify.again import COMES_AND_GOES
from refgen.verify.members import require_members
from refgen.verify.reproducible import reproducible_draws
from refgen.verify.tally import ClaimError, Tally, drawn, evaluate


class _Violated(Exception):
    pass


def small_instances(statement: Statement, n: int, seed: int) -> list[Any]:
    """The first instances that Hypothesis draws for a statement, without steering.

    The first one is the simplest of the domain; the same twice counts once.
    """
    strategy = statement.domain.strategy
    if strategy is None or n == 0:
        return []
    found: list[Any] = []

    @with_seed(seed)
    @settings(
        max_examples=n,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(strategy())
    def collect(instance: Any) -> None:
        found.append(instance)

    with reproducible_draws():
        collect()
    return list({repr(instance): instance for instance in found}.values())


def search(
    statement: Statement, rg: Any, tally: Tally, n_examples: int, seed: int
) -> None:
    """Try `n_examples` instances; record the shrunk violation in `tally`, if any."""
    strategy = statement.domain.strategy
    if strategy is None or n_examples == 0:
        return

    @with_seed(seed)
    @settings(
        max_examples=n_examples,
        database=None,
        deadline=None,
        verbosity=Verbosity.quiet,
        report_multiple_bugs=False,
        # Instances may be slow to draw; the profile bounds the time.
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        phases=[Phase.generate, Phase.target, Phase.shrink],
    )
    @given(drawn(strategy))
    def attempt(instance: Any) -> None:
        batch = rg.arrays.to_device(instance).take(None)
        drawn(require_members, statement, rg, batch)
        decision = evaluate(statement, rg, batch, 1)
        # The last violation that Hypothesis replays is the shrunk one.
        tally.record(batch, decision, prefer_last=True)
        tightness = float(decision.tightness[0])
        if np.isfinite(tightness):
            target(min(tightness, 1e6))
        if decision.violated[0]:
            raise _Violated

    try:
        with reproducible_draws():
            attempt()
    except (_Violated, ClaimError):
        # Hypothesis raises the shrunk failure again; if it is no violation, it is the
        # claim's error.
        if tally.violation is None:
            raise
    except Flaky as cause:
        shown = rg.arrays.to_host(tally.violation) if tally.violation else None
        raise ClaimError(shown, InvalidMeasurement(COMES_AND_GOES)) from cause
    except Exception as cause:  # Hypothesis's own, or of the domain's code as it draws
        raise ClaimError(None, cause) from cause
