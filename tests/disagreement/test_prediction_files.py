"""Reading predictions and labels: every format, and everything wrong with files."""

import builtins

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis.extra import numpy as hnp

from refgen.disagreement import disagreement, read_labels, read_predictions

CODES = np.array([[0, 1, 2, 2], [0, 1, 1, 2], [0, 2, 1, 2]])
WORDS = np.array(["cat", "dog", "eel"])[CODES]
SUFFIXES = [".npy", ".npz", ".csv", ".parquet"]


def write(path, array):
    suffix = path.suffix
    if suffix == ".npy":
        np.save(path, array)
    elif suffix == ".npz":
        np.savez(path, array)
    elif suffix == ".csv":
        np.savetxt(path, np.atleast_2d(array), fmt="%s", delimiter=",")
    else:
        frame = pd.DataFrame(np.atleast_2d(array))
        frame.columns = frame.columns.astype(str)
        frame.to_parquet(path)
    return path


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "array", [CODES, CODES / 1, WORDS], ids=["int", "float", "text"]
)
def test_every_format_gives_the_same_predictions(tmp_path, suffix, array):
    read = read_predictions(write(tmp_path / f"runs{suffix}", array))
    assert read.dtype.kind == ("U" if array.dtype.kind == "U" else "i")
    np.testing.assert_array_equal(read, array)
    assert disagreement(read) == disagreement(array)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_transpose(tmp_path, suffix):
    path = write(tmp_path / f"points{suffix}", CODES.T)
    np.testing.assert_array_equal(read_predictions(path, transpose=True), CODES)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_probabilities(tmp_path, suffix):
    p = np.random.default_rng(0).dirichlet([1, 1], size=(3, 4))
    path = write(tmp_path / f"runs{suffix}", p)
    np.testing.assert_array_equal(read_predictions(path), p)
    turned = write(tmp_path / f"turned{suffix}", p.swapaxes(0, 1))
    np.testing.assert_array_equal(read_predictions(turned, transpose=True), p)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_labels_as_row_or_column(tmp_path, suffix):
    words = WORDS[0, [0, 1, 0, 2]]
    row = write(tmp_path / f"row{suffix}", words)
    column = write(tmp_path / f"column{suffix}", words[:, None])
    np.testing.assert_array_equal(read_labels(row), words)
    np.testing.assert_array_equal(read_labels(column), words)


def test_npz_prefers_the_named_array(tmp_path):
    path = tmp_path / "both.npz"
    np.savez(path, predictions=CODES, labels=CODES[0])
    np.testing.assert_array_equal(read_predictions(path), CODES)
    np.testing.assert_array_equal(read_labels(path), CODES[0])


def test_upper_case_suffix_bytes_and_blank_lines(tmp_path):
    (tmp_path / "RUNS.CSV").write_bytes(b"\xef\xbb\xbf1, 0\r\n\r\n1,1\r\n\r\n")
    assert read_predictions(tmp_path / "RUNS.CSV").tolist() == [[1, 0], [1, 1]]
    np.save(tmp_path / "bytes.npy", WORDS.astype("S"))
    np.testing.assert_array_equal(read_predictions(tmp_path / "bytes.npy"), WORDS)


def test_distinct_classes_never_merge(tmp_path):
    path = tmp_path / "runs.csv"
    large = ["9007199254740993", "9007199254740992.0"]
    beyond = [str(2**64), str(2**64 + 1)]
    for cells in (["1_0", "10"], ["1", "01"], large, beyond):
        path.write_text(f"{cells[0]},{cells[1]}\n{cells[0]},{cells[0]}\n")
        assert len(np.unique(read_predictions(path))) == 2


def test_labels_are_as_long_as_names_of_classes(tmp_path):
    path = tmp_path / "runs.csv"
    path.write_text(f"{'a' * 200},b\nb,b\n")
    assert read_predictions(path, header=None)[0, 0] == "a" * 200


def test_doubts_show_the_line_of_the_call(tmp_path):
    path = tmp_path / "cells.csv"
    path.write_text("cat,1,dog\n2,cat,1\n")
    with pytest.warns(UserWarning, match="all were read as text") as caught:
        assert read_predictions(path).tolist()[1] == ["2", "cat", "1"]
    path.write_text("cat,NA,dog,cat\n")
    with pytest.warns(UserWarning, match="'NA' were read as a class") as more:
        assert read_labels(path).tolist()[1] == "NA"
    assert [w.filename for w in (*caught, *more)] == [__file__] * 2


def test_parquet_categories_and_index(tmp_path):
    frame = pd.DataFrame(WORDS, index=["a", "b", "c"]).astype("category")
    frame.columns = frame.columns.astype(str)
    frame.to_parquet(tmp_path / "runs.parquet")
    np.testing.assert_array_equal(read_predictions(tmp_path / "runs.parquet"), WORDS)


@given(hnp.arrays(np.int64, hnp.array_shapes(min_dims=2, max_dims=2, max_side=5)))
@example(np.array([[0]]))
@example(np.array([[-(2**63), 2**63 - 1]]))
def test_csv_round_trip(tmp_path_factory, array):
    path = tmp_path_factory.mktemp("csv") / "runs.csv"
    read = read_predictions(write(path, array), header=None, index_col=None)
    np.testing.assert_array_equal(read, array)


@pytest.mark.parametrize("cells", ["1.0,3,2.", "+1,3e0,0.2e1", "1,+3.0,2"])
def test_whole_numbers_are_integers_however_they_are_written(tmp_path, cells):
    (tmp_path / "runs.csv").write_text(f"{cells}\n1,1,1\n")
    assert read_predictions(tmp_path / "runs.csv").tolist() == [[1, 3, 2], [1, 1, 1]]


def test_truth_values_are_read_as_python_r_and_json_write_them(tmp_path):
    (tmp_path / "runs.csv").write_text("True,TRUE,true\nFalse,FALSE,false\n")
    assert read_predictions(tmp_path / "runs.csv").tolist() == [[1, 1, 1], [0, 0, 0]]


BAD_TEXT = {
    "ragged": ("0,1,2\n0,1\n", r"row 2 has 2 cell\(s\) where the rows before have 3"),
    "empty": ("", "is empty; give at least one row"),
    "blank": ("\n\n", "is empty; give at least one row"),
    "hole": ("1,0\n0,\n", "row 2, column 2 is empty"),
    "hole first": (",0,1,1\n1,0,0,1\n", "row 1, column 1 is empty"),
    "trailing commas": ("1,0,\n1,1,\n", "row 1, column 3 is empty"),
    "nan": ("1,1\nnan,1\n", "row 2, column 1 is 'nan', which is no label"),
    "infinity": ("1,1\n-inf,1\n", "row 2, column 1 is '-inf', which is no label"),
    "NA": ("1,1\n0,NA\n", "row 2, column 2 is 'NA', which is no label"),
    "long": ("0" * 200_000, "not a whole .csv file"),
    "long cell": ("0,1\n" + "a" * 201 + ",1\n", "cell of 201 characters; labels have"),
    "quote": ('"cat,dog\ncat,cat\n', "not a whole .csv file"),
    "semicolons": ("0;1\n1;1\n", "separates its cells by ';'; use commas"),
    "tabs": ("0\t1\n1\t1\n", "separates its cells by tabs; use commas"),
    "decimal commas": ("1,5;0,5\n2,5;1,5\n", "write 0.5, not 0,5"),
    "European": ("a;b\n1,5;2\n", "write 0.5, not 0,5"),
    "thousands": ('5,"1,000"\n7,5\n', "'1,000'; write numbers without .* as 1000"),
    "comment": ("# made today\n1,0\n1,1\n", "leave out comments and titles"),
    "counter": ("0,1\n1,1\n", r"row 1 \('0', '1'\) may hold names or data.*--header"),
    "index": ("0,1,1\n1,2,1\n2,3,2\n3,1,3\n", "--index-col 0 or --index-col none"),
    "word": ("fox\ncat\ndog\ncat\n", r"row 1 \('fox'\) may hold names or data"),
    "columns": ("1,cat,1\n0,dog,1\n1,cat,0\n0,dog,1\n", "columns hold text.*-col 1 or"),
    "rows": ("1,1\n0,1\ncat,dog\n", "some rows hold text"),
    "booleans": ("True,1\n1,1\n", "some cells hold True or False, others numbers"),
    "probabilities": (
        "0.2,0.7\n0.1,1.0\n",
        "no class label; if these are probabilities",
    ),
    "fractions": ("1.5,1\n2,1\n", "holds 1.5, which is no class label"),
    "huge": ("1e300,1\n2,1\n", "not every integer of this size"),
}


@pytest.mark.parametrize("kind", BAD_TEXT)
def test_bad_csv(tmp_path, kind):
    text, message = BAD_TEXT[kind]
    path = tmp_path / "runs.csv"
    path.write_text(text)
    with pytest.raises(ValueError, match=message) as caught:
        read_predictions(path)
    assert str(path) in str(caught.value)


def test_csv_that_is_no_text(tmp_path):
    for content, why in (
        ("cat,dog\n".encode("utf-16"), "UTF-16, or no text at all"),
        ("cat,dog\n".encode("utf-16-le"), "UTF-16, or no text at all"),
        ("élan,chat\n".encode("latin-1"), "byte 0xe9.*encoding='utf-8'"),
    ):
        (tmp_path / "runs.csv").write_bytes(content)
        with pytest.raises(ValueError, match=f"not UTF-8 text.*{why}"):
            read_predictions(tmp_path / "runs.csv")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_missing_and_directory(tmp_path, suffix):
    path = tmp_path / f"runs{suffix}"
    with pytest.raises(ValueError, match="no such file"):
        read_predictions(path)
    path.mkdir()
    with pytest.raises(ValueError, match="is a directory"):
        read_predictions(path)


def test_a_folder_on_the_way_that_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="cannot be read"):
        read_predictions(tmp_path / "file" / "runs.npy")


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet"])
@pytest.mark.parametrize("content", [b"", b"nonsense", b"\x93NUMPY\x01\x00"])
def test_corrupt(tmp_path, suffix, content):
    (tmp_path / f"runs{suffix}").write_bytes(content)
    with pytest.raises(ValueError, match=f"not a whole {suffix} file"):
        read_predictions(tmp_path / f"runs{suffix}")


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".parquet"])
def test_truncated(tmp_path, suffix):
    path = write(tmp_path / f"runs{suffix}", CODES)
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(ValueError, match=f"not a whole {suffix} file"):
        read_predictions(path)


def test_npz_with_a_flipped_bit(tmp_path):
    path = write(tmp_path / "runs.npz", CODES)
    content = bytearray(path.read_bytes())
    content[content.index(CODES.tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"not a whole \.npz file"):
        read_predictions(path)


@pytest.mark.parametrize("name", ["runs.txt", "runs", "runs.npy.gz"])
def test_unknown_suffix(tmp_path, name):
    with pytest.raises(ValueError, match=r"one of \.npy, \.npz, \.csv, \.parquet"):
        read_predictions(tmp_path / name)


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.arange(3), r"must have shape \(n_runs, n_points\).*got \(3,\)"),
        (np.zeros((2, 2, 2, 2)), r"got \(2, 2, 2, 2\)"),
        (np.zeros((2, 0)), r"is empty \(shape \(2, 0\)\)"),
        (np.array([[0.0, np.nan]]), "holds NaN or infinity"),
        (np.full((2, 2, 2), np.inf), "holds NaN or infinity"),
        (np.array([[1j, 0]]), "holds dtype complex128"),
        (np.array([[None, 0]], dtype=object), "holds Python objects"),
    ],
    ids=["rank 1", "rank 4", "empty", "nan", "infinity", "complex", "object"],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_of_the_wrong_kind(tmp_path, array, message, suffix):
    path = write(tmp_path / f"runs{suffix}", array)
    with pytest.raises(ValueError, match=message):
        read_predictions(path)


def test_npz_of_several_arrays(tmp_path):
    np.savez(tmp_path / "runs.npz", a=CODES, b=CODES)
    with pytest.raises(ValueError, match=r"'a', 'b'; .*name it 'predictions'"):
        read_predictions(tmp_path / "runs.npz")
    np.savez(tmp_path / "none.npz")
    with pytest.raises(ValueError, match=r"holds no array"):
        read_labels(tmp_path / "none.npz")


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"a": [0, 0], "b": ["x", "y"], "c": [0, 1]}, "some columns hold text"),
        ({"a": [0, None]}, r"column 'a' has 1 null\(s\)"),
        ({"a": pd.to_datetime(["2020-01-01"])}, "column 'a' holds timestamp"),
        ({"a": [True, False], "b": [1, 0]}, "some cells hold True or False"),
        ({}, "is empty; give at least one column"),
        ({"a": np.zeros(0, int)}, "is empty; give at least one row"),
    ],
    ids=["mixed", "null", "dates", "booleans", "no column", "no row"],
)
def test_bad_parquet(tmp_path, columns, message):
    pd.DataFrame(columns).to_parquet(tmp_path / "runs.parquet")
    with pytest.raises(ValueError, match=message):
        read_predictions(tmp_path / "runs.parquet")


def test_labels_of_the_wrong_shape(tmp_path):
    path = write(tmp_path / "labels.npy", CODES)
    with pytest.raises(ValueError, match=r"labels must have shape .*got \(3, 4\)"):
        read_labels(path)


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    path = write(tmp_path / "runs.parquet", CODES)
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"pip install refgen\[parquet\]"):
        read_predictions(path)
