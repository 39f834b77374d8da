"""Bulk scan of a statement in vectorized, independently seeded blocks."""

from __future__ import annotations

from typing import Any

from refgen.claims.model import Statement
from refgen.random import Stream
from refgen.verify.tally import Tally, drawn, evaluate

# Sizes are drawn once per block: blocks are small enough that a quick scan sees
# several, and large enough that vectorized work outweighs the overhead.
BLOCK = 512

# On a device larger blocks pay, as long as there are enough of them to see many sizes.
MIN_BLOCKS = 32


def block_size(cost: int, n_instances: int, batch: int = BLOCK) -> int:
    """Instances per block: fewer where each one is dear.

    Parameters
    ----------
    cost, n_instances : int
        Of the claim and of the scan.
    batch : int
        Instances that the package likes to see at once.

    Examples
    --------
    >>> block_size(1, 100_000), block_size(1, 10**6, batch=2**17)
    (512, 31250)
    """
    smallest = max(2, BLOCK // cost)
    return max(smallest, min(batch // cost, n_instances // MIN_BLOCKS))


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
    size = block_size(cost, n_instances, rg.arrays.BATCH)
    for block in range(-(-n_instances // size)):
        count = min(size, n_instances - block * size)
        batch = drawn(sample, rg, stream.at(block), count)
        tally.record(batch, evaluate(statement, rg, batch, count))
        if tally.violation is not None:
            return
