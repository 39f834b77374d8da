"""The record of a check and the table that is made of it."""

import json
import math
import os
import subprocess

import pytest

from refgen_gpu import evidence
from refgen_gpu.check import plan
from refgen_gpu.check.lanes import Outcome, Task
from refgen_gpu.check.plain import plain
from refgen_gpu.check.record import Record, RecordError
from refgen_gpu.check.table import table


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
    commit, dirty = map(made(tmp_path).get, ("commit", "dirty"))
    assert (len(commit), dirty) == (40, False)
    (tmp_path / "refgen").mkdir()
    (tmp_path / "refgen" / "new.py").touch()
    assert made(tmp_path)["dirty"] is True
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


def test_a_section_is_a_line_of_the_table(tmp_path):
    found = Record.new(tmp_path / "record.jsonl")
    found.plan("bits", ["a", "b", "c"])
    found.add(outcome("bits"))
    found.add(outcome("bits", "b", "hung", problems=["hung", "twice"]))
    shown = table(found.header, list(found.steps.values())).splitlines()
    assert shown[1].split() == ["section", "steps", "ended", "faults", "seconds"]
    (line,) = (line for line in shown if line.startswith("bits"))
    assert line.split() == ["bits", "3", "1", "1", "1.0"]


def test_a_resumed_record_asks_for_the_steps_again_and_counts_on(tmp_path):
    found = whole_record(tmp_path)
    found.header["seconds"] = 100.0
    found = Record(found.path, found.header)
    found.add(outcome("bits"))
    found.add(outcome("bits", None, problems=["the device fell silent: why"]))
    again = Record.resumed(found.path)
    assert list(again.steps) == [("bits", "a")]
    again.write()
    assert evidence.read_lines(found.path).header["seconds"] >= 100.0


def test_a_record_of_another_commit_is_not_gone_on_with(tmp_path, monkeypatch):
    monkeypatch.setattr(evidence, "ROOT", tmp_path)
    path = whole_record(tmp_path).path
    with pytest.raises(RecordError, match=r"other code \(commit 000.*, now 111"):
        Record.resumed(path, "1" * 40)


def test_numbers_and_texts_that_json_holds():
    odd = {"a": math.inf, "b": -math.inf, "c": "x" * 3000, "d": (1, 2.5, None, True)}
    assert plain(odd) == {
        "a": "inf",
        "b": "-inf",
        "c": "x" * 2000,
        "d": [1, 2.5, None, True],
    }


def test_only_a_list_that_was_late_is_forgotten_when_it_comes(tmp_path):
    found = Record.new(tmp_path / "record.jsonl")
    silent = ["the device fell silent: an error"]
    found.add(Outcome(Task("bits", None, 1.0), "finished", 0.5, problems=silent))
    found.add(Outcome(Task("smoke", None, 1.0), "out of time", 0.5, problems=["late"]))
    for section in ("bits", "smoke"):
        assert found.has_late((section,)) == (section == "smoke")
        assert found.plan(section, ["a"]) == ["a"]
        assert found.has_late((section,))
    found.write()
    told = [p for p in found.header["problems"] if p.startswith(("bits", "smoke"))]
    assert told == [
        f"bits: steps: {silent[0]}",
        "smoke: not reached: a",
        "bits: not reached: a",
    ]
