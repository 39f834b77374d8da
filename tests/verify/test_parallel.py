"""The report is the same for any workers, any order of results and any deaths."""

import concurrent.futures
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refgen.arrays import Instance
from refgen.claims import Claim, Twin, at_most, get
from refgen.domains import Domain
from refgen.verify import ExecutorError, schedule, verify
from refgen.verify.environment import environment
from refgen.verify.executors import Inline
from refgen.verify.outcomes import Outcome
from refgen.verify.schedule import NoStore, Scheduler
from refgen.verify.statements import StatementRun
from refgen.verify.tasks import Settings, Task, perform, perform_by_name

CHEAP = ["GDE-2", "GDE-5", "GDE-6", "GDE-8d"]
SETTINGS = Settings(seed=0, search_examples=5, instances=20 * 8192, draws=256)


@dataclass(frozen=True, repr=False)
class Number(Instance):
    x: Any


numbers = Domain(
    "integers from 0 to 99999",
    lambda: [Number(np.array(0.0))],
    lambda: st.integers(0, 9).map(lambda n: Number(np.array(float(n)))),
    lambda rg, stream, size: Number(stream.integers(100_000, size).astype(float)),
)


def below(limit):
    return Claim(
        "inequality",
        numbers,
        lambda rg, n: at_most(n.x, limit),
        "TEST-1",
        "nowhere",
        twins=[Twin("inequality", numbers, lambda rg, n: at_most(n.x, -1.0), "≤ −1")],
    )


class Shuffled(Executor):
    """Finishes one waiting task at a time, which `choose` picks."""

    def __init__(self, choose):
        self._choose = choose
        self._waiting = []
        self.performed = []

    def submit(self, fn, /, *args, **kwargs):
        future = Future()
        self._waiting.append((future, fn, args))
        return future

    def finish_one(self):
        future, fn, args = self._waiting.pop(self._choose(len(self._waiting)))
        if future.set_running_or_notify_cancel():
            self.performed.extend(args[1])
            future.set_result(fn(*args))


@contextlib.contextmanager
def finishing(pool, monkeypatch):
    """Within the context, waiting for a result makes `pool` finish a task."""

    def wait(pending, return_when):
        if pending:
            pool.finish_one()
        return SimpleNamespace(done={f for f in pending if f.done()})

    with monkeypatch.context() as patch:
        patch.setattr(schedule, "wait", wait)
        yield


def outcomes(claim, workers, sizes=SETTINGS):
    """The outcomes of all statements of a claim on an executor."""
    runs = [StatementRun(claim, i, sizes, 512, 1e-3) for i in (0, 1)]
    ended = []
    scheduler = Scheduler(sizes, "refgen", NoStore(), workers)
    scheduler.run(runs, ended.append)
    assert sorted(run.index for run in ended) == [0, 1]  # each is reported once
    return [replace(run.outcome(), seconds=0) for run in runs]


def here():
    return contextlib.nullcontext((Inline(), 1))


@pytest.mark.parametrize("limit", [100_000, 99_990, 90_000])
@settings(max_examples=20)
@given(seed=st.integers(0, 1000), capacity=st.integers(1, 16))
def test_outcomes_do_not_depend_on_the_order_of_completion(limit, seed, capacity):
    claim, sizes = below(limit), replace(SETTINGS, search_examples=0)
    pool = Shuffled(random.Random(seed).randrange)
    with finishing(pool, pytest.MonkeyPatch()):
        workers = lambda: contextlib.nullcontext((pool, capacity))  # noqa: E731
        found = outcomes(claim, workers, sizes)
    assert found == outcomes(claim, here, sizes)
    assert len(pool.performed) == len(set(pool.performed))


def test_nothing_beyond_the_deciding_task_counts():
    run = StatementRun(below(100_000), 0, SETTINGS, 512, 1e-3)
    first, second, *scans = [run.next_task() for _ in run.tasks]
    assert second is None  # the search waits for the pinned examples
    run.accept(first, Outcome(1, 0.5))
    run.accept(run.next_task(), Outcome(1, 0.5))
    scans = [run.next_task() for _ in range(4)]
    assert run.next_task() is not None
    run.accept(scans[2], Outcome(8, 2.0, violation="late"))
    assert not run.is_done
    run.accept(scans[3], Outcome(8, 9.0))
    run.accept(scans[1], Outcome(8, 0.6))
    run.accept(scans[0], Outcome(8, 0.7))
    assert run.is_done
    assert run.next_task() is None
    assert run.outcome().violation == "late"
    assert run.outcome().n_instances == 1 + 1 + 3 * 8
    assert run.outcome().tightness == 2.0


class Dying(Inline):
    """An executor whose worker dies at some tasks, as often as `deaths` says."""

    def __init__(self, deaths, log):
        self._deaths, self._log = deaths, log
        self._broken = False

    def submit(self, fn, /, *args, **kwargs):
        if self._broken:
            raise BrokenExecutor("a worker died")
        first = args[1][0]
        self._log.append(first)
        key = (first.stage, first.block)
        if self._deaths.get(key, 0):
            self._deaths[key] -= 1
            self._broken = True
            future = Future()
            future.set_exception(BrokenExecutor("a worker died"))
            return future
        return super().submit(fn, *args, **kwargs)


def test_tasks_of_dead_workers_are_done_again():
    deaths, log = {("pinned", 0): 1, ("scan", 3): 2, ("scan", 7): 1}, []
    workers = lambda: contextlib.nullcontext((Dying(deaths, log), 4))  # noqa: E731
    assert outcomes(below(100_000), workers) == outcomes(below(100_000), here)
    assert not any(deaths.values())


def test_a_task_that_always_kills_its_worker_is_named_and_the_rest_is_kept():
    kept, log = {}, []
    store = SimpleNamespace(get=kept.get, put=kept.__setitem__)
    runs = [StatementRun(below(100_000), i, SETTINGS, 512, 1e-3) for i in (0, 1)]
    workers = lambda: contextlib.nullcontext((Dying({("scan", 5): 99}, log), 4))  # noqa: E731
    scheduler = Scheduler(SETTINGS, "refgen", store, workers)
    with pytest.raises(ExecutorError, match="3 times in a row doing TEST-1, scan 5"):
        scheduler.run(runs, lambda run: None)
    finished = {(task.stage, task.block) for task in kept if not task.statement}
    assert finished >= {("pinned", 0), ("search", 0), *(("scan", b) for b in range(5))}


def test_workers_that_never_start_are_given_up():
    @contextlib.contextmanager
    def broken():
        pool = Dying({}, [])
        pool._broken = True
        yield pool, 4

    with pytest.raises(ExecutorError, match="workers died 3 times in a row"):
        outcomes(below(1), broken)


@pytest.mark.parametrize("n_jobs", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_the_report_is_the_same_for_any_number_of_processes(n_jobs):
    told = []
    options = {"profile": "quick", "seed": 3, "n_instances": 20_000}
    report = verify(CHEAP, n_jobs=n_jobs, on_result=told.append, **options)
    assert report.to_json() == verify(CHEAP, **options).to_json()
    assert sorted(result.id for result in told) == CHEAP


class Killer:
    """SIGKILLs a worker process as the first result comes."""

    def __init__(self, name):
        self.name, self.killed = name, None

    def __call__(self, result):
        if self.killed is None:
            self.killed = workers_of(os.getpid(), self.name)[-1]
            os.kill(self.killed, signal.SIGKILL)


def workers_of(pid, name):
    """Ids of descendants of a process whose command line has the name."""
    listed = subprocess.run(
        ["ps", "-wweo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    )
    rows = [line.split(maxsplit=2) for line in listed.stdout.splitlines()]
    family = {str(pid)}
    for child, parent, _ in rows:  # parents are listed before their children
        if parent in family:
            family.add(child)
    return [int(child) for child, _, args in rows if child in family and name in args]


def test_a_killed_process_changes_nothing():
    killer = Killer("LokyProcess")
    options = {"profile": "quick", "n_instances": 50_000}
    report = verify(CHEAP, n_jobs=2, on_result=killer, **options)
    assert killer.killed
    assert report.to_json() == verify(CHEAP, **options).to_json()


@pytest.mark.slow
def test_a_killed_dask_worker_changes_nothing():
    pytest.importorskip("distributed")
    killer = Killer("spawn_main")
    options = {"profile": "quick", "n_instances": 50_000}
    report = verify(CHEAP, n_jobs=2, dask="local", on_result=killer, **options)
    assert killer.killed
    assert report.to_json() == verify(CHEAP, **options).to_json()


def test_a_failure_of_a_worker_comes_back_as_plain_text():
    unknown = Task("GDE-0", 0, "pinned")
    here = environment()
    with pytest.raises(ExecutorError, match="GDE-0, pinned 0 failed in a worker") as e:
        perform_by_name("refgen.claims", [unknown], SETTINGS, "refgen", here)
    assert "UnknownClaim" in str(e.value)
    assert e.value.__suppress_context__
    known = replace(unknown, claim="GDE-6")
    with pytest.raises(ExecutorError, match="other sources of refgen"):
        perform_by_name("refgen", [known], SETTINGS, "refgen", here | {"code": "old"})


def test_a_claim_of_the_script_itself_needs_one_job():
    claim = below(1)
    claim.measure.__module__ = "__main__"
    run = StatementRun(claim, 0, SETTINGS, 512, 1e-3)
    scheduler = Scheduler(SETTINGS, "refgen", NoStore(), here, by_name=True)
    with pytest.raises(ExecutorError, match="move it to a module"):
        scheduler.run([run], lambda run: None)


def test_linear_algebra_has_one_thread_wherever_a_task_runs():
    from threadpoolctl import threadpool_info

    seen = []

    def measure(rg, n):
        seen.extend(p["num_threads"] for p in threadpool_info())
        return at_most(n.x, 1.0)

    task = Task("TEST-1", 0, "pinned")
    perform(replace(below(1), measure=measure), task, SETTINGS, "refgen")
    assert set(seen) == {1}


def command(*args):
    verify = [sys.executable, "-m", "refgen.cli", "verify"]
    return [*verify, *args]


@pytest.mark.parametrize("more", [(), ("--jobs", "2"), ("--run",)])
def test_ctrl_c_exits_130_with_what_is_finished(more, tmp_path):
    args = [*more, str(tmp_path / "run")] if "--run" in more else more
    path = tmp_path / "report.json"
    process = subprocess.Popen(
        command("GDE-6", "GDE-10*", "--json", str(path), *args),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    told = process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    try:
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert "interrupted: the table shows what was finished" in output
    assert told.split(":")[0] in path.read_text()
    assert '"interrupted": true' in path.read_text()
    assert "Traceback" not in errors


def test_ctrl_c_that_a_library_swallows_is_still_one():
    def swallow():
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise AssertionError("a library's own trouble with it")

    with pytest.raises(KeyboardInterrupt):
        Inline().submit(swallow)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_while_the_workers_work_is_noticed(monkeypatch):
    def wait(pending, return_when):
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        return concurrent.futures.wait(pending, return_when=return_when)

    monkeypatch.setattr("refgen.verify.schedule.wait", wait)
    assert verify(["GDE-6"], profile="quick", n_instances=600).interrupted


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "no address"])
def test_no_scheduler_at_the_address_is_told(monkeypatch, address):
    pytest.importorskip("distributed")
    monkeypatch.setattr("refgen.verify.cluster._PATIENCE", 0.2)
    with pytest.raises(ExecutorError, match="no Dask scheduler with a worker answers"):
        verify(["GDE-6"], profile="quick", dask=address)


def test_a_scheduler_that_says_nothing_is_not_waited_for(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("refgen.verify.cluster._PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(ExecutorError, match=r"no answer within 0\.2 seconds"):
            verify(["GDE-6"], profile="quick", dask=address)


def test_dask_without_distributed_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ExecutorError, match=r"pip install 'refgen\[dask\]'"):
        verify(["GDE-6"], profile="quick", dask="local")


def test_statements_on_the_same_examples_are_done_in_one_place():
    """Expensive examples, such as trained networks, are made once per claim."""
    claim = get("GDE-22c")
    assert claim.domain.is_finite
    runs = [StatementRun(claim, i, SETTINGS, 512, 1e-3) for i in (0, 1)]
    log = []

    class Noting(Inline):
        def submit(self, fn, /, *args, **kwargs):
            log.append(args[1])
            return super().submit(fn, *args, **kwargs)

    workers = lambda: contextlib.nullcontext((Noting(), 1))  # noqa: E731
    Scheduler(SETTINGS, "refgen", NoStore(), workers).run(runs, lambda run: None)
    assert [[task.statement for task in tasks] for tasks in log] == [[0, 1]]
