"""Worker processes on this machine, which end with the run that started them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from typing import Any

from refgen._interrupts import deaf_children, interrupts_deferred
from refgen._streams import standard_streams

# Seconds between two looks of a worker at whether its parent is alive.
_WATCH = 0.5


class ExecutorError(RuntimeError):
    """Workers cannot be started, reached or trusted, or they die repeatedly."""


@contextlib.contextmanager
def processes(n_jobs: int) -> Iterator[Executor]:
    """Worker processes, which end with the context and with this process.

    Raises
    ------
    ExecutorError
        If this process may not start others.

    Examples
    --------
    >>> with processes(2) as pool:
    ...     pool.submit(abs, -1).result()
    1
    """
    require_children()
    with standard_streams():  # loky flushes them
        pool = _started(n_jobs)
        try:
            yield pool
        except BaseException:
            _kill(pool)
            raise
        pool.shutdown(wait=True)


def require_children() -> None:
    """Refuse to start workers where Python does not let them be started.

    Raises
    ------
    ExecutorError
    """
    if multiprocessing.current_process().daemon:
        raise ExecutorError(
            "this process is a worker that may not start processes of its own (of "
            "multiprocessing or Dask): use one job here"
        )


def _started(n_jobs: int) -> Any:
    from joblib.externals.loky import ProcessPoolExecutor

    # The processes use all cores already: one thread for each of them.
    names = ("OMP", "OPENBLAS", "MKL", "NUMBA")
    threads = {f"{name}_NUM_THREADS": "1" for name in names}
    # Not the pool that joblib shares: it would find these workers, and fail.
    pool = ProcessPoolExecutor(
        max_workers=n_jobs,
        timeout=300,
        env=threads,
        initializer=begin_worker,
        initargs=(os.getpid(),),
    )
    with deaf_children():
        pool.submit(int)  # starts all of them
    return pool


def begin_worker(parent: int) -> None:
    """What a worker does first: ignore Ctrl-C, and watch the process `parent`.

    A killed parent cannot stop its workers, and they may be in a long task. They end
    as soon as they see that they have another parent.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)


def _kill(pool: Any) -> None:
    """Stop the workers: after Ctrl-C or an error their results are not needed.

    The pool notices that its workers are dead and stops. Its own ``kill_workers`` may
    fail if tasks are waiting, and then leaves the workers alive.
    """
    from joblib.externals.loky.backend.utils import kill_process_tree

    with interrupts_deferred():
        for worker in list((pool._processes or {}).values()):
            kill_process_tree(worker)
    pool.shutdown(wait=True)
