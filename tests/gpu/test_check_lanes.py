"""Workers of the check that do not start, do not die, or cannot be heard."""

import os
import signal
import subprocess
import sys
import time
from collections import deque
from types import SimpleNamespace

import pytest

from refgen_gpu.check import engine, lanes, plan, worker
from refgen_gpu.check.lanes import Lane, Lanes, Outcome, Task
from refgen_gpu.check.record import Record
from refgen_gpu.evidence import ROOT

pytest.importorskip("support.standin")
from support import dry_run, injected

INJECTED = "support.injected"


def test_workers_that_do_not_start_are_told(tmp_path):
    record = Record.new(tmp_path / "record.jsonl")
    engine.run(record, (dry_run.INJECTED,), 20.0, print, "support.no_such:prepare")
    (line,) = record.steps.values()
    assert "workers do not start (exit status 1)" in line["status"]
    assert "No module named 'support.no_such'" in line["status"]


def test_a_worker_that_is_late_is_told(tmp_path):
    record = Record.new(tmp_path / "record.jsonl")
    engine.run(record, (dry_run.INJECTED,), 0.1, print, "support.dry_run:prepare")
    wanted = "support.injected: steps: out of time before a worker was ready"
    assert wanted in record.header["problems"]


def test_one_worker_that_starts_is_enough(tmp_path, monkeypatch):
    monkeypatch.setenv("REFGEN_ONE_WORKER", str(tmp_path / "first"))
    some = Lanes(2, tmp_path, "support.injected:prepare_one")
    tasks = [Task(INJECTED, f"after {step}", 20.0) for step in injected.STEPS]
    try:
        found = []
        for outcome in some.outcomes(tasks, time.monotonic() + 30):
            found.append((outcome.task, outcome.status))
            time.sleep(0.2)  # the other lane fails meanwhile
    finally:
        some.stop()
    assert sorted(found, key=str) == sorted(((t, "finished") for t in tasks), key=str)
    assert {lane.failures for lane in some._lanes} == {0, lanes._MOST_FAILURES}


def test_an_error_of_the_check_costs_a_phase(tmp_path, monkeypatch):
    def outcomes(self, tasks, end):
        raise OSError("no more processes")

    monkeypatch.setattr(Lanes, "outcomes", outcomes)
    record, told = Record.new(tmp_path / "record.jsonl"), []
    engine.run(record, (dry_run.INJECTED,) * 2, 5.0, told.append)
    line = "support.injected: steps: failed: OSError: no more processes"
    assert told == [line, line]
    assert line in record.header["problems"]
    assert "in outcomes" in (tmp_path / "log.txt").read_text()


def test_a_disk_that_is_full_is_told_and_ends_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("disk full")

    record, told = Record.new(tmp_path / "record.jsonl"), []
    monkeypatch.setattr(os, "replace", full)
    engine.run(record, (dry_run.INJECTED,), 0.1, told.append)
    assert "nothing could be written: disk full" in told
    assert any("before a worker was ready" in line for line in told)
    assert dry_run.run(["--out", str(tmp_path / "new")], ()) == 2


@pytest.mark.parametrize("started", [1000.1 + k / 7 for k in range(20)])
def test_the_end_of_the_time_is_not_taken_for_a_hang(tmp_path, monkeypatch, started):
    """start + (end - start) may be below the end by a rounding."""
    lane, sent = Lane(tmp_path / "log", None, 1), []
    lane.connection = SimpleNamespace(send=sent.append)
    lane.task, lane.end = Task(INJECTED, "a", 1e9), 1540.3
    monkeypatch.setattr(lanes, "time", SimpleNamespace(monotonic=lambda: started))
    lane._ask()
    assert lane.deadline >= lane.end
    # The step ends by itself before it would be killed.
    assert sent == [(INJECTED, "a", pytest.approx(0.9 * (1540.3 - started)))]


@pytest.mark.parametrize(
    ("deadline", "status"), [(5.0, "out of time"), (4.0, "hung: no answer after 3 s")]
)
def test_who_ends_with_the_time_has_not_hung(tmp_path, deadline, status):
    some = Lanes(1, tmp_path)
    (lane,) = some._lanes
    lane.process = SimpleNamespace(
        pid=2**30, is_alive=lambda: True, kill=lambda: None, join=lambda seconds: None
    )
    lane.connection = SimpleNamespace(poll=lambda: False, close=lambda: None)
    lane.task, lane.asked = Task(INJECTED, "a", 3.0), True
    lane.started, lane.deadline, lane.end = 0.0, deadline, 5.0
    (outcome,) = some._heard(lane, False, deque())
    assert outcome.status == status


def test_a_task_whose_worker_did_not_start_is_the_next(tmp_path):
    some, first, second = Lanes(2, tmp_path), Task("a", "1", 1.0), Task("a", "2", 1.0)
    waiting = deque([second])
    some._lanes[0].task = first
    some._not_started(some._lanes[0], "why", waiting)
    assert list(waiting) == [first, second]


def test_the_cores_are_shared_by_the_lanes(tmp_path, monkeypatch):
    monkeypatch.setattr(plan, "n_cores", lambda: 16)
    monkeypatch.setattr(lanes, "n_cores", lambda: 16)
    assert [plan.Phase(("a",), 1.0, n).n_lanes for n in (1, 6, 20)] == [1, 6, 8]
    threads = {n: Lanes(n, tmp_path)._lanes[-1].n_threads for n in (1, 8, 20)}
    assert threads == {1: 16, 8: 2, 20: 1}
    before = dict(os.environ)
    with lanes._threads(3):
        assert os.environ["OMP_NUM_THREADS"] == os.environ["NUMBA_NUM_THREADS"] == "3"
    assert os.environ == before


def test_output_is_told_once_and_its_end_is_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(lanes, "_MOST_OUTPUT", 10)
    lane = Lane(tmp_path / "log", None, 1)
    assert lane.output() == ""
    lane.log.write_bytes(b"x" * 20 + b"the \xff end")
    assert lane.output() == "xthe \ufffd end"
    assert lane.output() == ""


def test_a_process_that_cannot_be_killed_is_not_waited_for(tmp_path):
    lane, patience = Lane(tmp_path / "log", None, 1), []
    lane.process = SimpleNamespace(pid=2**30, kill=lambda: None, join=patience.append)
    lane.connection = SimpleNamespace(close=lambda: None)
    lane.kill()
    assert 0 < patience[0] <= 5


def test_the_check_leaves_while_a_worker_lives(tmp_path):
    code = (
        "import multiprocessing, time\n"
        "from refgen_gpu.check.__main__ import _leave\n"
        "fork = multiprocessing.get_context('fork')\n"
        "fork.Process(target=time.sleep, args=(100,)).start()\n"
        "print('the table')\n"
        "_leave(3)"
    )
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, stdout=out, start_new_session=True
        )
        try:
            assert process.wait(20) == 3
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    assert (tmp_path / "out").read_text() == "the table\n"


def test_a_step_needs_what_its_section_needs_and_more():
    def needs(step):
        return (f"no_{step}",)

    section = SimpleNamespace(NEEDS=("no_such", "os"), needs=needs)
    assert worker._missing(section, "a") == "missing package: no_such, no_a"
    assert worker._missing(SimpleNamespace(), "a") == ""


def test_the_steps_of_the_first_section_come_first(tmp_path):
    """Whichever section was first to say which steps it has."""
    listed = {"parity": ["p"], "claims": ["c", "d"]}

    def outcomes(tasks, end):
        silent = Outcome(Task("bits", None, 1.0), "crashed", 0.0, problems=["crashed"])
        yield silent
        for section in ("claims", "parity"):
            result = {"steps": listed[section], "limit": 7.0}
            yield Outcome(Task(section, None, 1.0), "finished", 0.0, result)

    record, noted = Record.new(tmp_path / "record.jsonl"), []
    record.add(Outcome(Task("claims", "c", 1.0), "finished", 0.0))
    phase = plan.Phase(("parity", "claims", "bits"), 1)
    some = SimpleNamespace(outcomes=outcomes)
    tasks = engine._tasks(record, phase, some, 0.0, noted.append)
    assert tasks == [Task("parity", "p", 7.0), Task("claims", "d", 7.0)]
    assert record.header["planned"] == listed
    assert [outcome.task.section for outcome in noted] == ["bits"]


def test_a_phase_has_its_share_of_the_time_that_is_left(tmp_path, monkeypatch):
    limits, before = [], signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(
        engine, "_run_phase", lambda *arguments: limits.append(arguments[2])
    )
    phases = plan.Phase(("a",), 1), plan.Phase(("b",), 3)
    engine.run(Record.new(tmp_path / "record.jsonl"), phases, 40.0, print)
    # And then all that is left, for what was late; here nothing takes any time.
    assert limits == pytest.approx([10.0, 40.0, 40.0, 40.0], abs=1.0)
    assert signal.getsignal(signal.SIGTERM) is before
