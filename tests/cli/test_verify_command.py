"""``refgen verify``: exit codes, reports, wrong usage."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import pytest

import refgen
from refgen.claims import find, get
from refgen.cli import main
from refgen.cli._files import rescued, write_report
from refgen.cli._output import LostOutput
from refgen.cli.verify import _nothing_left_behind
from refgen.theories import THEORIES
from refgen.verify import PROFILES


def test_verify_exits_zero_and_counts_claims_and_twins(run):
    result = run("verify", "GDE-5", "GDE-6", "--profile", "quick")
    assert result.exit_code == 0
    assert "2 of 2 claims hold, 2 of 2 false twins refuted" in result.output


@pytest.mark.parametrize("columns", [40, 80, 100, 140])
def test_the_table_shows_whole_cells_at_any_width(run, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("verify", "audit-members", "GDE-6", "--profile", "quick").output
    row = next(x for x in lines.splitlines() if x.lstrip().startswith("audit-members "))
    assert re.search(r"audit-members +HOLDS +\d\.\de-13 .* 1/1 +2 % +\d+\.\d\d$", row)
    assert "…" not in lines
    assert columns != 80 or max(map(len, lines.split("\n2 of")[0].splitlines())) <= 80


def test_verify_exits_one_when_something_is_refuted(run, monkeypatch):
    from refgen.claims import equal

    false = lambda rg, law: equal(rg.disagreement.gap(law), 0)  # noqa: E731
    monkeypatch.setitem(vars(get("GDE-2")), "measure", false)
    false.__doc__ = "Nonsense."
    result = run("verify", "GDE-2", "--profile", "quick")
    assert result.exit_code == 1
    assert "violated by FiniteLaw(" in result.output
    (line,) = [x for x in result.output.splitlines() if "reproduce:" in x]
    shown = subprocess.run(
        [
            "bash",
            "-c",
            line.partition("reproduce: ")[2].replace("python", sys.executable),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout == "True\n"  # another process knows the true claim only


def test_verify_names_the_twins_that_survive(run, monkeypatch):
    from refgen.claims import Twin, at_most

    claim = get("GDE-5")
    true = lambda rg, law: at_most(rg.disagreement.gap(law), 1)  # noqa: E731
    weak = Twin(claim.kind, claim.domain, true, "gap ≤ 1")
    monkeypatch.setitem(vars(claim), "twins", [weak])
    result = run("verify", "GDE-5", "--profile", "quick")
    assert result.exit_code == 1
    assert "not refuted: the twin 'gap ≤ 1'" in result.output
    monkeypatch.setitem(vars(claim), "twins", [])
    result = run("verify", "GDE-5", "--profile", "quick")
    assert result.exit_code == 0
    assert "HOLDS (power untested)" in result.output


def test_verify_writes_its_report_as_json(run, tmp_path):
    path = tmp_path / "report.json"
    result = run("verify", "GDE-6", "--profile", "quick", "--json", str(path))
    assert result.exit_code == 0
    report = json.loads(path.read_text())
    assert report["ok"] is True
    assert report["results"][0]["device"] == refgen.arrays.device_label()
    assert [p.name for p in tmp_path.iterdir()] == ["report.json"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("verify", "gde6"), "nearest: GDE-6"),
        (("verify", "resmen"), "no claim or theory 'resmen'; nearest: resmem"),
        (("verify", "--profile", "fast"), "Invalid value for '--profile'"),
        (("verify", "--instances", "0"), "Invalid value for '--instances'"),
        (("verify", "--seed", "-1"), "Invalid value for '--seed'"),
        (("verify", "--json", "/"), "is a directory"),
        (("verify", "--json", "a" * 300), "cannot be written"),
        (("verify", "--json", "no/such/place.json"), "create it first"),
    ],
)
def test_wrong_usage_exits_two_with_the_remedy(run, args, message):
    result = run(*args)
    assert result.exit_code == 2
    assert message in result.output


def test_a_theory_stands_for_all_its_claims():
    from refgen.verify import select

    chosen, left_out = select(["resmem"], PROFILES["quick"])
    assert {claim.theory for claim in [*chosen, *map(get, left_out)]} == {"resmem"}
    assert len(chosen) + len(left_out) == len(find(["RM-*", "resmem-*"]))
    assert not set(THEORIES) & {claim.id for claim in find()}


@pytest.fixture
def no_run(monkeypatch):
    """A run that starts fails the test."""
    monkeypatch.setattr("refgen.verify.verify", None)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="only Linux has it")
def test_a_full_device_is_refused_before_the_run(run, no_run):
    result = run("verify", "GDE-6", "--json", "/dev/full")
    assert result.exit_code == 2
    assert "cannot be written (No space left on device)" in result.output


@pytest.mark.parametrize("option", ["--json", "--report"])
def test_a_full_disk_is_refused_before_the_run(
    run, no_run, monkeypatch, tmp_path, option
):
    def full(number):
        if os.fstat(number).st_size >= 1 << 20:  # as large as a report may be
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("verify", "GDE-6", option, tmp_path / "report")
    assert result.exit_code == 2
    assert f"{option} {tmp_path}" in result.output
    assert "cannot be written (No space left on device)" in result.output
    assert not list(tmp_path.glob("**/*.*"))


def test_what_cannot_be_written_at_the_end_is_saved_elsewhere(
    run, monkeypatch, tmp_path
):
    def replace(source, target):
        if "wanted" in str(target):
            raise OSError(errno.ENOSPC, "No space left on device")
        os.rename(source, target)

    wanted, spare = tmp_path / "wanted", tmp_path / "spare"
    wanted.mkdir(), spare.mkdir()
    monkeypatch.setattr(os, "replace", replace)
    monkeypatch.setattr("tempfile.tempdir", str(spare))
    options = ["--json", wanted / "report.json", "--report", wanted / "tables"]
    words = "No space left on device); it was saved in the folder"
    for n_options in (1, 2):
        shutil.rmtree(spare), spare.mkdir()
        command = ["verify", "GDE-8d", "--profile", "quick", *options[: 2 * n_options]]
        result = run(*command)
        assert result.exit_code == 2
        assert "1 of 1 claims hold" in result.output
        assert result.output.count(words) == n_options
    for folder in spare.iterdir():
        assert str(folder) in result.output
    assert json.loads(next(spare.glob("*/report.json")).read_text())["ok"] is True
    assert list(spare.glob("*/measurements.csv"))
    assert not list(wanted.glob("**/*.*"))


def test_a_line_that_is_lost_stops_the_run(run, monkeypatch):
    def lose(line):
        raise LostOutput(OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr("refgen.cli._progress.click", SimpleNamespace(echo=lose))
    result = run("verify", "GDE-8d", "--profile", "quick")
    assert result.exit_code == 2
    assert "the output cannot be written (No space left on device)" in result.output


def test_where_nothing_can_be_saved_nothing_is_left(monkeypatch, tmp_path):
    def write(folder):
        (folder / "half").write_text("written")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert rescued(write) is None
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_while_a_report_is_written_leaves_nothing(monkeypatch, tmp_path):
    def interrupted(source, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_report(tmp_path / "report.json", "{}")
    assert list(tmp_path.iterdir()) == []


def test_a_dumb_terminal_gets_lines_instead_of_a_bar(capsys):
    from rich.console import Console

    from refgen.cli._progress import Progress

    console = Console(force_terminal=True, _environ={"TERM": "dumb"})
    with Progress(console, 1) as progress:
        progress.show(SimpleNamespace(id="GDE-6", verdict="HOLDS", seconds=1))
    assert capsys.readouterr().out == "GDE-6: HOLDS (1.00 s)\n"


def test_a_report_leaves_links_and_pipes_what_they_are(run, tmp_path):
    target, link = tmp_path / "target.json", tmp_path / "link.json"
    target.write_text("old")
    link.symlink_to(target)
    result = run("verify", "GDE-8d", "--profile", "quick", "--json", str(link))
    assert result.exit_code == 0
    assert link.is_symlink()
    assert json.loads(target.read_text())["ok"] is True
    assert sorted(p.name for p in tmp_path.iterdir()) == ["link.json", "target.json"]


def test_a_folder_that_the_user_chose_for_hypothesis_is_kept(monkeypatch):
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "mine")
    with _nothing_left_behind():
        assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "mine"
    assert os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] == "mine"


def test_verify_leaves_nothing_where_it_runs(tmp_path):
    command = [sys.executable, "-m", "refgen.cli", "verify", "GDE-6"]
    done = subprocess.run(
        [*command, "--profile", "quick"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_interruption_exits_130_with_what_is_finished(run, monkeypatch):
    from refgen.verify import schedule

    def interrupted(claim, tasks, *common):
        if claim.id == "GDE-6":
            raise KeyboardInterrupt
        return perform_all(claim, tasks, *common)

    perform_all = schedule.perform_all
    monkeypatch.setattr(schedule, "perform_all", interrupted)
    result = run("verify", "GDE-5", "GDE-6", "--profile", "quick")
    assert result.exit_code == 130
    assert "GDE-5: HOLDS" in result.output
    assert "interrupted" in result.output


def test_the_profiles_are_those_of_the_engine():
    (profile,) = (p for p in main.commands["verify"].params if p.name == "profile")
    assert list(profile.type.choices) == list(PROFILES)


def test_twins_are_listed_with_their_distance_and_what_refutes_them(run):
    shown = run("verify", "RM-3", "--profile", "quick", "--twins").output
    assert f"RM-3: {get('RM-3').title}\n  twin '" in shown
    lines = [line for line in shown.splitlines() if line.startswith("  twin '")]
    assert len(lines) == len(get("RM-3").twins)
    assert all(" of the scanned instances" in line for line in lines)
    assert "refuted by 0 %" not in shown
    assert all(", off by " in line for line in lines)
