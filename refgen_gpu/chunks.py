"""Work in chunks that fit the device's memory."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from contextvars import ContextVar

from refgen_gpu.backend import backend

# Bytes for each number of rows that CuPy's argsort puts in order: the rows, their copy,
# the order and the row that a number is from have 8 each, and Thrust's merge sort has a
# buffer for the copy, the rows' numbers and the order, 24. The rest is for the bounds
# of what is merged, and the rounding of blocks.
ARGSORT_BYTES = 60

# Blocks of the memory pool are rounded up and fragment; a fifth is left for that.
_SHARE = 0.8
# Up to this size, finding out that memory is short costs less than asking for it.
_SMALL = 64 << 20

# The answer in this call of the package, once it has been asked for; None outside.
_answers: ContextVar[list[int] | None] = ContextVar("free_memory", default=None)

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
        Bytes; by default four fifths of what is free, which is asked for if the work
        takes more than 64 MiB.

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
        budget = _SMALL
        if n_rows * bytes_per_row > budget:
            budget = int(_SHARE * _free_memory())
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
        _forget()
        backend().release_memory()
        _log.warning("out of device memory; going on with %d rows at a time", chunk)
    return largest


@contextlib.contextmanager
def asking_once() -> Iterator[None]:
    """Within the context, the free memory is asked for once: the driver takes its time.

    What has been allocated since is not seen, which `in_chunks` finds out by halving.
    """
    if _answers.get() is not None:
        yield
        return
    token = _answers.set([])
    try:
        yield
    finally:
        _answers.reset(token)


def _free_memory() -> int:
    answers = _answers.get()
    if answers:
        return answers[0]
    free = backend().free_memory()
    if answers is not None:
        answers.append(free)
    return free


def _forget() -> None:
    if answers := _answers.get():
        answers.clear()
