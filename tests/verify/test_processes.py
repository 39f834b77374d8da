"""Workers of a run end with it, and leave everything else in its process alone."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import current_process

import pytest

from refgen._interrupts import interrupts_deferred
from refgen.verify import ExecutorError, verify
from refgen.verify.processes import processes

# Workers of a killed run have this many seconds. They take less than one.
LONG = 120

LONG_TASKS = """
import signal, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup lets it be ignored
from refgen.verify.processes import processes
with processes(2) as pool:
    for _ in range(2):
        pool.submit(time.sleep, 10_000)
    time.sleep(0.5)
    print(*pool._processes, flush=True)
    time.sleep(10_000)
"""


def small_run(n_jobs=1):
    run = verify(["GDE-6"], profile="quick", n_instances=600, n_jobs=n_jobs)
    return run.to_json()


@pytest.fixture(scope="module")
def expected():
    return small_run()


def is_running(pid):
    shown = subprocess.run(
        ["ps", "-o", "stat=", "-p", pid], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] not in ("", "Z")


@pytest.mark.parametrize("name", ["SIGKILL", "SIGHUP"])
def test_workers_end_in_the_middle_of_a_task_when_their_run_is_killed(name):
    run = subprocess.Popen(
        [sys.executable, "-c", LONG_TASKS], stdout=subprocess.PIPE, text=True
    )
    workers = run.stdout.readline().split()
    assert len(workers) == 2
    assert all(map(is_running, workers))
    run.send_signal(getattr(signal, name))
    run.communicate()
    last = time.monotonic() + LONG
    while any(map(is_running, workers)):
        assert time.monotonic() < last
        time.sleep(0.05)


def test_ctrl_c_again_and_again_leaves_no_worker():
    command = [sys.executable, "-m", "refgen.cli", "verify", "GDE-6", "GDE-10*"]
    run = subprocess.Popen(
        [*command, "--jobs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    run.stdout.readline()
    try:
        for _ in range(3):
            os.killpg(run.pid, signal.SIGINT)
            time.sleep(0.05)
        # Workers hold its standard error open as long as they live.
        _, errors = run.communicate(timeout=LONG)
    finally:
        run.kill()
    assert run.returncode == 130, errors
    assert "Traceback" not in errors


def test_joblib_and_scikit_learn_work_before_between_and_after():
    from joblib import Parallel, delayed
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_score

    def peers():
        assert Parallel(n_jobs=2)(delayed(abs)(i) for i in (-1, 2)) == [1, 2]
        X, y = [[i % 5, i % 3] for i in range(30)], [i % 2 for i in range(30)]
        forest = RandomForestClassifier(5, random_state=0)
        return cross_val_score(forest, X, y, cv=2, n_jobs=2).tolist()

    before = peers()
    small_run(n_jobs=2)
    between = peers()
    small_run(n_jobs=2)
    assert before == between == peers()


def test_runs_in_threads_of_one_process_do_not_disturb_each_other(expected):
    with ThreadPoolExecutor(3) as threads:
        assert set(threads.map(small_run, [1, 1, 2])) == {expected}


def test_a_notebook_has_a_loop_of_its_own(expected):
    async def cell():
        return small_run(n_jobs=2)

    assert asyncio.run(cell()) == expected


def test_workers_of_joblib_run_claims_and_start_workers(expected):
    from joblib import Parallel, delayed

    options = {"profile": "quick", "n_instances": 600}
    calls = [delayed(verify)(["GDE-6"], n_jobs=n, **options) for n in (1, 2)]
    assert {r.to_json() for r in Parallel(n_jobs=2)(calls)} == {expected}


@pytest.mark.parametrize("options", [{}, {"dask": "local"}])
def test_a_worker_that_may_not_start_workers_says_so(monkeypatch, options):
    pytest.importorskip("distributed")
    monkeypatch.setitem(current_process()._config, "daemon", True)
    assert small_run()
    with pytest.raises(ExecutorError, match="may not start processes of its own"):
        verify(["GDE-6"], profile="quick", n_jobs=2, **options)


SCRIPT = """
import os
from refgen.verify import verify
opened = []  # not in the place of a standard stream
report = verify(
    ["GDE-6"], profile="quick", n_instances=600, n_jobs=2,
    on_result=lambda result: opened.append(os.open(os.devnull, os.O_RDONLY)),
)
raise SystemExit(0 if report.ok and opened[0] > 2 else 1)
"""


def test_a_script_without_a_guard_and_without_streams_runs(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    closed = ["bash", "-c", 'exec "$@" <&- >&- 2>&-', "bash", sys.executable]
    assert subprocess.run([*closed, str(script)], check=False).returncode == 0


def test_handlers_and_masks_are_afterwards_what_they_were(monkeypatch):
    seen = []
    monkeypatch.setattr(sys, "stdout", None)  # as in a process without a console
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, [])
    n_threads = threading.active_count()
    try:
        small_run()
        small_run(n_jobs=2)
        found = {number: signal.getsignal(number) for number in handlers}
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
    assert found == handlers
    assert signal.pthread_sigmask(signal.SIG_BLOCK, []) == mask
    assert threading.active_count() <= n_threads
    assert seen == [signal.SIGINT]
    assert sys.stdout is None


def test_ctrl_c_that_waits_comes_in_the_end():
    seen = []

    def work():
        with interrupts_deferred():
            signal.raise_signal(signal.SIGINT)
            seen.append("what must not be cut off")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert seen


def test_workers_are_deaf_to_ctrl_c_and_end_with_their_parents_work():
    workers = []

    def work():
        with processes(2) as pool:
            workers.extend(map(str, pool._processes))
            for worker in pool._processes:
                os.kill(worker, signal.SIGINT)
            assert pool.submit(abs, -1).result() == 1
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert len(workers) == 2
    assert not any(map(is_running, workers))
