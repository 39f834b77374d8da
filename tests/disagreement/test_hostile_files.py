"""Files that are broken, huge, endless or made to mislead: each ends in a message."""

import io
import os
import socket
import struct
import sys
import warnings
import zipfile

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refgen.disagreement import read_labels, read_predictions

RUNS = np.array([[0, 1, 2, 2], [0, 1, 1, 2], [0, 2, 1, 2]])


def header(description, version=1):
    """The start of a .npy file that describes an array so."""
    text = description.encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text


def claiming(dtype="<i8", shape="(2, 3)", order="False", rest=48):
    described = f"{{'descr': {dtype!r}, 'fortran_order': {order}, 'shape': {shape}, }}"
    return header(described) + b"\0" * rest


def saved(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


IMPOSSIBLE = {
    "text of no width, 10^12 times": claiming("<U0", "(1000000, 1000000)", rest=0),
    "more bytes than there are": claiming(shape="(1000000, 1000000)"),
    "a size beyond 64 bits": claiming(shape="(4294967296, 4294967296, 64)"),
    "a negative size": claiming(shape="(-1, 3)"),
    "no tuple": claiming(shape="'many'"),
    "an unknown type": claiming("<z9"),
    "no dictionary": header("[1, 2]"),
    "code": header("__import__('os').getcwd()"),
    "deep brackets": header("(" * 100),
    "a later version": b"\x93NUMPY\x09\x00" + claiming()[8:],
    "half a header": claiming()[:40],
    "half an array": saved(RUNS)[:-9],
    "a long header": header("{" + " " * 60_000 + "}", version=2),
}


@pytest.mark.parametrize("kind", IMPOSSIBLE)
def test_impossible_arrays(tmp_path, kind):
    path = tmp_path / "runs.npy"
    path.write_bytes(IMPOSSIBLE[kind])
    with pytest.raises(ValueError, match=r"runs\.npy: not a whole \.npy file"):
        read_predictions(path)
    with zipfile.ZipFile(tmp_path / "runs.npz", "w") as archive:
        archive.writestr("predictions.npy", IMPOSSIBLE[kind])
    with pytest.raises(ValueError, match=r"runs\.npz: not a whole \.npz file"):
        read_predictions(tmp_path / "runs.npz")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (saved(np.array([[RUNS]], object), allow_pickle=True), "holds Python objects"),
        (saved(np.zeros((2, 2), "i4,f8")), r"named fields \('f0', 'f1'\)"),
        (saved(np.zeros((2, 2), "M8[D]")), r"holds dtype datetime64\[D\]"),
        (saved(np.zeros((2, 2), complex)), "holds dtype complex128"),
        (saved(np.zeros((2, 2), "V8")), "holds dtype"),
        (saved(np.array([[b"\xff"]])), "no UTF-8 text"),
        (claiming("<U1", "(1, 1)", rest=0) + b"\0\0\x11\0", "impossible char"),
        (saved(RUNS) * 2, r"holds 224 bytes after its array of shape \(3, 4\)"),
        (saved(RUNS) + b"\n", "holds 1 bytes after its array"),
        (saved(RUNS / 7), "these are probabilities"),
    ],
    ids=[
        "pickle",
        "fields",
        "dates",
        "complex",
        "void",
        "bytes",
        "text",
        "two",
        "byte",
        "probabilities",
    ],
)
def test_arrays_of_no_labels(tmp_path, content, message):
    path = tmp_path / "runs.npy"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_predictions(path)


@pytest.mark.parametrize(
    "array",
    [
        RUNS.astype(">i4"),
        np.asfortranarray(RUNS),
        RUNS.astype(">f4"),
        RUNS > 0,
        RUNS.astype(">U3"),
        RUNS.astype("S3"),
        RUNS.astype(np.float16),
        RUNS.astype(np.uint8),
    ],
    ids=lambda array: f"{array.dtype.str}{array.flags.c_contiguous}",
)
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_arrays_come_out_native_and_contiguous(tmp_path, array, version):
    file = io.BytesIO()
    np.lib.format.write_array(file, array, version=version)
    (tmp_path / "runs.npy").write_bytes(file.getvalue())
    read = read_predictions(tmp_path / "runs.npy")
    assert read.dtype.isnative
    assert read.flags.c_contiguous
    np.testing.assert_array_equal(read, array.astype(read.dtype))


def test_members_of_npz_need_no_suffix(tmp_path):
    path = tmp_path / "runs.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("predictions", saved(RUNS))
        archive.writestr("folder/", b"")
        archive.writestr("labels.npy", saved(RUNS[0]))
    np.testing.assert_array_equal(read_predictions(path), RUNS)
    np.testing.assert_array_equal(read_labels(path), RUNS[0])


def test_npz_without_arrays(tmp_path):
    path = tmp_path / "runs.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "nothing here")
    with pytest.raises(ValueError, match=r"not a whole \.npz file \(it does not start"):
        read_predictions(path)


def test_messages_list_a_few_names_only(tmp_path):
    np.savez(tmp_path / "runs.npz", **{f"array{i:04}": [0] for i in range(3000)})
    with pytest.raises(ValueError, match=r"'array0003', … and 2,996 more") as caught:
        read_predictions(tmp_path / "runs.npz")
    assert len(str(caught.value)) < 400


def test_zip_bombs_are_not_unpacked(tmp_path):
    path = tmp_path / "runs.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("predictions.npy", saved(RUNS))
    content = path.read_bytes()
    # The directory of the archive says that this member is 4 GB large.
    start = content.index(b"PK\x01\x02")
    size = struct.pack("<I", 2**32 - 2)
    path.write_bytes(content[: start + 24] + size + content[start + 28 :])
    with pytest.raises(ValueError, match="would unpack to 4,294,967,294 bytes from"):
        read_predictions(path)


def test_encrypted_and_unknown_archives(tmp_path):
    path = tmp_path / "runs.npz"
    np.savez(path, RUNS)
    content = bytearray(path.read_bytes())
    start = content.index(b"PK\x01\x02")
    for offset, value in ((8, 1), (10, 99)):
        changed = content.copy()
        changed[start + offset] = value
        path.write_bytes(changed)
        with pytest.raises(ValueError, match=r"cannot be unpacked .*np\.savez"):
            read_predictions(path)


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".parquet"])
def test_only_regular_files_are_opened(tmp_path, suffix):
    path = tmp_path / f"runs{suffix}"
    os.mkfifo(path)
    with pytest.raises(ValueError, match="is a pipe; give the file itself"):
        read_predictions(path)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(ValueError, match="is a device; give the file itself"):
        read_labels(path)
    path.unlink()
    path.symlink_to(path)
    with pytest.raises(ValueError, match="cannot be read"):
        read_predictions(path)


def test_sockets_are_not_opened(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("runs.csv")
        with pytest.raises(ValueError, match="is a socket"):
            read_predictions("runs.csv")


def test_links_to_files_are_followed(tmp_path):
    np.save(tmp_path / "real.npy", RUNS)
    (tmp_path / "runs.npy").symlink_to("real.npy")
    np.testing.assert_array_equal(read_predictions(tmp_path / "runs.npy"), RUNS)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a" * 300 + ".npy", "a…a.*cannot be read"),
        ("a\0b.npy", "cannot be read .*null"),
        ("a" * 5000, "unknown kind of file ''"),
        ("x." + "y" * 5000, "unknown kind of file"),
    ],
)
def test_odd_names(name, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_predictions(name)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("path", [None, 3, ["runs.npy"], io.BytesIO()])
def test_what_is_no_path(path):
    with pytest.raises(TypeError, match="path must be the name of a file"):
        read_predictions(path)


@pytest.mark.parametrize("transpose", [None, 1, "yes", [0]])
def test_transpose_is_true_or_false(transpose):
    with pytest.raises(TypeError, match="transpose must be True or False"):
        read_predictions("runs.npy", transpose)


def test_paths_of_bytes_are_no_text():
    with pytest.raises(TypeError, match="path must be the name of a file"):
        read_predictions(b"runs.npy")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"header": True}, "header must be 0 .*got True"),
        ({"header": 1}, "header must be 0"),
        ({"header": "first"}, "header must be 0"),
        ({"index_col": 1.5}, "index_col must be the number or name"),
        ({"index_col": [None]}, "index_col must be the number or name"),
        ({"index_col": True}, "index_col must be the number or name"),
        ({"index_col": 9}, "index_col=9 is not there; columns are 0 to 3"),
        ({"index_col": 4}, "index_col=4 is not there"),
        ({"index_col": -1}, "index_col=-1 is not there"),
        ({"index_col": "id", "header": None}, "read without a header"),
        ({"index_col": "id", "header": 0}, "index_col='id' is not there; the columns"),
        ({"index_col": [0, 1, 2, 3]}, "is empty; give at least one row and one column"),
    ],
)
def test_options_that_do_not_fit(tmp_path, options, message):
    path = tmp_path / "runs.csv"
    np.savetxt(path, RUNS, fmt="%d", delimiter=",")
    with pytest.raises((ValueError, TypeError), match=message):
        read_predictions(path, **options)


@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_arrays_have_no_names(tmp_path, suffix):
    path = tmp_path / f"runs{suffix}"
    (np.save if suffix == ".npy" else np.savez)(path, RUNS)
    for options in ({"header": 0}, {"index_col": None}):
        with pytest.raises(ValueError, match=f"a {suffix} file has no names"):
            read_predictions(path, **options)


def test_parquet_has_no_header_row(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"a": [0, 1], "b": [1, 1]})
    parquet.write_table(table, tmp_path / "runs.parquet")
    with pytest.raises(ValueError, match="its columns have names; leave out header"):
        read_predictions(tmp_path / "runs.parquet", header=0)


def test_parquet_that_unpacks_to_far_more(tmp_path, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    reader = sys.modules["refgen._files.parquet"]
    monkeypatch.setattr(reader, "_HARMLESS", 100)
    monkeypatch.setattr(reader, "_USUAL_RATIO", 10)
    table = pyarrow.table({"a": np.zeros(2_000_000, np.int8)})
    parquet.write_table(table, tmp_path / "runs.parquet")
    with pytest.raises(ValueError, match="would unpack to 2,000,000 cells from"):
        read_predictions(tmp_path / "runs.parquet")


@pytest.mark.parametrize("metadata", [b"{", b"[]", b"{}", b'{"index_columns": 3}'])
def test_parquet_with_broken_metadata(tmp_path, metadata):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"a": [0, 1], "b": [1, 1]})
    table = table.replace_schema_metadata({b"pandas": metadata})
    parquet.write_table(table, tmp_path / "runs.parquet")
    assert read_predictions(tmp_path / "runs.parquet").tolist() == [[0, 1], [1, 1]]


def broken(content, changes, length):
    """Some bytes of a file replaced, and its end cut off."""
    content = bytearray(content)
    for place, value in changes:
        content[place % len(content)] = value
    return bytes(content[: len(content) - length % len(content)])


changes = st.lists(st.tuples(st.integers(0, 10**4), st.integers(0, 255)), max_size=6)


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    frame = pd.DataFrame(RUNS.T, columns=["run0", "run1", "run2"])
    frame.to_csv(folder / "runs.csv")
    frame.to_parquet(folder / "runs.parquet")
    np.save(folder / "runs.npy", RUNS)
    np.savez_compressed(folder / "runs.npz", RUNS)
    return folder


def check_read_or_refused(reader, path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            assert reader(path).dtype.kind in "iuU"
        except ValueError as error:
            message = str(error)
        else:
            return
    assert message.startswith(str(path))
    assert len(message) < 1000


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".parquet"])
@given(changes=changes, length=st.just(0) | st.integers(0, 100))
def test_broken_files_are_read_or_refused(whole_files, suffix, changes, length):
    path = whole_files / f"broken{suffix}"
    content = (whole_files / f"runs{suffix}").read_bytes()
    path.write_bytes(broken(content, changes, length))
    check_read_or_refused(read_predictions, path)


CELLS = st.sampled_from(
    ["", "0", "1", "01", "1.0", "cat", "Cat", "NA", "nan", "id", "True", "#", '"', ";"]
)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=4), max_size=6))
def test_any_csv_is_read_or_refused(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("any") / "runs.csv"
    path.write_text("\n".join(map(",".join, rows)))
    for reader in (read_predictions, read_labels):
        check_read_or_refused(reader, path)
