"""Where tasks run: here, on several cores, or on a Dask cluster."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata as metadata
import json
import platform
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from functools import cache
from pathlib import Path
from typing import Any

# Results may differ in the last bits between versions of these.
_LIBRARIES = ("numpy", "scipy", "numba", "hypothesis", "scikit-learn")

# Seconds within which a scheduler has to answer and to have a worker.
_PATIENCE = 10


class ExecutorError(RuntimeError):
    """Workers cannot be started, reached or trusted, or they die repeatedly."""


@cache
def environment() -> dict[str, str]:
    """Code and libraries of this process, which results may depend on.

    Examples
    --------
    >>> sorted(environment())
    ['code', 'versions']
    """
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    versions["python"] = platform.python_version()
    return {"code": code_digest(), "versions": json.dumps(versions)}


def code_digest() -> str:
    """SHA-256 of all sources of refgen and refgen_gpu.

    Examples
    --------
    >>> len(code_digest())
    64
    """
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in ("refgen", "refgen_gpu"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in (".py", ".cu", ".cuh"):
                text = path.read_bytes()
                digest.update(f"{path.relative_to(root)} {len(text)} ".encode())
                digest.update(text)
    return digest.hexdigest()


class Inline(Executor):
    """Runs each task when it is submitted."""

    def submit(self, fn: Callable, /, *args: Any, **kwargs: Any) -> Future:
        future: Future = Future()
        with _interrupts_noticed():
            try:
                future.set_result(fn(*args, **kwargs))
            except Exception as error:
                future.set_exception(error)
        return future


@contextlib.contextmanager
def _interrupts_noticed() -> Iterator[None]:
    """Raise KeyboardInterrupt after Ctrl-C, even if a library swallows it."""
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGINT) != signal.default_int_handler:
        yield
        return
    seen = []

    def notice(number: int, frame: Any) -> None:
        seen.append(number)
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, notice)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if seen:
            raise KeyboardInterrupt


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
        with _dask(dask, n_jobs) as found:
            yield found
    elif n_jobs == 1:
        yield Inline(), 1
    else:
        with _processes(n_jobs) as pool:
            yield pool, 2 * n_jobs


@contextlib.contextmanager
def _processes(n_jobs: int) -> Iterator[Executor]:
    from joblib.externals.loky import ProcessPoolExecutor

    # The processes use all cores already: one thread for each of them.
    names = ("OMP", "OPENBLAS", "MKL", "NUMBA")
    threads = {f"{name}_NUM_THREADS": "1" for name in names}
    # Not the pool that joblib shares: it would find these workers, and fail.
    pool = ProcessPoolExecutor(
        max_workers=n_jobs,
        timeout=300,
        env=threads,
        # Ctrl-C reaches all processes of a terminal: workers leave it to this one.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    try:
        yield pool
    except BaseException:
        _kill(pool)
        raise
    pool.shutdown(wait=True)


def _kill(pool: Any) -> None:
    """Stop the workers: after Ctrl-C or an error their results are not needed.

    The pool notices that its workers are dead and stops. Its own ``kill_workers`` may
    fail if tasks are waiting, and then leaves the workers alive.
    """
    from joblib.externals.loky.backend.utils import kill_process_tree

    for worker in list((pool._processes or {}).values()):
        kill_process_tree(worker)
    pool.shutdown(wait=True)


@contextlib.contextmanager
def _dask(address: str, n_jobs: int) -> Iterator[tuple[Executor, int]]:
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ImportError as error:
        raise ExecutorError(
            "--dask needs distributed; pip install 'refgen[dask]'"
        ) from error
    with contextlib.ExitStack() as stack:
        target: Any = address
        if address == "local":
            target = stack.enter_context(
                LocalCluster(
                    n_workers=n_jobs, threads_per_worker=1, dashboard_address=None
                )
            )
        try:
            client = stack.enter_context(Client(target, timeout=_PATIENCE))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError, TimeoutError) as error:
            raise ExecutorError(
                f"no Dask scheduler with a worker answers at {address} ({error}); give "
                "the address that `dask scheduler` prints, or 'local'"
            ) from error
        threads = sum(client.nthreads().values())
        try:
            yield client.get_executor(pure=False), 2 * threads
        except KilledWorker as error:
            raise ExecutorError(
                f"Dask workers died again and again ({error}); they may need more "
                "memory"
            ) from error
        except CancelledError as error:
            raise ExecutorError(
                f"the Dask scheduler at {address} was lost; with --run the same "
                "command goes on from what was finished"
            ) from error
