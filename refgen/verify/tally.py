"""The instances tried for a statement, and the tightest one so far."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from refgen.arrays import Instance, namespace
from refgen.claims.decisions import DecidedPart, Decision
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Statement
from refgen.claims.resolution import PartResolution, combined, resolved
from refgen.verify.instances import check_finite, read_only


class ClaimError(Exception):
    """A claim's own code failed on a valid instance."""

    def __init__(self, instance: Any, cause: BaseException) -> None:
        where = "in its domain" if instance is None else f"on {instance!r}"
        super().__init__(f"{type(cause).__name__}: {cause}, {where}")
        self.instance = instance


def evaluate(statement: Statement, rg: Any, batch: Instance, size: int) -> Decision:
    """Decide a batch; any exception in the claim's code is the claim's error."""
    drawn(check_finite, batch)
    batch = read_only(batch)
    try:
        with np.errstate(all="ignore"):  # NaN is judged by the decision rule
            decision = statement.decide(rg, batch, size)
        # Only verdicts leave the device.
        violated = rg.arrays.to_host(decision.violated)
        tightness = rg.arrays.to_host(decision.tightness)
        return Decision(violated, tightness, decision.parts)
    except MemoryError as cause:
        if size == 1:
            raise ClaimError(_first(rg, batch), cause) from cause
    except Exception as cause:
        raise ClaimError(_first(rg, batch), told(cause)) from cause
    # After `except`: the error's traceback kept the arrays of the failed attempt.
    return _in_halves(statement, rg, batch, size)


def told(cause: Exception) -> Exception:
    """NumPy's refusal to write a read-only array, in the words of claims."""
    if isinstance(cause, ValueError) and "read-only" in str(cause):
        return InvalidMeasurement(f"the claim writes into its own instance ({cause})")
    return cause


def _first(rg: Any, batch: Instance) -> Instance | None:
    """The first instance; None if the device that holds it has failed."""
    try:
        return rg.arrays.to_host(batch.take(0))
    except Exception:
        return None


def _in_halves(statement: Statement, rg: Any, batch: Instance, size: int) -> Decision:
    """Decide a batch in two halves if memory is short, with the same result."""
    half = size // 2
    parts = [
        evaluate(statement, rg, batch.take(slice(half)), half),
        evaluate(statement, rg, batch.take(slice(half, None)), size - half),
    ]
    return Decision(
        np.concatenate([part.violated for part in parts]),
        np.concatenate([part.tightness for part in parts]),
        _stacked(*parts),
    )


def _stacked(first: Decision, second: Decision) -> tuple[DecidedPart, ...]:
    """The parts of two consecutive batches as those of one."""

    def both(a: Any, b: Any) -> Any:
        return namespace(a).concatenate([a, b])

    return tuple(
        DecidedPart(
            a.kind,
            replace(
                a.sides,
                **{
                    name: both(getattr(a.sides, name), getattr(b.sides, name))
                    for name in ("lhs", "rhs", "scale", "envelope")
                },
            ),
            both(a.violated, b.violated),
            both(a.tightness, b.tightness),
        )
        for a, b in zip(first.parts, second.parts, strict=True)
    )


def drawn(source: Any, *args: Any) -> Any:
    """What a domain draws; an exception in its code is the claim's error, too."""
    try:
        return source(*args)
    except Exception as cause:
        raise ClaimError(None, cause) from cause


class Tally:
    """Instances tried, the tightest one, and a violation if one was found.

    Attributes
    ----------
    n_instances : int
    n_scanned, n_violating : int
        Of the scan only, where instances are independent: how many, and how many of
        them violate the statement.
    tightness : float
    tightest, violation : Instance or None
    """

    def __init__(self, recorder: Any = None) -> None:
        self.n_instances = 0
        self.n_scanned = 0
        self.n_violating = 0
        self.tightness = -np.inf
        self.tightest: Instance | None = None
        self.violation: Instance | None = None
        self.parts: tuple[PartResolution, ...] = ()
        self._recorder = recorder

    def record(
        self, batch: Instance, decision: Decision, prefer_last: bool = False
    ) -> None:
        """Add a decided batch that was tried."""
        if self._recorder is not None:
            self._recorder.add(decision)
        self.n_instances += len(decision.violated)
        try:
            self.parts = combined(self.parts, map(resolved, decision.parts))
        except InvalidMeasurement as cause:
            raise ClaimError(batch.take(0), cause) from cause
        best = int(decision.tightness.argmax())
        if decision.tightness[best] > self.tightness:
            self.tightness = float(decision.tightness[best])
            self.tightest = batch.take(best)
        if decision.violated.any() and (self.violation is None or prefer_last):
            self.violation = batch.take(int(decision.violated.argmax()))

    def record_scanned(self, batch: Instance, decision: Decision) -> None:
        """Add a decided batch of independent instances."""
        self.record(batch, decision)
        self.n_scanned += len(decision.violated)
        self.n_violating += int(decision.violated.sum())
