"""Tables of pandas: the right numbers come out, or a refusal that names an option."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pyarrow
import pytest
from pyarrow import parquet

from refgen.disagreement import read_labels, read_predictions

N_RUNS, N_POINTS = 4, 60
_generator = np.random.default_rng(3)
TRUTH = _generator.integers(0, 3, N_POINTS)
RUNS = np.where(
    _generator.random((N_RUNS, N_POINTS)) < 0.8,
    TRUTH,
    _generator.integers(0, 3, (N_RUNS, N_POINTS)),
)
LABELS = {
    "integers": np.array([0, 1, 2]),
    "words": np.array(["cat", "dog", "eel"]),
    "codes": np.array(["01", "1", "10"]),
}


def index(kind, n):
    numbers = np.random.default_rng(n).permutation(np.arange(100, 100 + n))
    words = [f"x{number}" for number in numbers]
    levels = [np.arange(n) % 5, np.arange(n)]
    return {
        "counter": None,
        "numbers": pd.Index(numbers),
        "named": pd.Index(numbers, name="id"),
        "oddly named": pd.Index(numbers, name="patient"),
        "words": pd.Index(words),
        "named words": pd.Index(words, name="sample"),
        "levels": pd.MultiIndex.from_arrays(levels),
        "named levels": pd.MultiIndex.from_arrays(levels, names=["a", "b"]),
        "dates": pd.date_range("2020-01-01", periods=n),
        "repeated": pd.Index(np.arange(n) % (n // 2 + 1)),
    }[kind]


INDEXES = ["counter", "numbers", "named", "oddly named", "words", "named words"]
INDEXES += ["levels", "named levels", "dates", "repeated"]
COLUMNS = {
    "counter": lambda n: range(n),
    "from one": lambda n: range(1, n + 1),
    "run0": lambda n: [f"run{j}" for j in range(n)],
    "words": lambda n: [a + b for a in "klmnopqr" for b in "stuvwxyz"][:n],
}
WRITERS = {
    "csv": lambda frame, path: frame.to_csv(path),
    "csv, no index": lambda frame, path: frame.to_csv(path, index=False),
    "csv for R": lambda frame, path: frame.to_csv(path, index_label=False),
    "csv, no header": lambda frame, path: frame.to_csv(path, header=False),
    "csv, bare": lambda frame, path: frame.to_csv(path, header=False, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "parquet, no index": lambda frame, path: frame.to_parquet(path, index=False),
    "parquet, index": lambda frame, path: frame.to_parquet(path, index=True),
    "parquet, reset": lambda frame, path: frame.reset_index().to_parquet(path),
}
# Nothing tells these rows 0, 1, 2, 0 from predictions at one point.
HOPELESS = ("csv, no header", False, "repeated")


def tables(writer):
    """All frames that a writer may be given, with what is to be read from them."""
    kinds = itertools.product([True, False], INDEXES, COLUMNS)
    # Eighty frames with labels of three kinds in turn.
    for (transpose, rows, columns), labels in zip(
        kinds, itertools.cycle(LABELS), strict=False
    ):
        if (writer, transpose, rows) == HOPELESS:
            continue
        runs = LABELS[labels][RUNS]
        table = runs.T if transpose else runs
        frame = pd.DataFrame(table, index=index(rows, len(table)))
        frame.columns = COLUMNS[columns](table.shape[1])
        yield runs, transpose, frame


def read_or_message(reader, *args, **options):
    try:
        return reader(*args, **options)
    except ValueError as error:
        return str(error)


@pytest.mark.parametrize("writer", WRITERS)
def test_no_table_is_read_wrongly(tmp_path, writer):
    path = tmp_path / ("runs.csv" if writer.startswith("csv") else "runs.parquet")
    refused = tried = 0
    for runs, transpose, frame in tables(writer):
        if path.suffix == ".parquet":
            frame = frame.rename(columns=str)
        WRITERS[writer](frame, path)
        tried += 1
        read = read_or_message(read_predictions, path, transpose=transpose)
        if isinstance(read, str):
            refused += 1
            assert "--" in read or "every row must have as many" in read
        else:
            np.testing.assert_array_equal(read, runs)
    assert refused <= tried * REFUSED[writer]


# What part of the tables above may be refused as doubtful.
REFUSED = {
    "csv": 0.05,
    "csv, no index": 0.0,
    "csv for R": 0.21,
    "csv, no header": 0.36,
    "csv, bare": 0.0,
    "parquet": 0.0,
    "parquet, no index": 0.0,
    "parquet, index": 0.0,
    "parquet, reset": 0.21,
}


@pytest.mark.parametrize(
    ("writer", "options"),
    [
        ("csv", {"header": 0, "index_col": "patient"}),
        ("csv", {"header": 0, "index_col": 0}),
        ("csv, no index", {"header": 0, "index_col": None}),
        ("csv, no header", {"header": None, "index_col": [0]}),
        ("csv, bare", {"header": None, "index_col": False}),
        ("parquet", {"index_col": "patient"}),
        ("parquet", {"index_col": None}),
        ("parquet, reset", {"index_col": "patient"}),
        ("parquet, no index", {"index_col": ()}),
    ],
)
def test_options_settle_what_is_read(tmp_path, writer, options):
    path = tmp_path / ("runs.csv" if writer.startswith("csv") else "runs.parquet")
    frame = pd.DataFrame(RUNS.T, index("oddly named", N_POINTS)).rename(columns=str)
    WRITERS[writer](frame, path)
    read = read_predictions(path, transpose=True, **options)
    np.testing.assert_array_equal(read, RUNS)


def series(labels, name, kind):
    return pd.Series(LABELS[labels][TRUTH], index=index(kind, N_POINTS), name=name)


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("kind", INDEXES)
@pytest.mark.parametrize("name", [None, "label", "y_true", "species"])
def test_series_of_labels(tmp_path, labels, kind, name):
    path, table = tmp_path / "labels.csv", tmp_path / "labels.parquet"
    labelled = series(labels, name, kind)
    labelled.to_csv(path)
    read = read_or_message(read_labels, path)
    if isinstance(read, str):
        assert "--labels-" in read
        levels = labelled.index.nlevels
        read = read_labels(path, header=0, index_col=list(range(levels)))
    np.testing.assert_array_equal(read, labelled)
    labelled.to_frame("y").to_parquet(table)
    np.testing.assert_array_equal(read_labels(table), labelled)


@pytest.mark.parametrize("labels", ["integers", "words"])
@pytest.mark.parametrize("header", [True, False])
def test_labels_without_index(tmp_path, labels, header):
    path = tmp_path / "labels.csv"
    labelled = series(labels, "y", "counter")
    labelled.to_csv(path, index=False, header=header)
    np.testing.assert_array_equal(read_labels(path), labelled)


@pytest.mark.parametrize(
    "dtype", ["category", "string[pyarrow]", "object", "string[python]"]
)
def test_types_of_text(tmp_path, dtype):
    frame = pd.DataFrame(LABELS["words"][RUNS].T, columns=list("abcd")).astype(dtype)
    frame.to_parquet(tmp_path / "runs.parquet")
    read = read_predictions(tmp_path / "runs.parquet", transpose=True)
    np.testing.assert_array_equal(read, LABELS["words"][RUNS])


@pytest.mark.parametrize(
    "dtype",
    [
        "Int64",
        "int8",
        "uint64",
        "int64[pyarrow]",
        "float32",
        "boolean",
        "bool",
        "category",
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_types_of_numbers(tmp_path, dtype, suffix):
    path, runs = tmp_path / f"runs{suffix}", np.minimum(RUNS, 1)
    frame = pd.DataFrame(runs.T, columns=list("abcd")).astype(dtype)
    frame.to_csv(path, index=False) if suffix == ".csv" else frame.to_parquet(path)
    read = read_predictions(path, transpose=True)
    assert read.dtype.kind == "i"
    np.testing.assert_array_equal(read, runs)


def test_large_integers_stay_apart(tmp_path):
    values = np.array([[2**63 - 1, 2**63 - 2], [2**63 - 1, 2**63 - 1]])
    frame = pd.DataFrame({"a": values[0], "b": values[1]})
    frame.to_parquet(tmp_path / "runs.parquet")
    frame.astype(np.uint64).add(10).to_csv(tmp_path / "runs.csv", index=False)
    for name, shape in (("runs.parquet", 2), ("runs.csv", 2)):
        assert len(np.unique(read_predictions(tmp_path / name))) == shape
    large = np.array([2**63, 2**63 + 1], np.uint64)
    for others, kind in ((large, "u"), (np.array([-1, 7]), "U")):
        pd.DataFrame({"a": large, "b": others}).to_parquet(tmp_path / "runs.parquet")
        read = read_predictions(tmp_path / "runs.parquet", transpose=True)
        assert read.dtype.kind == kind
        assert read.astype(str).tolist() == [list(map(str, a)) for a in (large, others)]


@pytest.mark.parametrize(
    ("names", "hint"),
    [
        (["run0", "run1", "run2", "y_true"], "--index-col y_true"),
        (["label", "run0", "run1", "run2"], "--index-col label"),
        (["run0", "run1", "fold", "run2"], "--index-col fold"),
        (["run0", "id", "run1", "run2"], "--index-col id"),
    ],
)
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_columns_that_are_no_runs(tmp_path, names, hint, suffix):
    path = tmp_path / f"runs{suffix}"
    frame = pd.DataFrame(RUNS.T, columns=names)
    frame.to_csv(path) if suffix == ".csv" else frame.to_parquet(path)
    with pytest.raises(ValueError, match=hint):
        read_predictions(path, transpose=True)
    known = next(name for name in names if "run" not in name)
    read = read_predictions(path, transpose=True, index_col=known)
    np.testing.assert_array_equal(read, np.delete(RUNS, names.index(known), axis=0))


def test_four_different_words_below_a_word_are_names_of_points(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text("who,0\nann,cat\nbob,dog\ncyd,cat\ndan,dog\n")
    assert read_labels(path).tolist() == ["cat", "dog", "cat", "dog"]


def test_three_rows_are_not_told_apart_by_chance(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text("fold,run0,run1\n0,1,1\n1,0,0\n2,2,1\n")
    with pytest.raises(ValueError, match="'fold' is named unlike others"):
        read_predictions(path, transpose=True)


def test_holes_are_refused_where_they_are(tmp_path):
    frame = pd.DataFrame(RUNS.T, columns=list("abcd")).astype("Int64")
    frame.loc[3, "b"] = pd.NA
    frame.to_csv(tmp_path / "runs.csv", index=False)
    frame.to_csv(tmp_path / "named.csv", index=False, na_rep="NA")
    frame.to_parquet(tmp_path / "runs.parquet")
    for name, place in (
        ("runs.csv", "row 5, column 'b' is empty"),
        ("named.csv", "row 5, column 'b' is 'NA', which is no label"),
        ("runs.parquet", r"column 'b' has 1 null\(s\)"),
    ):
        with pytest.raises(ValueError, match=place):
            read_predictions(tmp_path / name)
    (tmp_path / "bare.csv").write_text("7,1,0\n8,1,\n")
    with pytest.raises(ValueError, match="row 2, column 3 is empty"):
        read_predictions(tmp_path / "bare.csv", header=None, index_col=0)
    columns = {"a": np.array([1.0, np.nan]), "b": np.array([0.0, 1.0])}
    parquet.write_table(pyarrow.table(columns), tmp_path / "numbers.parquet")
    with pytest.raises(ValueError, match="row 2, column 'a' is 'nan', which is no"):
        read_predictions(tmp_path / "numbers.parquet")


@pytest.mark.parametrize(("n_shared", "is_odd"), [(0, True), (12, True), (13, False)])
def test_a_column_that_shares_next_to_nothing_is_doubtful(tmp_path, n_shared, is_odd):
    """Less than half of its cells, of 24, are found elsewhere."""
    column = np.where(np.arange(24) < n_shared, TRUTH[:24], np.arange(100, 124))
    table = np.column_stack([RUNS[0, :24], column, RUNS[1, :24]])
    np.savetxt(tmp_path / "runs.csv", table, fmt="%d", delimiter=",")
    read = read_or_message(read_predictions, tmp_path / "runs.csv", header=None)
    if is_odd:
        assert "column 2 shares next to nothing with the others" in read
        assert "give --index-col 1 or --index-col none" in read
    else:
        np.testing.assert_array_equal(read, table)


def test_read_without_warnings_or_pandas(tmp_path):
    path = tmp_path / "runs.csv"
    pd.DataFrame(RUNS).to_csv(path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        np.testing.assert_array_equal(read_predictions(path), RUNS)
