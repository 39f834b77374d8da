"""Bulk scan of a statement in vectorized, independently seeded blocks."""

from __future__ import annotations

from typing import Any

from refgen.claims.model import Statement
from refgen.random import Stream
from refgen.verify.tally import Tally, drawn, evaluate

# Sizes are drawn once per block: blocks are small enough that a quick scan sees
# several, and large enough that vectorized work outweighs the overhead.
BLOCK = 512


def block_size(cost: int) -> int:
    """Instances per block: fewer where each one is dear."""
    return max(2, BLOCK // cost)


def scan(
    statement: Statement,
    rg: Any,
    tally: Tally,
    n_instances: int,
    stream: Stream,
    cost: int = 1,
) -> None:
    """Scan `n_instances`, or up to the first block with a violation.

    Block number b is drawn from ``stream.at(b)`` alone, so that the blocks may be
    scanned in any order or place with the same result.
    """
    sample = statement.domain.sample
    if sample is None:
        return
    size = block_size(cost)
    for block in range(-(-n_instances // size)):
        count = min(size, n_instances - block * size)
        batch = drawn(sample, rg, stream.at(block), count)
        tally.record(batch, evaluate(statement, rg, batch, count))
        if tally.violation is not None:
            return
