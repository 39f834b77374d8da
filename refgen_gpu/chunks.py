"""Work in chunks that fit the device's memory."""

from __future__ import annotations

import logging
from collections.abc import Callable

from refgen_gpu.backend import backend

# Blocks of the memory pool are rounded up and fragment; a fifth is left for that.
_SHARE = 0.8

_log = logging.getLogger("refgen_gpu")


def in_chunks(
    n_rows: int,
    bytes_per_row: int,
    compute: Callable[[int, int], None],
    budget: int | None = None,
) -> int:
    """Call ``compute(start, stop)`` on ranges that cover ``0..n_rows`` once, in order.

    A chunk whose memory cannot be allocated is halved and tried again, which is
    logged; `compute` must write nothing before its allocations have succeeded, or
    write the same again.

    Parameters
    ----------
    n_rows, bytes_per_row : int
    compute : callable
    budget : int, optional
        Bytes; by default four fifths of what is free.

    Returns
    -------
    int
        The largest chunk that was used, 0 if there are no rows.

    Raises
    ------
    MemoryError
        If a single row does not fit.

    Examples
    --------
    >>> seen = []
    >>> in_chunks(5, 8, lambda a, b: seen.append((a, b)), budget=16)
    2
    >>> seen
    [(0, 2), (2, 4), (4, 5)]
    """
    if n_rows == 0:
        return 0
    if budget is None:
        budget = int(_SHARE * backend().free_memory())
    chunk = min(n_rows, max(1, budget // max(bytes_per_row, 1)))
    start, largest = 0, 0
    while start < n_rows:
        stop = min(start + chunk, n_rows)
        try:
            compute(start, stop)
        except MemoryError:
            if chunk == 1:
                raise
        else:
            largest = max(largest, stop - start)
            start = stop
            continue
        # Out here, as the error's traceback holds the arrays of the failed attempt.
        chunk = (stop - start + 1) // 2 if stop - start > 1 else 1
        backend().release_memory()
        _log.warning("out of device memory; going on with %d rows at a time", chunk)
    return largest
