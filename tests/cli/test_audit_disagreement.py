"""``refgen audit disagreement``: a file of predictions in, tables and JSON out."""

import json
import os
from typing import get_args, get_type_hints

import numpy as np
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
    assert "4 runs on 4 points, 3 classes" in result.output
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
    assert "4 runs on 3 points, 2 classes, class drawn" in result.output


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


@pytest.mark.parametrize(
    ("option", "argument"), [("interval", "method"), ("members", "members")]
)
def test_choices_are_those_of_the_function(option, argument):
    (parameter,) = (p for p in command.params if p.name == option)
    hint = get_type_hints(audit)[argument]
    literal = get_args(hint)[0] if type(None) in get_args(hint) else hint
    assert set(parameter.type.choices) == set(get_args(literal))


def test_a_failing_bound_exits_one_after_the_tables(audited, files, monkeypatch):
    from refgen.disagreement import DisagreementAudit

    monkeypatch.setattr(DisagreementAudit, "holds", False)
    result = audited(files / "runs.npy", "--labels", files / "labels.npy")
    assert result.exit_code == 1
    assert "GDE-15" in result.output
