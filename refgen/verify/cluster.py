"""Tasks on the workers of a Dask scheduler, given by its address or started here."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from typing import Any

from refgen._interrupts import deaf_children
from refgen.verify.processes import ExecutorError, require_children

# Seconds within which a scheduler has to answer and to have a worker.
_PATIENCE = 10


@contextlib.contextmanager
def dask_executor(address: str, n_jobs: int) -> Iterator[tuple[Executor, int]]:
    """An executor on a cluster, and how many tasks to give it at a time.

    Parameters
    ----------
    address : str
        Of the scheduler; "local" starts `n_jobs` workers here.

    Raises
    ------
    ExecutorError
        If the package distributed is missing, no scheduler with a worker answers, or
        the cluster is lost.
    """
    try:
        from distributed import KilledWorker
    except ImportError as error:
        raise ExecutorError(
            "--dask needs distributed; pip install 'refgen[dask]'"
        ) from error
    with _client(address, n_jobs) as client:
        try:
            yield client.get_executor(pure=False), 2 * sum(client.nthreads().values())
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


@contextlib.contextmanager
def _client(address: str, n_jobs: int) -> Iterator[Any]:
    from distributed import Client

    with contextlib.ExitStack() as stack:
        target: Any = address
        if address == "local":
            target = stack.enter_context(_local_cluster(n_jobs))
        try:
            if address != "local":
                _require_answer(address)
            client = stack.enter_context(Client(target, timeout=_PATIENCE))
            client.wait_for_workers(1, timeout=_PATIENCE)
        except (OSError, ValueError) as error:
            reason = str(error) or f"no answer within {_PATIENCE} seconds"
            raise ExecutorError(
                f"no Dask scheduler with a worker answers at {address} ({reason}); "
                "give the address that `dask scheduler` prints, or 'local'"
            ) from error
        yield client


def _local_cluster(n_jobs: int) -> Any:
    from distributed import LocalCluster

    require_children()
    try:
        with deaf_children():
            return LocalCluster(
                n_workers=n_jobs, threads_per_worker=1, dashboard_address=None
            )
    except RuntimeError as error:
        raise ExecutorError(
            f"Dask cannot start workers here ({error}); they import the script that "
            "runs, so what it does must stand below if __name__ == '__main__':"
        ) from error


def _require_answer(address: str) -> None:
    """Ask the scheduler who it is: a client would wait for ever for a silent one."""

    async def ask() -> None:
        from distributed import Security
        from distributed.core import rpc

        security = Security().get_connection_args("client")
        scheduler = rpc(address, timeout=_PATIENCE, connection_args=security)
        try:
            await asyncio.wait_for(scheduler.identity(), _PATIENCE)
        finally:
            await scheduler.close_rpc()

    # In a thread: a notebook has a loop of its own in this one.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, ask()).result()
