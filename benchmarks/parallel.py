"""Overhead per task, and what a second process gains on the default profile.

Run: ``python benchmarks/parallel.py [ROUNDS]``. Targets: less than 2 ms per task on one
core; ``refgen verify --jobs 2`` at least 1.7 times faster than one job where two cores
are free. The gain is a ratio of wall times, with one and two jobs in turn; the cores
that were used and the load on the machine are stored beside it.
"""

import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from _record import medians, store
from hypothesis import strategies as st

import refgen as rg
from refgen.arrays import Instance
from refgen.claims import at_most, claim, get
from refgen.domains import Domain
from refgen.verify.executors import executor
from refgen.verify.processes import processes
from refgen.verify.schedule import NoStore, Scheduler
from refgen.verify.statements import StatementRun
from refgen.verify.store import RunStore, identity
from refgen.verify.tasks import Settings

N_TASKS = 2000
COST = 2**13  # a task is one block of two instances
SETTINGS = Settings(0, 0, 2 * N_TASKS * COST, 1)


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


numbers = Domain(
    "from 0 to 1",
    lambda: [],
    st.nothing,
    lambda rg, stream, size: Number(stream.uniform(size)),
)


def declare():
    @claim("TRIVIAL", kind="inequality", domain=numbers, source="nowhere", cost=COST)
    def trivial(rg, n, limit=1.0):
        """x ≤ 1."""
        return at_most(n.x, limit)

    trivial.twin("x ≤ −1", limit=-1.0)


if __name__ != "__main__":  # workers import this module by its name
    declare()


@contextlib.contextmanager
def one_worker():
    with processes(1) as pool:
        yield pool, 4


def trivial_tasks(workers, by_name, kept):
    """Run the claim's tasks; most of the time is spent on sending tasks and results."""
    statement = StatementRun(get("TRIVIAL"), 0, SETTINGS, rg.arrays.BATCH, 1e-3)
    with contextlib.ExitStack() as stack:
        where = NoStore()
        if kept:
            directory = stack.enter_context(tempfile.TemporaryDirectory())
            where = stack.enter_context(RunStore(Path(directory), identity({}, "CPU")))
        Scheduler(SETTINGS, "refgen", where, workers, by_name).run(
            [statement], lambda s: None
        )
    assert statement.outcome().n_instances == 2 * N_TASKS


def overhead():
    """Milliseconds per task, the trivial work included, all processes on one core."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    here = (lambda: executor(1, None), False)
    timed = medians(
        {
            "in this process": lambda: trivial_tasks(*here, False),
            "in this process, with --run": lambda: trivial_tasks(*here, True),
            "one worker": lambda: trivial_tasks(one_worker, True, False),
            "one worker, with --run": lambda: trivial_tasks(one_worker, True, True),
        },
        repeats=3,
    )
    os.sched_setaffinity(0, cores)
    per_task = {k: 1e3 * v["median_seconds"] / N_TASKS for k, v in timed.items()}
    return {name: round(value, 3) for name, value in per_task.items()}


def verified(jobs, path):
    """Wall seconds of `refgen verify`, cores used, and the load before and after."""
    load, start = os.getloadavg()[0], time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "refgen.cli", "verify", "--jobs", str(jobs)]
    subprocess.run([*command, "--json", path], check=True, capture_output=True)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "seconds": round(seconds, 1),
        "cores_used": round(used / seconds, 2),
        "load_before": round(load, 2),
        "load_after": round(os.getloadavg()[0], 2),
    }


def gain(n_rounds):
    rounds = []
    with tempfile.TemporaryDirectory() as directory:
        paths = {jobs: Path(directory) / f"{jobs}.json" for jobs in (1, 2)}
        for _ in range(n_rounds):
            rounds.append({jobs: verified(jobs, paths[jobs]) for jobs in (1, 2)})
            assert paths[1].read_bytes() == paths[2].read_bytes()
    return {
        "rounds": rounds,
        "times_faster": round(
            statistics.median(r[1]["seconds"] / r[2]["seconds"] for r in rounds), 2
        ),
        "reports": "identical",
    }


def main():
    import parallel  # noqa: F401  # declares the claim where workers find it

    n_rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    results = {
        "milliseconds_per_task": overhead(),
        "default_profile_two_jobs": gain(n_rounds),
    }
    store("parallel", results, threads=1)


if __name__ == "__main__":
    main()
