"""The command line of the check: what it refuses, when it ends, what it returns."""

import os
import subprocess
import sys

import pytest

import refgen_gpu.backend
from refgen_gpu.check import __main__ as command
from refgen_gpu.check import engine, plan
from refgen_gpu.check.record import Record
from refgen_gpu.evidence import ROOT

WHY_NO_GPU = refgen_gpu.backend.probe()


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


def test_the_shares_of_chosen_sections():
    (smoke,) = plan.only(["smoke"])
    assert smoke in plan.PHASES
    (claims,) = plan.only(["claims"])
    assert claims.sections == ("claims",)
    assert plan.only([]) == plan.PHASES


def test_time_that_is_not_used_goes_to_the_later_phases():
    total, spent = 590.0, 0.0
    for i, phase in enumerate(plan.PHASES):
        limit = plan.time_limit(plan.PHASES[i:], total - spent)
        assert 0 < limit <= total - spent
        if phase.sections == ("smoke",):
            assert limit <= 50  # of ten minutes, if nothing was left before
        spent += limit / 2
    assert plan.time_limit(plan.PHASES, -1.0) == 0


@pytest.mark.parametrize("minutes", ["0", "-1", "nan", "inf"])
def test_there_has_to_be_time(minutes, capsys):
    with pytest.raises(SystemExit) as ended:
        command.parser().parse_args(["--minutes", minutes])
    assert ended.value.code == 2
    assert "must be positive" in capsys.readouterr().err


@pytest.mark.parametrize("problems", [[], ["a problem"]])
def test_the_status_says_whether_the_record_is_complete(
    tmp_path, monkeypatch, capsys, problems
):
    seconds = []
    monkeypatch.setattr(Record, "_problems", lambda *_: iter(problems))
    monkeypatch.setattr(engine, "run", lambda *arguments: seconds.append(arguments[2]))
    options = command.parser().parse_args(["--out", str(tmp_path), "--minutes", "2"])
    assert command.check(options) == len(problems)
    # Before the end there is time for the table.
    assert 110 <= seconds[0] <= 115
    table = (tmp_path / "table.txt").read_text()
    assert table in capsys.readouterr().out


def test_a_table_that_cannot_be_written_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(Record, "_problems", lambda *_: iter([]))
    monkeypatch.setattr(engine, "run", lambda *arguments: None)
    (tmp_path / "table.txt").mkdir()
    options = command.parser().parse_args(["--out", str(tmp_path)])
    assert command.check(options) == 1
    shown = capsys.readouterr().out
    assert "\ncomplete\n" in shown
    assert "table.txt could not be written" in shown


def test_a_problem_is_told_in_one_short_line(capsys):
    command._tell_in_a_line("two\nlines " * 100)
    shown = capsys.readouterr().out
    assert shown.startswith("two lines two")
    assert len(shown) == 201
