"""A short climb from the tightest instances of a scan, by small moves in their fields.

A scan sees what is common. A violation on a rare set often has tight instances around
it, from which a few hundred moves find it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen.arrays import namespace
from refgen.claims.model import Statement
from refgen.domains._record import Record
from refgen.verify.members import require_members
from refgen.verify.tally import Tally, drawn, evaluate

# Moved copies in a round, copies of each start, and rounds of a climb.
_MOVES, _COPIES, _ROUNDS = 32, 16, 16

# Fewer moved copies, or rounds, find nothing.
_FEWEST = 8

# Climbs of a claim with few relations and of one with many: each climb is in another
# block, which has other sizes, and from other relations, as far as there are some.
_CLIMBS, _MOST_CLIMBS = 2, 4

# The blocks to climb in are chosen by the first instances of so many of them.
_SCREENED = 16

# The first moves go up to this part of the way to a fresh instance; each round's moves
# are shorter than the last round's by the same factor, down to the last step.
_FIRST_STEP, _LAST_STEP = 0.3, 0.001


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
    moves = min(_MOVES, n // _FEWEST)
    if not isinstance(statement.domain, Record) or moves < _FEWEST:
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
    if not rounds:
        return
    climbs = [
        _Climb(statement, rg, tally, stream.at(block), moves)
        for block in range(min(_SCREENED, size // moves, n_instances // size))
    ]
    n_relations = min(len(climb.tightness) for climb in climbs)
    n_starts = climbs[0].n_starts
    relations = itertools.cycle(range(n_relations))
    wanted = max(_CLIMBS, min(_MOST_CLIMBS, -(-n_relations // n_starts)))
    for _ in range(min(wanted, len(climbs))):
        starts = list(itertools.islice(relations, n_starts))
        tightest = max(climbs, key=lambda climb: climb.tightness[starts[0]].max())
        climbs.remove(tightest)
        tightest.start(starts)
        for number, step in enumerate(np.geomspace(_FIRST_STEP, _LAST_STEP, rounds)):
            if tally.violation is not None:
                return
            tightest.move(number, float(step))


class _Climb:
    """Raw values of a few instances, each the tightest so far of one relation.

    Attributes
    ----------
    n_starts : int
    tightness : array of shape (n_relations, n_instances)
        On the instances that the climb may start from.
    """

    def __init__(
        self, statement: Statement, rg: Any, tally: Tally, stream: Any, moves: int
    ) -> None:
        assert isinstance(statement.domain, Record)
        self._statement, self._domain, self._rg = statement, statement.domain, rg
        self._tally, self._stream = tally, stream
        self._copies = min(_COPIES, moves)
        self.n_starts = moves // self._copies
        self._values = drawn(self._domain.draw_values, rg, stream, moves)
        self.tightness = self._tried(self._values, moves)

    def start(self, relations: Sequence[int]) -> None:
        """Start from the tightest instance of each relation, or from the next one."""
        order = np.argsort(-self.tightness, axis=1, kind="stable")
        before = [relations[:i].count(r) for i, r in enumerate(relations)]
        rows = order[relations, before]
        self._relations, self._reached = relations, self.tightness[relations, rows]
        self._values = self._domain.taken(self._values, self._on_device(rows))

    def move(self, number: int, step: float) -> None:
        """Try copies that are moved a little, and keep those that are tighter."""
        stream = self._stream.child("ascent", str(number))
        each = np.arange(self.n_starts)
        starts = np.repeat(each, self._copies)
        copies = self._domain.taken(self._values, self._on_device(starts))
        moved = drawn(self._domain.moved, self._rg, stream, copies, step)
        found = self._tried(moved, len(starts))[self._relations]
        # Only copies of its own relation's start.
        found = np.where(starts == each[:, None], found, -np.inf)
        rows = found.argmax(axis=1)
        better = found[each, rows] > self._reached
        self._reached = np.where(better, found[each, rows], self._reached)
        tightest = self._domain.taken(moved, self._on_device(rows))
        self._values = _either(self._on_device(better), tightest, self._values)

    def _tried(self, values: Any, size: int) -> Any:
        """How tight each relation is on each instance, (n_relations, n_instances)."""
        batch = drawn(self._domain.built, values)
        drawn(require_members, self._statement, self._rg, batch)
        decision = evaluate(self._statement, self._rg, batch, size)
        self._tally.record(batch, decision)
        each = (p.tightness.reshape(size, -1).max(axis=1) for p in decision.parts)
        return np.stack([self._rg.arrays.to_host(rows) for rows in each])

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
