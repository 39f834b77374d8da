"""Vote counting over runs, in chunks of points that fit the device's memory.

Labels are integers in ``low .. low + n_levels − 1``. Kernels do not check that: a label
outside is a write outside the array.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refgen.kernels import kernel
from refgen_gpu.backend import backend
from refgen_gpu.chunks import in_chunks
from refgen_gpu.launch import n_blocks

_THREADS = 256
_SHARED_BYTES = 48 << 10  # as RG_VOTES_SHARED in votes.cu
_MASS_BLOCKS = 4096


def count_votes(labels: Any, low: int, n_levels: int) -> Any:
    """Votes per point and label, (N, n_levels), of labels (M, N).

    Parameters
    ----------
    labels : device array of shape (M, N), of any integer dtype
    low, n_levels : int

    Returns
    -------
    device array of shape (N, n_levels), int64
    """
    be = backend()
    n_points = labels.shape[1]
    out = be.xp.empty((n_points, n_levels), dtype=be.xp.int64)

    def compute(start: int, stop: int) -> None:
        out[start:stop] = _counts(be, labels[:, start:stop], low, n_levels)

    in_chunks(n_points, _point_bytes(labels, n_levels), compute)
    return out


def sum_squared_votes(labels: Any, low: int, n_levels: int) -> Any:
    """Σₖ nₖ² at each point, without keeping the counts.

    Parameters
    ----------
    labels : device array of shape (M, N), of any integer dtype
    low, n_levels : int

    Returns
    -------
    device array of shape (N,), int64
    """
    be = backend()
    n_points = labels.shape[1]
    squares = be.xp.empty(n_points, dtype=be.xp.int64)

    def compute(start: int, stop: int) -> None:
        counts = _counts(be, labels[:, start:stop], low, n_levels)
        counts = counts.astype(be.xp.int64)
        counts *= counts
        squares[start:stop] = be.xp.sum(counts, axis=1)

    in_chunks(n_points, _point_bytes(labels, n_levels), compute)
    return squares


def count_level_masses(
    labels: Any, low: int, n_levels: int, truth: Any
) -> tuple[Any, Any, Any]:
    """For j = 0..M: how many labels have j votes at a point, and how many true ones.

    Also which labels occur at all; the others count among those with no votes.

    Parameters
    ----------
    labels : device array of shape (M, N), of any integer dtype
    low, n_levels : int
    truth : device array of shape (N,), of any integer dtype

    Returns
    -------
    masses, right : device arrays of shape (M + 1,), int64
    occurs : device array of shape (n_levels,), bool
    """
    be = backend()
    n_runs, n_points = labels.shape
    masses = be.xp.zeros(n_runs + 1, dtype=be.xp.uint64)
    right = be.xp.zeros(n_runs + 1, dtype=be.xp.uint64)
    occurs = be.xp.zeros(n_levels, dtype=be.xp.int32)
    shared = 2 * 8 * (n_runs + 1)

    def compute(start: int, stop: int) -> None:
        n = stop - start
        counts = _counts(be, labels[:, start:stop], low, n_levels)
        true = be.xp.ascontiguousarray(truth[start:stop], dtype=be.xp.int64)
        be.launch(
            "level_masses",
            (min(n_blocks(n * n_levels, _THREADS), _MASS_BLOCKS),),
            (_THREADS,),
            (counts, true, n_runs, n, n_levels, low, masses, right, occurs),
            shared_mem=shared if shared <= _SHARED_BYTES else 0,
        )

    in_chunks(n_points, _point_bytes(labels, n_levels), compute)
    return (
        masses.astype(be.xp.int64),
        right.astype(be.xp.int64),
        occurs.astype(be.xp.bool_),
    )


def _counts(be: Any, labels: Any, low: int, n_levels: int) -> Any:
    n_runs, n_points = labels.shape
    labels = be.xp.ascontiguousarray(labels, dtype=be.xp.int64)
    counts = be.xp.empty((n_points, n_levels), dtype=be.xp.int32)
    be.launch(
        "count_votes",
        (n_blocks(n_points, _THREADS),),
        (_THREADS,),
        (labels, n_runs, n_points, low, n_levels, counts),
    )
    return counts


def _point_bytes(labels: Any, n_levels: int) -> int:
    # A copy of the labels as int64, and counts as int32 and, for squares, as int64.
    return 8 * labels.shape[0] + 12 * n_levels


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Counts of odd sizes; 3072 runs are the first to leave shared memory."""
    sizes = ((1, 1, 1), (5, 67, 3), (7, size // 7 + 3, 10), (3071, 3, 2), (3072, 3, 2))
    for n_runs, n_points, n_levels in sizes:
        stream = rg.random.Stream(0, "check", "votes")
        labels = stream.integers(n_levels, (n_runs, n_points)) - 1
        truth = stream.child("truth").integers(n_levels, n_points) - 1
        for name, extra in (
            ("count_votes", ()),
            ("sum_squared_votes", ()),
            ("count_level_masses", (truth,)),
        ):
            yield name, kernel("votes", name)(labels, -1, n_levels, *extra)
