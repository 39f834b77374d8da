"""Evidence of a GPU run: what is said of it, and that none can be made without one."""

import json
import signal
import subprocess
import sys
import time

import pytest

import refgen_gpu.backend
from refgen_gpu import evidence, launch
from refgen_gpu.check import (
    record,
    runner,
    sections,
)
from refgen_gpu.evidence import ROOT

WHY_NO_GPU = refgen_gpu.backend.probe()


def made_up(**changes):
    return {
        "complete": True,
        "problems": [],
        "date": "2000-01-01T00:00:00+00:00",
        "device": "Made-up GPU, cc 9.9",
        "commit": "0123456789abcdef",
        "dirty": False,
        "kernels_digest": launch.digest(),
        "tests_passed": 17,
        "files": evidence.file_digests(),
        **changes,
    }


def status_of(tmp_path, value):
    path = tmp_path / "evidence.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return evidence.status(path)


# What is said about a record.


def test_no_record_is_no_evidence(tmp_path):
    state, line = evidence.status(tmp_path / "none.json")
    assert state == "none"
    assert "NONE" in line
    assert "nothing here ran on a GPU" in line


def test_a_record_of_this_code_is_current_and_says_what_ran(tmp_path):
    state, line = status_of(tmp_path, made_up())
    assert state == "current"
    for part in ("Made-up GPU", "2000-01-01", "0123456789ab", "17 tests passed"):
        assert part in line
    assert launch.digest()[:12] in line
    assert "INCOMPLETE" not in line
    assert "uncommitted" not in line


def test_incomplete_and_uncommitted_evidence_says_so(tmp_path):
    found = made_up(complete=False, problems=["parity: 3 test(s) failed"], dirty=True)
    state, line = status_of(tmp_path, found)
    assert "as given" in status_of(tmp_path, made_up(dirty=None))[1]
    assert state == "current"
    assert "INCOMPLETE: parity: 3 test(s) failed" in line
    assert "with uncommitted changes" in line


@pytest.mark.parametrize("changed", ["kernels/random.cu", "neighbors.py"])
def test_a_changed_file_makes_it_stale_and_is_named(tmp_path, changed):
    files = evidence.file_digests() | {changed: "0" * 64}
    state, line = status_of(tmp_path, made_up(files=files))
    assert state == "stale"
    assert f"STALE, changed: {changed};" in line


def test_new_and_removed_files_make_it_stale(tmp_path):
    files = evidence.file_digests() | {"gone.py": "0"}
    del files["launch.py"]
    state, line = status_of(tmp_path, made_up(files=files))
    assert state == "stale"
    assert "gone.py, launch.py" in line


def test_other_compile_options_make_it_stale(tmp_path):
    state, line = status_of(tmp_path, made_up(kernels_digest="0" * 64))
    assert state == "stale"
    assert "compile options" in line


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ("{}", "missing or of a wrong type"),
        (json.dumps(made_up(files=None)), "wrong type: files"),
        (json.dumps(made_up(device="")), "names no GPU"),
        (json.dumps(made_up(device="STAND-IN on the CPU")), "names no GPU"),
    ],
)
def test_a_record_that_cannot_be_used_is_none(tmp_path, text, why):
    state, line = status_of(tmp_path, text)
    assert state == "none"
    assert why in line
    assert "\n" not in line


def test_bytes_that_are_no_text_are_none(tmp_path):
    path = tmp_path / "evidence.json"
    path.write_bytes(b"\xff\xfe\x00")
    assert evidence.status(path)[0] == "none"


def test_the_module_prints_one_line_and_succeeds():
    shown = run_module("refgen_gpu.evidence")
    assert shown.returncode == 0
    assert shown.stdout.startswith("GPU evidence: ")
    assert shown.stdout.count("\n") == 1


def test_what_only_watches_is_not_part_of_the_digest():
    names = evidence.file_digests()
    assert not any(n.startswith("check/") or n == "evidence.py" for n in names)
    assert {"launch.py", "kernels/philox.cuh", "kernels/votes.py"} <= set(names)


# The check without a GPU.


def run_module(*arguments):
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(WHY_NO_GPU is None, reason="there is a GPU")
@pytest.mark.parametrize("child", [False, True])
def test_the_check_refuses_without_a_gpu_and_writes_nothing(tmp_path, child):
    out = tmp_path / "out.json"
    options = ["--child", "facts", "10", str(out)] if child else ["--out", str(out)]
    shown = run_module("refgen_gpu.check", *options)
    assert shown.returncode == 3
    assert WHY_NO_GPU in shown.stderr
    assert "nothing was written" in shown.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_section_refuses_the_standin(tmp_path):
    standin = pytest.importorskip("support.standin")
    path = tmp_path / "facts.json"
    with (
        standin.use_standin(),
        pytest.raises(refgen_gpu.NoDeviceError, match="STAND-IN"),
    ):
        runner.run_here(sections.by_name("facts"), 10, path)
    found = json.loads(path.read_text())
    assert "STAND-IN" in found["status"]
    assert found["results"] == {}
    assert "device" not in found


# Sections in processes of their own.


def section(name="facts", problems=lambda results: []):
    return sections.Section(name, 1, lambda deadline: iter(()), problems)


def scripted(monkeypatch, *scripts):
    """Let section number i run the i-th script instead, which writes to `path`."""
    todo = iter(scripts)

    def command(section, limit, path):
        code = f"import json, os, time; path = {str(path)!r}\n{next(todo)}"
        return [sys.executable, "-c", code]

    monkeypatch.setattr(runner, "command", command)


def leaves(status, **results):
    found = {"status": status, "results": results, "device": "D"}
    return f"open(path, 'w').write(json.dumps({found!r}))"


def test_a_section_that_crashes_or_hangs_loses_nothing_of_the_others(monkeypatch):
    scripted(
        monkeypatch,
        leaves("finished", a=1),
        leaves("running", b=2) + "; os.abort()",
        leaves("running", c=3) + "; time.sleep(60)",
        "raise SystemExit(5)",
    )
    start = time.monotonic()
    chosen = [section(str(i)) for i in range(4)]
    found = dict(runner.run_all(chosen, 9.0))
    assert time.monotonic() - start < 30
    assert found["0"]["status"] == "finished"
    assert found["0"]["problems"] == []
    assert found["1"]["status"] == f"ended early with exit status {-signal.SIGABRT}"
    assert found["1"]["results"] == {"b": 2}
    assert found["2"]["status"].startswith("out of time after")
    assert found["2"]["results"] == {"c": 3}
    assert found["3"]["status"] == "ended early with exit status 5"
    assert all(found[name]["problems"] for name in "123")


def test_termination_is_recorded_as_an_interruption(monkeypatch):
    terminate = "; time.sleep(1); os.kill(os.getppid(), 15); time.sleep(60)"
    scripted(monkeypatch, leaves("running", a=1) + terminate, "")
    before, found = signal.getsignal(signal.SIGTERM), {}
    with pytest.raises(KeyboardInterrupt):
        found |= runner.run_all([section("a"), section("b")], 100.0)
    assert found["a"]["status"] == "interrupted"
    assert found["a"]["results"] == {"a": 1}
    assert "b" not in found
    assert signal.getsignal(signal.SIGTERM) == before


def test_missing_packages_are_named(tmp_path):
    path = tmp_path / "out.json"
    wants = sections.Section("x", 1, None, lambda results: [], ("json", "no_such"))
    runner.run_here(wants, 1, path)
    result = runner.collect(wants, path, "", 0.1)
    assert result["problems"] == ["missing packages: ['no_such']"]


def test_time_that_is_not_used_goes_to_the_later_sections():
    total, spent = 540.0, 0.0
    for i in range(len(sections.SECTIONS)):
        limit = sections.time_limit(list(sections.SECTIONS[i:]), total - spent)
        assert 0 < limit <= total - spent
        spent += limit / 2
    assert limit == pytest.approx(total - (spent - limit / 2))
    assert sections.time_limit(list(sections.SECTIONS), -1.0) == 0


def test_json_is_replaced_whole_or_not_at_all(tmp_path):
    path = tmp_path / "new" / "out.json"
    runner.write_json(path, {"a": 1})
    with pytest.raises(ValueError):
        runner.write_json(path, {"a": float("nan")})
    assert json.loads(path.read_text()) == {"a": 1}
    assert list(path.parent.iterdir()) == [path]


# The record.


def finished(**changes):
    return {"status": "finished", "results": {}, "problems": [], **changes}


def whole_record():
    found = record.new("0" * 40)
    for one in sections.SECTIONS:
        counts = {"counts": {"passed": 9}} if one.name == "parity" else {}
        record.add(found, one.name, finished(device="D", results=counts), 1.0)
    return found


def test_a_record_is_complete_when_every_section_is():
    found = whole_record()
    assert found["complete"]
    assert found["problems"] == []
    assert found["tests_passed"] == 9
    assert found["device"] == "D"


def test_a_record_says_what_it_lacks():
    found = record.new()
    assert not found["complete"]
    assert f"{sections.SECTIONS[0].name}: not run" in found["problems"]
    found = whole_record()
    record.add(found, "parity", finished(problems=["1 test(s) failed"]), 2.0)
    assert not found["complete"]
    assert found["problems"] == ["parity: 1 test(s) failed"]


def test_two_devices_are_not_one_record():
    found = whole_record()
    record.add(found, "facts", finished(device="E"), 1.0)
    assert not found["complete"]
    assert "different devices" in found["problems"][0]


def test_files_that_change_meanwhile_are_noticed(monkeypatch):
    found = whole_record()
    monkeypatch.setattr(evidence, "file_digests", lambda: {"a.py": "0"})
    record.add(found, "facts", finished(device="D"), 1.0)
    assert found["problems"] == ["files changed while the check ran"]


def test_a_record_is_what_the_status_reads(tmp_path):
    state, line = status_of(tmp_path, whole_record())
    assert state == "current"
    assert "9 tests passed" in line


# What the sections make of what they see.
