"""The check on a GPU loses nothing, whatever stops it, and pretends nothing."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

import refgen_gpu.backend
from refgen_gpu import evidence
from refgen_gpu.check import engine, lanes, plan
from refgen_gpu.check.lanes import Outcome, Task
from refgen_gpu.check.record import Record, RecordError
from refgen_gpu.check.table import table
from refgen_gpu.evidence import ROOT

pytest.importorskip("support.standin")
from support import dry_run, injected

WHY_NO_GPU = refgen_gpu.backend.probe()


def lines(folder):
    return evidence.read_lines(folder / "record.jsonl")


# Every fault, in a section made of them.


@pytest.fixture(scope="module")
def faulty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faulty")
    status = dry_run.run(["--out", str(folder), "--minutes", "1"], (dry_run.INJECTED,))
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


def test_output_is_kept_by_step_and_cut(faulty):
    log = (faulty / "log.txt").read_text()
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


def test_the_time_is_kept_and_what_was_not_reached_is_named(tmp_path, monkeypatch):
    record = Record.new(tmp_path / "record.jsonl")
    start = time.monotonic()
    engine.run(record, (dry_run.INJECTED,), 2.0, print, "support.dry_run:prepare")
    assert time.monotonic() - start < 4.0
    late = [s for (_, s), line in record.steps.items() if "out of" in line["status"]]
    assert late in ([], ["a_hang"])  # on a slow machine it does not begin
    first = "after a_hang" if late else injected.steps()[len(record.steps)]
    (named,) = (p for p in record.header["problems"] if "not reached" in p)
    assert named.startswith(f"support.injected: not reached: {first}, ")


def test_time_that_is_not_used_goes_to_the_later_phases():
    total, spent = 590.0, 0.0
    for i, phase in enumerate(plan.PHASES):
        limit = plan.time_limit(plan.PHASES[i:], total - spent)
        assert 0 < limit <= total - spent
        if phase.sections == ("smoke",):
            assert limit <= 50  # of ten minutes, if nothing was left before
        spent += limit / 2
    assert plan.time_limit(plan.PHASES, -1.0) == 0


# The record.


def outcome(section, step="a", status="finished", **more):
    return Outcome(Task(section, step, 1.0), status, 0.5, device="D", **more)


def whole_record(tmp_path):
    found = Record.new(tmp_path / "record.jsonl", "0" * 40)
    for section in plan.sections():
        found.plan(section, ["a"])
        counts = {"counts": {"passed": 9}} if section == "parity" else {}
        found.add(outcome(section, result=counts))
    return found


def test_a_record_is_complete_when_every_step_is(tmp_path):
    found = whole_record(tmp_path).header
    assert (found["complete"], found["problems"]) == (True, [])
    assert (found["tests_passed"], found["device"]) == (9, "D")
    state, line = evidence.status(tmp_path / "record.jsonl")
    assert state == "current"
    assert "9 tests passed" in line
    assert "INCOMPLETE" not in line


def test_a_record_says_what_it_lacks(tmp_path):
    found = Record.new(tmp_path / "record.jsonl")
    assert "smoke: not run" in found.header["problems"]
    found = whole_record(tmp_path)
    found.add(outcome("claims", "GDE-1", "hung", problems=["hung"]))
    found.plan("claims", ["a", "GDE-1", "GDE-2"])
    found.write()
    assert found.header["problems"] == [
        "claims: GDE-1: hung",
        "claims: not reached: GDE-2",
    ]
    assert not found.header["complete"]


def test_two_devices_are_not_one_record(tmp_path):
    found = whole_record(tmp_path)
    found.add(Outcome(Task("bits", "b", 1.0), "finished", 1.0, device="E"))
    assert found.header["problems"] == ["steps ran on different devices: ['D', 'E']"]


def test_files_that_change_meanwhile_are_noticed(tmp_path, monkeypatch):
    found = whole_record(tmp_path)
    monkeypatch.setattr(evidence, "file_digests", lambda: {"a.py": "0"})
    found.write()
    assert found.header["problems"] == ["files changed while the check ran"]


def test_a_record_of_other_code_is_not_gone_on_with(tmp_path, monkeypatch):
    path = whole_record(tmp_path).path
    assert Record.resumed(path).header["complete"]
    monkeypatch.setattr(evidence, "sources_digest", lambda files: "0")
    with pytest.raises(RecordError, match=r"other code \(sources_digest .*, now 0\)"):
        Record.resumed(path)
    path.write_text("{")
    with pytest.raises(RecordError, match="cannot be read"):
        Record.resumed(path)


def test_the_commit_is_gits_if_this_is_its_tree(tmp_path, monkeypatch):
    def made(tree, *commit):
        monkeypatch.setattr(evidence, "ROOT", tree)
        return Record.new(tmp_path / "record.jsonl", *commit).header

    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "a"]):
        subprocess.run([*git, *command], check=True)
    commit = made(tmp_path)["commit"]
    assert len(commit) == 40
    below = tmp_path / "below"
    below.mkdir()
    found = made(below, "0" * 40)
    assert (found["commit"], found["dirty"]) == ("0" * 40, None)


def test_the_file_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    found = whole_record(tmp_path)
    before = found.path.read_text()

    def full(*_):
        raise OSError("full")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="full"):
        found.write()
    assert found.path.read_text() == before
    assert list(tmp_path.iterdir()) == [found.path]
    assert [json.loads(line)["section"] for line in before.splitlines()[1:]]


def test_the_table_is_short_however_much_is_wrong(tmp_path):
    found = whole_record(tmp_path)
    rows = [["nearest neighbours, 10⁶ × 10⁵ × 64", "0.6 s", "1.3 s", "2.2"]] * 70
    found.add(outcome("speed", "neighbors", result={"rows": rows}))
    for k in range(100):
        found.add(outcome("smoke", f"step {k}", "failed", problems=["x" * 300]))
    shown = table(found.header, list(found.steps.values()))
    assert 10_000 < len(shown) <= 11_000  # of 12,000 that are kept of the output
    assert shown.count("nearest neighbours") == 70
    listed = shown.count("\n  smoke: step ")
    assert listed > 10
    assert f"\n  and {100 - listed} more, which the record holds\n" in shown
    assert shown.startswith("D, commit ")


# Without a GPU.


@pytest.mark.skipif(WHY_NO_GPU is None, reason="there is a GPU")
def test_the_check_refuses_without_a_gpu_and_writes_nothing(tmp_path):
    shown = asked(tmp_path)
    assert shown.returncode == 3
    assert WHY_NO_GPU in shown.stderr
    assert "nothing was written" in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_emulated_products_are_refused_before_anything_runs(tmp_path):
    shown = asked(tmp_path, CUBLAS_EMULATE_DOUBLE_PRECISION="1")
    assert shown.returncode == 2
    assert "CUBLAS_EMULATE_DOUBLE_PRECISION" in shown.stderr
    assert list(tmp_path.iterdir()) == []


def asked(folder, **environment):
    return subprocess.run(
        [sys.executable, "-m", "refgen_gpu.check", "--out", str(folder / "out")],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
