"""``refgen audit uniform-convergence``: points and labels in files, a verdict out."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import RidgeClassifier

from refgen.random import Stream
from refgen.uniform_convergence import audit, with_noise

DRAWS = Stream(0, "audit", "command")
LABELS = np.where(DRAWS.signs(100) > 0, 1, 0)
SIGNAL = 0.28 * (2 * LABELS[:, None] - 1)
POINTS = with_noise(SIGNAL, 1500, 8.0, DRAWS.child("noise"))


@pytest.fixture
def audited(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("data.npz", points=POINTS, labels=LABELS)
    np.save("signal.npy", SIGNAL)
    np.save("labels.npy", LABELS)
    return lambda *args: run("audit", "uniform-convergence", *args)


def said(text):
    return " ".join(text.split())


def test_a_certificate_with_json(audited):
    options = ("--noise-features", "1:1501", "--no-intercept", "--json", "o.json")
    result = audited("data.npz", "data.npz", *options)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    for words in (
        "At confidence 0.95, every bound that holds with probability 0.95",
        "Error Training Transformed Held out Interval",
        "sample 2 0.0000 1.0000",
        "VC dimension 1.0000 yes",
        "- VC dimension: of all linear classifiers of 1501 weights",
        "- points are independent draws of one law",
    ):
        assert words in said(result.stdout)
    with open("o.json") as file:
        values = json.load(file)
    assert values["lower_bound"] > 0.8
    assert len(values["samples"]) == 2
    assert values["bounds"][0]["about"].endswith("of 1501 weights")


def test_appended_noise_and_other_classifiers(audited):
    options = ("--append-noise", 1500, "--noise", 8, "--noise-features", 0)
    options += ("--seed", 3, "--classifier", "ridge", "--json", "o.json")
    result = audited("signal.npy", "labels.npy", *options, "--no-intercept")
    assert result.exit_code == 0, result.output
    noisy = with_noise(SIGNAL, 1500, 8, Stream(3, "audit", "noise"))
    model = RidgeClassifier(fit_intercept=False, random_state=0)
    same = audit(model, noisy, LABELS, noise_features=range(1501), random_state=3)
    assert json.loads(Path("o.json").read_text()) == json.loads(
        json.dumps(same.to_dict())
    )
    result = audited("signal.npy", "labels.npy", "--classifier", "svm")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("No certificate: no transformation")
    assert "–" in result.stdout


def test_names_of_points(audited):
    ids = pd.Index(np.arange(100) + 7, name="id")
    pd.DataFrame(SIGNAL, ids, ["signal"]).to_csv("points.csv")
    pd.Series(LABELS, ids, name="label").to_csv("labels.csv")
    result = audited("points.csv", "labels.csv", "--delta", 0.3, "--samples", 3)
    assert result.exit_code == 0, result.output
    pd.Series(LABELS).to_csv("plain.csv", index=False, header=False)
    names = ("--header", "--no-labels-header")
    result = audited("points.csv", "plain.csv", *names)
    assert result.exit_code == 0, result.output
    pd.Series(LABELS, ids[::-1], name="label").to_csv("labels.csv")
    result = audited("points.csv", "labels.csv")
    assert "names the points in another order than points" in said(result.output)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--noise-features", "1-3"), "must be FIRST:END or numbers with commas"),
        (("--noise-features", "0,9"), "must name columns of the points, from 0 to 0"),
        (("--noise-features", "1:1"), "must name columns of the points, from 0 to 0"),
        (("--noise-features", f"0:{10**20}"), "must name columns of the points"),
        (("--seed", 2**32), "not in the range"),
        (("--noise", 3), "--append-noise and --noise go together"),
        (("--sample-size", 90), "ask for 2 samples of 90 points"),
        (("--json", "nowhere/o.json"), "nowhere"),
    ],
)
def test_what_cannot_be_used(audited, options, message):
    result = audited("signal.npy", "labels.npy", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in said(result.output)
    assert "Traceback" not in result.output


def test_points_must_be_a_table_of_numbers(audited):
    np.save("words.npy", np.array([["a"], ["b"]]))
    result = audited("words.npy", "labels.npy")
    assert result.exit_code == 2
    assert "points must be numbers of shape (n_points, n_features)" in said(
        result.output
    )
