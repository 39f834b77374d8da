"""Pinned examples, and bulk scan in vectorized, independently seeded blocks."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable
from typing import Any

from refgen.arrays import Instance
from refgen.claims.decisions import Decision
from refgen.claims.kinds import InvalidMeasurement
from refgen.claims.model import Statement
from refgen.verify.again import check_varies, measured
from refgen.verify.instances import (
    check_finite,
    check_variety,
    examples_of,
    n_distinct,
)
from refgen.verify.members import require_members
from refgen.verify.tally import ClaimError, Tally, drawn, evaluate

# Sizes are drawn once per block: blocks are small enough that a quick scan sees
# several, and large enough that vectorized work outweighs the overhead.
BLOCK = 512

# On a device larger blocks are faster, but this many are needed to see many sizes.
MIN_BLOCKS = 32

# Blocks per task at cost 1: tens of milliseconds, far above the overhead of a task.
_TASK_BLOCKS = 16

# What is the same on so many different instances does not depend on them. If it is on
# the first block, it is looked up on these blocks too, as they may have other sizes.
_VARIED, _OTHERS = 16, range(1, 16)


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


def undetected_share(n_scanned: int) -> float:
    """The rarest violations that a scan would have seen with probability 95 %.

    A set of instances that the sampler draws with probability p is missed by n
    independent draws with probability (1 − p)ⁿ, which is 5 % at p = 1 − 0.05^(1/n):
    about 3/n (Hanley and Lippman-Hand 1983). Instances of one block share their sizes.
    So the number speaks about sets that are as likely at every size.

    Parameters
    ----------
    n_scanned : int
        Instances of the scan; 0 gives 1, as nothing would have been seen.

    Examples
    --------
    >>> undetected_share(0)
    1.0
    >>> round(undetected_share(100_000), 7)
    3e-05
    """
    return -math.expm1(math.log(0.05) / n_scanned) if n_scanned else 1.0


def pinned(statement: Statement, rg: Any, tally: Tally) -> None:
    """Try the domain's pinned examples, each of them twice."""
    for instance in drawn(examples_of, statement.domain):
        batch = rg.arrays.to_device(instance).take(None)
        drawn(check_finite, batch)
        drawn(require_members, statement, rg, batch)
        tally.record(batch, measured(statement, rg, batch, 1))


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
    for block in blocks:
        count = min(size, n_instances - block * size)
        if count <= 0:
            return
        batch = _block(statement, rg, stream, block, count)
        drawn(require_members, statement, rg, batch, {0, count // 2, count - 1})
        if block == 0:
            decision = _first_decision(statement, rg, stream, batch, count)
        else:
            decision = evaluate(statement, rg, batch, count)
        tally.record_scanned(batch, decision)
        if tally.violation is not None:
            return


def _block(statement: Statement, rg: Any, stream: Any, block: int, count: int) -> Any:
    sample = statement.domain.sample
    assert sample is not None
    return drawn(sample, rg, stream.at(block), count)


def _first_decision(
    statement: Statement, rg: Any, stream: Any, batch: Instance, count: int
) -> Decision:
    """Decide the first block, and check once what a sampler and a claim must not do."""
    n = min(count, _VARIED)
    more = [functools.partial(_block, statement, rg, stream, b, n) for b in _OTHERS]
    drawn(check_variety, batch, (draw() for draw in more), rg)
    decision = measured(statement, rg, batch, count)
    try:
        others = (evaluate(statement, rg, draw(), n) for draw in more)
        check_varies(itertools.chain([decision], others))
    except InvalidMeasurement as cause:
        batches = [batch, *(draw() for draw in more)]
        if sum(n_distinct(each, rg) for each in batches) >= _VARIED:
            raise ClaimError(rg.arrays.to_host(batch.take(0)), cause) from cause
    return decision
