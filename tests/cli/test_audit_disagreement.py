"""``refgen audit disagreement``: a file of predictions in, tables and JSON out."""

import json
import os
import sys
from inspect import signature
from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest

from refgen.cli.audits.disagreement import command
from refgen.disagreement import audit

RUNS = np.array([[0, 1, 1, 2], [0, 1, 2, 2], [0, 0, 1, 2], [1, 1, 1, 2]])
LABELS = np.array([0, 1, 1, 0])


@pytest.fixture
def files(tmp_path):
    np.save(tmp_path / "runs.npy", RUNS)
    np.save(tmp_path / "labels.npy", LABELS)
    return tmp_path


@pytest.fixture
def audited(run):
    return lambda *args: run("audit", "disagreement", *args)


def test_without_labels(audited, files):
    result = audited(files / "runs.npy")
    assert result.exit_code == 0, result.output
    assert "4 runs × 4 points, classes 0, 1, 2" in result.output
    assert "95 % jackknife interval, low" in result.output
    assert "runs are independent draws" in result.output
    assert "GDE-5" not in result.output


def test_with_labels_and_json(audited, files):
    target = files / "out.json"
    target.write_text("old")
    options = ("--interval", "hoeffding", "--confidence-level", 0.9, "--json", target)
    result = audited(files / "runs.npy", "--labels", files / "labels.npy", *options)
    assert result.exit_code == 0, result.output
    for words in (
        "Error, mean over runs",
        "CACE",
        "GDE-15",
        "90 % hoeffding",
        "rounding",
    ):
        assert words in result.output
    expected = audit(RUNS, LABELS, 0.9, "hoeffding").to_dict()
    values = json.loads(target.read_text())
    assert values == expected | {"bounds": list(expected["bounds"])}
    assert values["estimate"]["standard_error"] is None
    assert values["bounds"][0]["holds"] is True
    assert sorted(p.name for p in files.iterdir()) == [
        "labels.npy",
        "out.json",
        "runs.npy",
    ]


def test_with_probabilities_and_transpose(audited, files):
    p = np.random.default_rng(1).dirichlet([1, 1], size=(4, 3))
    np.save(files / "p.npy", p.swapaxes(0, 1))
    result = audited(files / "p.npy", "--transpose", "--members", "sample")
    assert result.exit_code == 0, result.output
    assert "4 runs × 3 points, 2 classes, class drawn" in result.output


WORDS = np.array(["cat", "dog", "eel"])
POINTS = np.arange(12) % 3
# Four runs, each wrong at a point of its own.
FOUR = np.stack([(POINTS + (np.arange(12) == run)) % 3 for run in range(4)])


@pytest.fixture
def frame(files, monkeypatch):
    """A column for each run and a row for each point, named by `id`."""
    monkeypatch.chdir(files)
    ids = pd.Index(np.arange(40, 52)[::-1], name="id")
    return pd.DataFrame(WORDS[FOUR].T, ids, [f"run{run}" for run in range(4)])


def said(text):
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("runs.csv", "first row taken as header; column 'id' taken as index"),
        ("runs.parquet", "index of pandas ('id') left out"),
    ],
)
def test_tables_of_pandas(audited, frame, name, what):
    frame.to_csv(name) if name.endswith("csv") else frame.to_parquet(name)
    pd.Series(WORDS[POINTS], frame.index, name="label").to_csv("labels.csv")
    result = audited(name, "--transpose", "--labels", "labels.csv")
    assert result.exit_code == 0, result.output
    first, second, *_ = result.stdout.splitlines()
    assert first == f"4 runs × 12 points, classes cat, dog, eel; {what}"
    assert second == "labels; first row taken as header; column 'id' taken as index"
    assert "Error, mean over runs 0.0833" in said(result.stdout)
    assert result.stderr == ""


def test_runs_and_points_that_are_exchanged(audited, frame):
    frame.to_parquet("table.parquet")
    np.save("array.npy", FOUR.T)
    np.save("truth.npy", POINTS)
    for name, truth in (("table.parquet", WORDS[POINTS]), ("array.npy", POINTS)):
        np.save("truth.npy", truth)
        result = audited(name, "--labels", "truth.npy")
        assert result.exit_code == 2
        assert "exchanged; give --transpose" in said(result.output)
    result = audited("table.parquet")
    assert result.exit_code == 2
    assert "give --transpose; else --no-transpose" in said(result.output)
    result = audited("array.npy")
    assert result.exit_code == 0
    assert "Warning: array.npy: predictions has 12 runs on only 4" in result.stderr
    assert "12 runs × 4 points" in result.stdout
    for name in ("table.parquet", "array.npy"):
        result = audited(name, "--no-transpose")
        assert (result.exit_code, result.stderr) == (0, "")


def test_doubts_are_said_on_stderr_in_plain_words(audited, files):
    np.save(files / "runs.npy", FOUR)
    np.save(files / "labels.npy", POINTS + 1)
    result = audited(files / "runs.npy", "--labels", files / "labels.npy")
    assert result.exit_code == 0
    assert "UserWarning" not in result.output
    assert "Warning: classes that are predicted and never true (0)" in result.stderr
    assert "smaller by 1 would have the error 0.083, not" in result.stderr
    # In files, also a few points have to share a class.
    np.save(files / "few.npy", FOUR[:, :3])
    np.save(files / "fewer.npy", POINTS[:3] + 5)
    result = audited(files / "few.npy", "--labels", files / "fewer.npy")
    assert result.exit_code == 2
    assert "share no class" in result.output


def test_points_in_another_order(audited, frame):
    frame.to_csv("runs.csv")
    truth = pd.Series(WORDS[POINTS], frame.index)
    truth.sort_index().to_csv("sorted.csv")
    result = audited("runs.csv", "--transpose", "--labels", "sorted.csv")
    assert result.exit_code == 2
    assert "another order than predictions: point 1 is '40' and '51'" in said(
        result.output
    )
    frame.T.to_csv("points.csv")
    truth.sort_index().to_frame().T.to_csv("row.csv", index=False)
    result = audited("points.csv", "--labels", "row.csv")
    assert "point 1 is '40' and '51'" in said(result.output)
    truth.rename(index={40: 90}).to_csv("other.csv")
    result = audited("runs.csv", "--transpose", "--labels", "other.csv")
    assert result.exit_code == 0
    assert "names other points than predictions ('40', '90')" in result.stderr
    # A counter names no points.
    frame.set_axis(range(5, 17)).to_csv("runs.csv")
    truth.reset_index(drop=True).to_csv("counted.csv")
    result = audited("runs.csv", "--transpose", "--labels", "counted.csv")
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize(
    ("surplus", "hint"),
    [(1, "give --labels-header"), (-1, "give --header or"), (3, "the same points")],
)
def test_other_numbers_of_points(audited, files, surplus, hint):
    np.save(files / "runs.npy", FOUR)
    np.save(files / "labels.npy", np.zeros(12 + surplus))
    result = audited(files / "runs.npy", "--labels", files / "labels.npy")
    assert result.exit_code == 2
    assert hint in said(result.output)


def test_options_say_what_are_names(audited, frame):
    frame.to_csv("runs.csv", header=False)
    plain = audited("runs.csv", "--transpose", "--no-header", "--index-col", "0")
    assert plain.stdout.startswith("4 runs × 12 points, classes cat, dog, eel; column")
    frame.to_csv("runs.csv")
    named = audited("runs.csv", "--transpose", "--header", "--index-col", "id")
    assert "column 'id' taken as index" in named.stdout
    frame.reset_index(drop=True).to_csv("runs.csv", index=False)
    bare = audited("runs.csv", "--transpose", "--index-col", "none")
    assert "classes cat, dog, eel; first row taken as header\n" in bare.stdout
    pd.Series(WORDS[POINTS]).to_csv("labels.csv", header=False)
    options = ("--labels", "labels.csv", "--no-labels-header", "--labels-index-col", 0)
    result = audited("runs.csv", "--transpose", *options)
    assert result.exit_code == 0, result.output
    assert "labels; column 1 taken as index" in result.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["missing.npy"], "no such file"),
        (["runs.txt"], "give one of"),
        (["one.npy"], "at least 2 are needed"),
        (["runs.npy", "--labels", "words.npy"], "mix text and numbers"),
        (["runs.npy", "--interval", "bootstrap"], "is not one of"),
        (["runs.npy", "--confidence-level", "1"], "is not in the range"),
        (["runs.npy", "--json", "nowhere/out.json"], "create it first"),
        (["runs.npy", "--json", "."], "is a directory"),
    ],
)
def test_with_bad_input(audited, files, monkeypatch, args, message):
    monkeypatch.chdir(files)
    np.save("one.npy", RUNS[:1])
    np.save("words.npy", np.array(list("abcd")))
    before = sorted(os.listdir())
    result = audited(*args)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output
    assert sorted(os.listdir()) == before


def test_failing_json_keeps_the_output_and_leaves_nothing(audited, files, monkeypatch):
    def refuse(source, target):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    result = audited(files / "runs.npy", "--json", files / "out.json")
    assert result.exit_code == 2
    assert "Estimated error" in result.output
    assert "cannot be written (Permission denied)" in result.output
    assert sorted(p.name for p in files.iterdir()) == ["labels.npy", "runs.npy"]


def test_json_through_a_link(audited, files):
    (files / "link.json").symlink_to(files / "real.json")
    assert audited(files / "runs.npy", "--json", files / "link.json").exit_code == 0
    assert (files / "link.json").is_symlink()
    assert json.loads((files / "real.json").read_text())["n_runs"] == 4


def test_json_is_written_in_utf_8(audited, files):
    np.save(files / "words.npy", np.array(["Bär", "Fuß", "岩"])[RUNS])
    assert audited(files / "words.npy", "--json", files / "out.json").exit_code == 0
    assert '"岩"' in (files / "out.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("option", "argument"), [("interval", "method"), ("members", "members")]
)
def test_choices_are_those_of_the_function(option, argument):
    (parameter,) = (p for p in command.params if p.name == option)
    hint = get_type_hints(audit)[argument]
    literal = get_args(hint)[0] if type(None) in get_args(hint) else hint
    assert set(parameter.type.choices) == set(get_args(literal))
    default = signature(audit).parameters[argument].default
    assert command.make_context("audit", ["runs.npy"]).params[option] == default


def test_a_missing_library_is_named(audited, frame, monkeypatch):
    frame.to_parquet("runs.parquet")
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = audited("runs.parquet", "--transpose")
    assert result.exit_code == 2
    assert "runs.parquet: reading .parquet needs pyarrow" in said(result.output)


def test_a_failing_bound_exits_one_after_the_tables(audited, files, monkeypatch):
    from refgen.disagreement import DisagreementAudit

    monkeypatch.setattr(DisagreementAudit, "holds", False)
    result = audited(files / "runs.npy", "--labels", files / "labels.npy")
    assert result.exit_code == 1
    assert "GDE-15" in result.output
