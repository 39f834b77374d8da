"""Threads over ranges of rows, and matrix products that use only one thread each."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

# Starting a thread takes as long as some 10⁵ operations; each thread gets far more.
MIN_PER_THREAD = 1 << 23

_limited = threading.Lock()


def n_threads_for(n: int, cost: int) -> int:
    """How many threads to use for `n` items of `cost` operations each; at least 1."""
    from numba import config

    most = config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    return max(1, min(most, n, n * cost // MIN_PER_THREAD))


def in_threads(n: int, cost: int, part: Callable[[int, int], None]) -> None:
    """Call ``part(start, stop)`` on ranges that cover ``0..n``, in threads if it pays.

    `cost` is the number of operations per item, up to a small factor.
    """
    n_threads = n_threads_for(n, cost)
    if n_threads < 2:
        part(0, n)
        return
    bounds = [n * i // n_threads for i in range(n_threads + 1)]
    with ThreadPoolExecutor(n_threads) as pool:
        list(pool.map(part, bounds[:-1], bounds[1:]))


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Within the context, matrix products use only the thread that calls them.

    Otherwise products in several threads would each start all threads of BLAS. The
    limit holds for the whole process, and two callers would restore each other's
    limits: only the first one sets it, until it leaves the context.
    """
    if not _limited.acquire(blocking=False):
        yield
        return
    try:
        with _blas().limit(limits=1):
            yield
    finally:
        _limited.release()


@functools.cache
def _blas() -> Any:
    # Looking for the loaded libraries takes milliseconds.
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
