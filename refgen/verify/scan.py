"""Bulk scan of a statement in vectorized, independently seeded blocks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refgen.claims.model import Statement
from refgen.verify.tally import Tally, drawn, evaluate

# Sizes are drawn once per block: blocks are small enough that a quick scan sees
# several, and large enough that vectorized work outweighs the overhead.
BLOCK = 512

# On a device larger blocks are faster, but this many are needed to see many sizes.
MIN_BLOCKS = 32

# Blocks per task at cost 1: tens of milliseconds, far above the overhead of a task.
_TASK_BLOCKS = 16


def block_size(cost: int, n_instances: int, batch: int = BLOCK) -> int:
    """Instances per block: fewer if each one is expensive.

    Parameters
    ----------
    cost, n_instances : int
        The claim's cost and the number of instances of the whole scan.
    batch : int
        How many instances the package handles best at once; see `refgen.arrays.BATCH`.

    Examples
    --------
    >>> block_size(1, 100_000), block_size(1, 10**6, batch=2**17)
    (512, 31250)
    """
    smallest = max(2, BLOCK // cost)
    return max(smallest, min(batch // cost, n_instances // MIN_BLOCKS))


def blocks_per_task(cost: int, size: int) -> int:
    """How many blocks make up one task.

    Examples
    --------
    >>> blocks_per_task(1, 512), blocks_per_task(20_000, 2)
    (16, 1)
    """
    return max(1, _TASK_BLOCKS * BLOCK // (size * cost))


def scan(
    statement: Statement,
    rg: Any,
    tally: Tally,
    n_instances: int,
    stream: Any,
    size: int,
    blocks: Iterable[int],
) -> None:
    """Scan some of the blocks of `n_instances`, up to the first one with a violation.

    Block number b is drawn from ``stream.at(b)`` alone, so that the blocks may be
    scanned in any order or place with the same result.
    """
    sample = statement.domain.sample
    assert sample is not None
    for block in blocks:
        count = min(size, n_instances - block * size)
        if count <= 0:
            return
        batch = drawn(sample, rg, stream.at(block), count)
        tally.record(batch, evaluate(statement, rg, batch, count))
        if tally.violation is not None:
            return
