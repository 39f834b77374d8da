"""The check on a GPU loses nothing, whatever stops it, and pretends nothing."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from refgen_gpu import evidence
from refgen_gpu.check import engine, lanes, plan
from refgen_gpu.check.record import Record
from refgen_gpu.evidence import ROOT

pytest.importorskip("support.standin")
from support import dry_run, injected


def lines(folder):
    return evidence.read_lines(folder / "record.jsonl")


# Every fault, in a section made of them.


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    arguments = ["--out", str(folder), "--minutes", "1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PYTHONUNBUFFERED", raising=False)
        status = dry_run.run(arguments, (dry_run.INJECTED,))
    assert status == 1
    return folder


def test_every_fault_is_told_and_costs_only_its_own_step(faulty):
    found = {line["step"]: line for line in lines(faulty).steps}
    assert list(found) == injected.steps()
    for step in injected.STEPS:
        wanted = injected.WANTED.get(step)
        told = found[step]["problems"]
        assert wanted in told if wanted else told == [], step
        after = found[f"after {step}"]
        assert (after["status"], after["problems"]) == ("finished", []), step
        assert after["result"] == {"drawn": 0.0}, step


def test_what_a_step_had_found_before_it_failed_is_kept(faulty):
    found = {line["step"]: line["result"] for line in lines(faulty).steps}
    ended = ("an_exception", "a_crash", "an_exit", "a_hang", "an_illegal_access")
    for step in (*ended, "a_result_that_is_a_list"):
        assert found[step] == {"before": 1}


def test_results_that_json_lacks_are_written_in_words(faulty):
    found = {line["step"]: line["result"] for line in lines(faulty).steps}
    numbers = {"ratio": "nan", "flag": True, "n": 3}
    assert found["numbers_that_json_lacks"] == numbers
    odd = found["results_that_json_lacks"]
    assert odd["object"] == "a Unprintable whose repr raises ValueError"
    assert odd["('a', 1)"] == "{2}"
    assert odd["key ?"] == "ends\x85a\u2028line"
    assert odd["a Unprintable whose repr raises ValueError"] == 1
    assert len(odd["many"]) == 1000


def test_what_a_worker_started_ends_with_it(faulty):
    log = (faulty / "log.txt").read_text()
    (child,) = re.findall(r"its child is (\d+)", log)
    assert alive("--pid", child) == []
    # Whose end is noticed before the step would count as hung.
    found = {line["step"]: line["seconds"] for line in lines(faulty).steps}
    assert found["a_crash_that_leaves_a_child"] < injected.LIMIT - 0.5


def test_output_is_kept_by_step_and_cut(faulty):
    log = (faulty / "log.txt").read_text()
    step = "support.injected: numbers_that_json_lacks"
    assert log.startswith(f"== {step}: finished\nprinted== ")
    assert "== support.injected: an_exception: failed: ValueError" in log
    assert "second line" in log  # the traceback
    assert 100_000 < len(log) < 300_000


def test_the_end_of_the_output_says_what_is_wrong(faulty):
    shown = (faulty / "table.txt").read_text()
    assert len(shown) < 8_000
    assert "STAND-IN" in shown.splitlines()[0]
    for wanted in injected.WANTED.values():
        assert wanted in shown
    assert shown.endswith("INCOMPLETE\n")


def test_no_evidence_of_a_gpu_can_be_made_of_it(faulty):
    state, line = evidence.status(faulty / "record.jsonl")
    assert state == "none"
    assert "names no GPU" in line


def test_a_resumed_check_repeats_what_did_not_finish(faulty, tmp_path, monkeypatch):
    record = tmp_path / "record.jsonl"
    record.write_bytes((faulty / "record.jsonl").read_bytes())
    asked = []
    monkeypatch.setattr(
        lanes.Lanes, "outcomes", lambda self, tasks, end: asked.extend(tasks) or []
    )
    arguments = ["--out", str(tmp_path), "--minutes", "1"]
    assert dry_run.run(arguments, (dry_run.INJECTED,)) == 2  # nothing is overwritten
    assert not asked
    assert dry_run.run([*arguments, "--resume"], (dry_run.INJECTED,)) == 1
    kept = {line["step"] for line in lines(tmp_path).steps}
    assert "after a_crash" in kept
    assert not kept & {"a_crash", "a_hang", "an_exception", "a_package_that_is_missing"}
    left = Record.resumed(record).plan("support.injected", injected.steps())
    assert left == [step for step in injected.steps() if step not in kept]


# What ends the whole check.


def started(folder, *options):
    code = (
        "from support.dry_run import run, INJECTED\n"
        "from support import injected\n"
        f"raise SystemExit(run(['--out', {str(folder)!r}, '--minutes', '1', "
        f"*{options!r}], (INJECTED,)))"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_check_that_is_stopped_leaves_its_record_and_no_process(
    tmp_path, capsys, sent
):
    process = started(tmp_path)
    wait_for(lambda: '"step": "after an_exit"' in read(tmp_path / "record.jsonl"))
    time.sleep(0.5)  # the step that hangs is running
    workers = alive("--ppid", str(process.pid))
    assert workers
    second = ["--out", str(tmp_path), "--resume"]
    assert dry_run.run(second, (dry_run.INJECTED,)) == 2
    assert "another check is writing" in capsys.readouterr().err
    process.send_signal(sent)
    output, _ = process.communicate(timeout=20)
    found = {line["step"]: line["status"] for line in lines(tmp_path).steps}
    assert found["after an_exit"] == "finished"
    if sent != signal.SIGKILL:
        assert process.returncode == 130
        assert found["a_hang"] == "interrupted"
        assert "interrupted: the record holds what was finished" in output
        assert "not reached" in output
    wait_for(lambda: not alive("--pid", ",".join(workers)))


def read(path):
    return path.read_text() if path.exists() else ""


def wait_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(*which):
    """Processes that have not ended; those that nobody has waited for have ended."""
    shown = subprocess.run(
        ["ps", "-o", "pid=,stat=", *which], capture_output=True, text=True, check=False
    )
    lines = [line.split() for line in shown.stdout.splitlines()]
    return [pid for pid, state in lines if not state.startswith("Z")]


def test_the_time_is_kept_and_what_was_not_reached_is_named(tmp_path):
    record = Record.new(tmp_path / "record.jsonl")
    start = time.monotonic()
    # Less than the hang takes; on a slow machine the time is up before that step.
    engine.run(record, (dry_run.INJECTED,), 3.0, print, "support.dry_run:prepare")
    assert time.monotonic() - start < 5.0
    reached, n = [step for _, step in record.steps], len(record.steps)
    assert reached == injected.steps()[:n]
    late = [s for (_, s), line in record.steps.items() if "out of" in line["status"]]
    assert late in ([], reached[-1:])
    (named,) = (p for p in record.header["problems"] if "not reached" in p)
    assert named.startswith(f"support.injected: not reached: {injected.steps()[n]}, ")


def test_time_that_is_left_at_the_end_goes_to_what_was_late(tmp_path):
    record = Record.new(tmp_path / "record.jsonl")
    phases = plan.Phase(("sanitizer",), 0.001), plan.Phase(("support.no_such",), 1.0)
    engine.run(record, phases, 30.0, print, "support.dry_run:prepare")
    statuses = {step: line["status"] for step, line in record.steps.items()}
    assert statuses == {
        ("sanitizer", "memcheck"): "finished",
        ("sanitizer", "racecheck"): "finished",
        ("support.no_such", "steps"): "missing package: support.no_such",
    }
