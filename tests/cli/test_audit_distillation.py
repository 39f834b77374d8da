"""``refgen audit distillation``: files of a teacher and its student in, tables out."""

import json

import numpy as np
import pandas as pd
import pytest

from refgen.distillation import StudentTeacherDeviation, student_teacher_deviation

DRAWS = np.random.default_rng(0)
LOGITS = 2 * DRAWS.normal(size=(60, 3))
WORDS = np.array(["cat", "dog", "eel"])


def chances(logits):
    shares = np.exp(logits)
    return shares / shares.sum(axis=1, keepdims=True)


TEACHER = chances(LOGITS)
STUDENT = chances(1.5 * LOGITS + 0.2 * DRAWS.normal(size=(60, 3)))
TRUTH = TEACHER.argmax(axis=1)
TRUTH = np.where(DRAWS.uniform(size=60) < 0.2, (TRUTH + 1) % 3, TRUTH)


@pytest.fixture
def audited(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("teacher.npy", TEACHER)
    np.save("student.npy", STUDENT)
    np.save("labels.npy", TRUTH)
    return lambda *args: run("audit", "distillation", *args)


def said(text):
    return " ".join(text.split())


def test_probabilities_with_labels_and_json(audited):
    options = ("--labels", "labels.npy", "--confidence-level", 0.9, "--json", "o.json")
    result = audited("teacher.npy", "student.npy", *options)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    for words in (
        "60 points, classes 0, 1, 2, probabilities",
        "Confidence slope",
        "90 % interval, low",
        "The slope is above 1: the student exaggerates",
        "KD-14c |gain| ≤ churn",
        "certified agreement ≤ agreement",
        "points are independent draws",
    ):
        assert words in said(result.stdout)
    expected = student_teacher_deviation(TEACHER, STUDENT, TRUTH, confidence_level=0.9)
    with open("o.json") as file:
        values = json.load(file)
    assert values == json.loads(json.dumps(expected.to_dict()))


def test_one_archive_holds_all_three(audited):
    np.savez("all.npz", teacher=TEACHER, student=STUDENT, labels=TRUTH)
    result = audited("all.npz", "all.npz", "--labels", "all.npz")
    assert result.exit_code == 0, result.output
    plain = audited("teacher.npy", "student.npy", "--labels", "labels.npy")
    assert result.stdout == plain.stdout


def test_tables_of_pandas_name_points_and_classes(audited):
    ids = pd.Index(np.arange(60)[::-1] + 7, name="id")
    pd.DataFrame(TEACHER, ids, WORDS).to_csv("teacher.csv")
    pd.DataFrame(STUDENT, ids, WORDS).to_parquet("student.parquet")
    pd.Series(WORDS[TRUTH], ids, name="label").to_csv("labels.csv")
    options = ("--labels", "labels.csv")
    result = audited("teacher.csv", "student.parquet", *options)
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    first, *notes = result.stdout.splitlines()[:4]
    assert first == "60 points, classes cat, dog, eel, probabilities"
    read = "first row taken as header; column 'id' taken as index"
    left = "student; index of pandas ('id') left out"
    assert notes == [f"teacher; {read}", left, f"labels; {read}"]
    # Numbers of columns are labels of named columns, too.
    numbered = audited("teacher.csv", "student.parquet", "--labels", "labels.npy")
    assert "60 points, classes 0, 1, 2" in numbered.stdout
    pd.DataFrame(STUDENT, ids[::-1], WORDS).to_csv("student.csv")
    result = audited("teacher.csv", "student.csv")
    assert result.exit_code == 2
    assert "student.csv: names the points in another order than teacher: point 1" in (
        said(result.output)
    )


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["cat", "eel", "dog"], "names the classes in another order ('cat', 'eel',"),
        (["cat", "dog", "fox"], "student has the classes 'cat', 'dog', 'fox' and"),
        (["cat", "dog"], "student has the classes 'cat', 'dog' and teacher has"),
    ],
)
def test_other_classes_are_refused(audited, names, message):
    pd.DataFrame(TEACHER, columns=WORDS).to_csv("teacher.csv")
    k = len(names)
    shares = chances(LOGITS[:, :k])
    pd.DataFrame(shares, columns=names).to_csv("student.csv")
    result = audited("teacher.csv", "student.csv")
    assert result.exit_code == 2
    assert message in said(result.output)
    np.save("few.npy", chances(LOGITS[:, :2]))
    result = audited("teacher.npy", "few.npy")
    assert "teacher has 3 classes and student has 2" in said(result.output)


def test_numbers_above_probabilities_are_a_header(audited):
    """What pandas writes without an index, and rounds."""
    pd.DataFrame(TEACHER).to_csv("teacher.csv", index=False)
    pd.DataFrame(STUDENT).to_csv("student.csv", index=False, float_format="%.3f")
    result = audited("teacher.csv", "student.csv")
    assert result.exit_code == 0, result.output
    assert "60 points, classes 0, 1, 2, probabilities" in result.stdout
    assert "teacher; first row taken as header" in result.stdout
    assert "student.csv: rows of student add up to 1 within" in said(result.stderr)
    # Nor are they above numbers that are no probabilities.
    with open("sums.csv", "w") as file:
        file.write("0,1\n0.5,0.75\n0.125,0.25\n")
    assert "row 1 ('0', '1') may hold names" in said(audited(*["sums.csv"] * 2).output)
    # With whole numbers among the answers, 0 and 1 may be an answer themselves.
    with open("certain.csv", "w") as file:
        file.write("0,1\n" + "1,0\n0.25,0.75\n" * 30)
    result = audited("certain.csv", "certain.csv")
    assert result.exit_code == 2
    assert "give --teacher-header or --no-teacher-header" in said(result.output)
    options = ("--teacher-header", "--no-student-header")
    result = audited("certain.csv", "certain.csv", *options)
    assert "teacher has 60 points and student has 61" in said(result.output)


def test_labels_and_a_column_of_probabilities(audited):
    np.save("words.npy", WORDS[TRUTH])
    pd.DataFrame({"id": np.arange(60) + 5, "label": WORDS[TRUTH]}).to_csv(
        "words.csv", index=False
    )
    result = audited("words.npy", "words.csv")
    assert result.exit_code == 0, result.output
    assert "Agreement 1.0000 Churn 0.0000" in said(result.stdout)
    assert "Confidence slope" not in result.stdout
    np.save("second.npy", TEACHER[:, 1:2])
    np.save("certain.npy", (TEACHER[:, 1] > 0.5) / 1)
    result = audited("second.npy", "certain.npy")
    assert result.exit_code == 0, result.output
    assert "60 of 60 points have probabilities within 1e-12 of 0 or 1" in said(
        result.stdout
    )
    assert "The student excludes a class" in result.stdout
    result = audited("second.npy", "certain.npy", "--clip", "0.4")
    assert "within 0.4 of 0 or 1" in said(result.stdout)


HOSTILE = {
    "missing.npy": None,
    "runs.txt": b"0,1\n",
    "half.npy": b"\x93NUMPY\x01\x00",
    "text.csv": b"a;b\n0.5;0.5\n",
    "holes.csv": b"0.5,0.5\n0.5,\n",
    "broken.parquet": b"PAR1",
    "sums.csv": b"0.5,0.7\n0.1,0.2\n",
    "negative.csv": b"1.5,-0.5\n0.5,0.5\n",
    "words.csv": b"cat,dog\ncat,cat\ndog,dog\n",
}
MESSAGES = {
    "missing.npy": "no such file",
    "runs.txt": "give one of",
    "half.npy": "not a whole .npy file",
    "text.csv": "use commas",
    "holes.csv": "is empty; drop or replace that point",
    "broken.parquet": "not a whole .parquet file",
    "sums.csv": "no probabilities, which are at least 0 and add up to 1",
    "negative.csv": "call columns that name the points an index: --student-index-col",
    "words.csv": "no probabilities, which are at least 0 and add up to 1",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_files_that_cannot_be_used(audited, tmp_path, name):
    if HOSTILE[name] is not None:
        (tmp_path / name).write_bytes(HOSTILE[name])
    options = ("--no-student-header",) if name.endswith(".csv") else ()
    result = audited("teacher.npy", name, *options, "--json", "o.json")
    assert result.exit_code == 2
    assert MESSAGES[name] in said(result.output)
    assert "Traceback" not in result.output
    assert not (tmp_path / "o.json").exists()


def test_a_report_that_cannot_be_written_is_refused_first(audited):
    result = audited("teacher.npy", "student.npy", "--json", "nowhere/o.json")
    assert (result.exit_code, result.stdout) == (2, "")


def test_arrays_of_the_wrong_shape(audited):
    np.save("many.npy", TEACHER[None])
    result = audited("many.npy", "student.npy")
    assert result.exit_code == 2
    assert "got (1, 60, 3); give one teacher and one student" in said(result.output)
    np.save("few.npy", TRUTH[:9])
    result = audited("teacher.npy", "student.npy", "--labels", "few.npy")
    assert result.exit_code == 2
    assert "student has 60, labels has 9" in said(result.output)


def test_a_failing_bound_exits_one_after_the_tables(audited, monkeypatch):
    monkeypatch.setattr(StudentTeacherDeviation, "holds", False)
    result = audited("teacher.npy", "student.npy")
    assert result.exit_code == 1
    assert "KD-14k" in result.output
