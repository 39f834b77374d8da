"""Measure instances again: alone, in another order, twice; the values must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.claims.decisions import Decision
from refgen.claims.kinds import InvalidMeasurement, Measurement
from refgen.claims.model import Statement
from refgen.verify.instances import copied, is_unchanged
from refgen.verify.tally import ClaimError, evaluate

# So many instances of a block are measured again in another order.
_ROWS = 64

# Scales and envelopes are judged by their size only: half of the digits are enough.
_SIMILAR = 1e-8

COMES_AND_GOES = (
    "a violation that comes and goes: measured a second time, alone and from a fresh "
    "copy, the instance violates nothing"
)


def measured(statement: Statement, rg: Any, batch: Instance, size: int) -> Decision:
    """Decide a batch, and measure some of its instances again.

    Raises
    ------
    ClaimError
        If the claim writes into its instance; if an instance has another value when it
        stands alone, in another order or for a second time.
    """
    before = copied(batch)
    decision = evaluate(statement, rg, batch, size)
    if not is_unchanged(batch, before):
        raise _failed(rg, before, 0, "the claim writes into its own instance")
    for rows, where in _other_batches(decision, size):
        chosen = rg.arrays.to_device(rows)
        other = evaluate(statement, rg, batch.take(chosen), len(rows))
        found = _difference(decision, other, chosen)
        if found is not None:
            repeated = evaluate(statement, rg, batch, size)
            whole = rg.arrays.to_device(np.arange(size))
            raise _failed(
                rg,
                batch,
                int(rows[0]),
                _explained(found, where, _difference(decision, repeated, whole)),
            )
    return decision


def confirm(statement: Statement, rg: Any, violation: Instance) -> None:
    """Measure a violation once more, alone and from a fresh copy of the instance.

    Raises
    ------
    ClaimError
        If it is no violation this time.
    """
    batch = copied(violation).take(None)
    if not evaluate(statement, rg, batch, 1).violated[0]:
        raise _failed(rg, batch, 0, COMES_AND_GOES)


def _other_batches(decision: Decision, size: int) -> Iterator[tuple[Any, str]]:
    """Rows to measure again, and in which way they are."""
    if size == 1:
        yield np.array([0, 0]), "repeated"
        return
    tightest = int(decision.tightness.argmax())
    for row in sorted({0, tightest, size - 1}):
        yield np.array([row]), "alone"
    spread = np.linspace(size - 1, 0, min(size, _ROWS)).astype(int)
    yield np.append(spread, [tightest, tightest]), "in another order"


def _explained(found: str, where: str, repeated: str | None) -> str:
    if repeated is not None:
        return (
            f"two measurements of the same instances differ ({repeated}): the claim "
            "uses global randomness, or keeps something between calls"
        )
    return (
        f"the claim measures another value when an instance stands {where} ({found}): "
        "it mixes the instances of a batch, or draws random numbers for it"
    )


def _failed(rg: Any, batch: Instance, row: int, words: str) -> ClaimError:
    shown = rg.arrays.to_host(batch.take(row))
    return ClaimError(shown, InvalidMeasurement(words))


def _difference(one: Decision, two: Decision, rows: Any) -> str | None:
    """Where `two`, measured on `rows` of `one`, is off by more than rounding."""
    if len(one.parts) != len(two.parts):
        return f"{len(one.parts)} relations and {len(two.parts)}"
    pairs = zip(one.parts, two.parts, strict=True)
    for number, (a, b) in enumerate(pairs, start=1):
        words = _part_difference(a.sides, b.sides, rows)
        if words is not None:
            return f"relation {number}: {words}"
    return None


def _part_difference(a: Measurement, b: Measurement, rows: Any) -> str | None:
    if (a.kind, a.roundings) != (b.kind, b.roundings):
        return "another kind or another number of roundings"
    if a.lhs.shape[1:] != b.lhs.shape[1:]:
        return f"shapes {a.lhs.shape[1:]} and {b.lhs.shape[1:]}"
    for name in ("lhs", "rhs", "scale", "envelope"):
        x, y = getattr(a, name)[rows], getattr(b, name)
        judged = name in ("lhs", "rhs")
        allowed = a.tolerance[rows] if judged else _SIMILAR * abs(x)
        error = abs(x - y) - allowed
        if bool((error > 0).any()):
            worst = int(error.argmax())
            return (
                f"its {name} is {float(x.ravel()[worst])!r} and "
                f"{float(y.ravel()[worst])!r}"
            )
    return None


def check_varies(decisions: Iterable[Decision]) -> None:
    """Refuse a relation whose sides are the same on all instances, without a reason.

    Parameters
    ----------
    decisions : iterable of Decision
        On batches of different instances; more are asked for only while a relation
        has not varied.

    Raises
    ------
    InvalidMeasurement
    """
    same: list[tuple[Any, Any] | None] = []
    for number, decision in enumerate(decisions):
        here = [_constant(part.sides) for part in decision.parts]
        pairs = zip(same, here, strict=False)
        same = [a if a == b else None for a, b in pairs] if number else here
        if not any(same):
            return
    for number, sides in enumerate(same, start=1):
        if sides is not None:
            raise InvalidMeasurement(
                f"relation {number} of the claim measures {_shown(sides[0])} and "
                f"{_shown(sides[1])} on all instances, however different they are: it "
                "does not depend on them; give it a domain of its own, or a reason"
            )


def _constant(sides: Measurement) -> tuple[Any, Any] | None:
    """One instance's values of both sides, if all have the same without a reason."""
    both = (sides.lhs, sides.rhs)
    if sides.reason or not all(bool((x == x[:1]).all()) for x in both):
        return None
    return both[0][0].tolist(), both[1][0].tolist()


def _shown(values: Any) -> str:
    text = repr(values)
    return text if len(text) <= 40 else f"{text[:40]} …"
