"""A short climb from the tightest instances of a scan, by small moves in their fields.

A scan sees what is common. A violation on a rare set often has tight instances around
it, from which a few hundred moves find it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.decisions import DecidedPart
from refgen.claims.model import Statement
from refgen.domains._record import Record
from refgen.verify.tally import Tally, drawn, evaluate

# Moved copies in a round, copies of each start, rounds, and climbs: each one in another
# block, which has other sizes.
_MOVES, _COPIES, _ROUNDS, _CLIMBS = 32, 8, 16, 2

# The blocks to climb in are chosen by the first instances of so many of them.
_SCREENED = 16

# The first moves go up to this part of the way to a fresh instance; each round's moves
# are shorter than the last round's by a factor.
_FIRST_STEP, _SHORTER = 0.5, 0.7


def rounds_of(statement: Statement, n_instances: int, size: int) -> tuple[int, int]:
    """Rounds of a climb and moved copies in each; (0, 0) if the budget is too small.

    Parameters
    ----------
    statement : Statement
        Only records of fields know what a small move is.
    n_instances, size : int
        Of the scan, and of one of its blocks. Both climbs together try as many
        instances as a block or two.

    Examples
    --------
    >>> from refgen.claims import get
    >>> rounds_of(get("GDE-6"), 100_000, 512), rounds_of(get("GDE-6"), 4_000, 16)
    ((16, 32), (0, 0))
    """
    n = min(size, n_instances // 16)
    moves = min(_MOVES, n // _COPIES)
    if not isinstance(statement.domain, Record) or 2 * moves < _COPIES:
        return 0, 0
    return min(_ROUNDS, n // moves), moves


def ascend(
    statement: Statement,
    rg: Any,
    tally: Tally,
    n_instances: int,
    stream: Any,
    size: int,
) -> None:
    """Climb from the tightest instances of some blocks, up to a violation.

    Parameters
    ----------
    statement, rg, tally, n_instances, stream, size
        As `refgen.verify.scan.scan` takes them.
    """
    rounds, moves = rounds_of(statement, n_instances, size)
    climbs = [
        _Climb(statement, rg, tally, stream.at(block), moves)
        for block in range(min(_SCREENED, size // moves, n_instances // size))
    ]
    for climb in _tightest([each.begin() for each in climbs]):
        for number in range(rounds):
            if tally.violation is not None:
                return
            climbs[climb].move(number)


def _tightest(reached: list[Any]) -> list[int]:
    """The blocks to climb in: the tightest of each relation in turn, all different."""
    chosen: list[int] = []
    for climb in range(min(_CLIMBS, len(reached))):
        relation = climb % len(reached[0])
        left = [block for block in range(len(reached)) if block not in chosen]
        chosen.append(max(left, key=lambda block: reached[block][relation]))
    return chosen


class _Climb:
    """Raw values of a few instances, each the tightest so far of one relation."""

    def __init__(
        self, statement: Statement, rg: Any, tally: Tally, stream: Any, moves: int
    ) -> None:
        assert isinstance(statement.domain, Record)
        self._statement, self._domain, self._rg = statement, statement.domain, rg
        self._tally, self._stream = tally, stream
        self._moves, self._copies = moves, min(_COPIES, moves)
        self._n = moves // self._copies

    def begin(self) -> Any:
        """Draw a few instances, and return how tight each relation is on them."""
        values = drawn(self._domain.draw_values, self._rg, self._stream, self._moves)
        batch = drawn(self._domain.built, values)
        decision = evaluate(self._statement, self._rg, batch, self._moves)
        self._tally.record(batch, decision)
        each = self._tightness(decision.parts)
        # Every relation climbs in turn; from its tightest instance, then the next one.
        order = np.argsort(-each, axis=1, kind="stable")
        starts = np.arange(self._n)
        self._relations = starts % len(each)
        rows = order[self._relations, starts // len(each)]
        self._reached = each[self._relations, rows]
        self._values = self._domain.taken(values, self._on_device(rows))
        return each.max(axis=1)

    def move(self, number: int) -> None:
        """Try copies that are moved a little, and keep those that are tighter."""
        step, stream = _FIRST_STEP * _SHORTER**number, self._stream.child(f"{number}")
        starts = np.repeat(np.arange(self._n), self._copies)
        copies = self._domain.taken(self._values, self._on_device(starts))
        moved = drawn(self._domain.moved, self._rg, stream, copies, step)
        batch = drawn(self._domain.built, moved)
        decision = evaluate(self._statement, self._rg, batch, len(starts))
        self._tally.record(batch, decision)
        found = self._tightness(decision.parts)[self._relations]
        own = starts == np.arange(self._n)[:, None]
        rows = np.where(own, found, -np.inf).argmax(axis=1)
        best = found[np.arange(self._n), rows]
        better = best > self._reached
        self._reached = np.where(better, best, self._reached)
        nearest = self._domain.taken(moved, self._on_device(rows))
        self._values = _either(self._on_device(better), nearest, self._values)

    def _tightness(self, parts: tuple[DecidedPart, ...]) -> Any:
        """How tight each relation is on each instance, (n_relations, n_instances)."""
        rows = [p.tightness.reshape(len(p.tightness), -1).max(axis=1) for p in parts]
        return np.stack([self._rg.arrays.to_host(row) for row in rows])

    def _on_device(self, array: Any) -> Any:
        return self._rg.arrays.to_device(array)


def _either(first: Any, values: Any, others: Any) -> dict[str, Any]:
    """The values of the instances where `first` is true, and the others elsewhere."""
    return {name: _chosen(first, value, others[name]) for name, value in values.items()}


def _chosen(first: Any, value: Any, other: Any) -> Any:
    if isinstance(value, dict):
        return _either(first, value, other)
    if isinstance(value, int):  # a size
        return value
    at = first.reshape(-1, *(1 for _ in value.shape[1:]))
    return namespace(value).where(at, value, other)
