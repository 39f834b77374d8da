"""Where tasks run: here, on several cores, or on a Dask cluster."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from typing import Any

from refgen._interrupts import interrupts_noticed
from refgen.verify.cluster import dask_executor
from refgen.verify.processes import processes


class Inline(Executor):
    """Runs each task when it is submitted."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        with interrupts_noticed():
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:
                future.set_exception(error)
        return future


@contextlib.contextmanager
def executor(n_jobs: int, dask: str | None) -> Iterator[tuple[Executor, int]]:
    """An executor, and how many tasks to give it at a time.

    Raises
    ------
    ExecutorError
        If the cluster cannot be reached or is lost, or the package distributed is
        missing.

    Examples
    --------
    >>> with executor(1, None) as (here, capacity):
    ...     here.submit(abs, -1).result(), capacity
    (1, 1)
    """
    if dask is not None:
        with dask_executor(dask, n_jobs) as found:
            yield found
    elif n_jobs == 1:
        yield Inline(), 1
    else:
        with processes(n_jobs) as pool:
            yield pool, 2 * n_jobs
