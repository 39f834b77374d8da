"""The table of all measurements: complete, readable, and never written in part."""

import csv
import json
import math
import sys
from collections import Counter

import numpy as np
import pytest
from click.testing import CliRunner

from refgen.claims import at_most, decide
from refgen.cli import main
from refgen.verify import measurements, verify
from refgen.verify.measurements import COLUMNS, Recorder, unpacked, write_tables

# Claims with several parts, an identity, a limit, and a finite set of instances.
IDS = ["GDE-1", "GDE-6", "GDE-13", "GDE-8d"]


def invoke(directory, *more, ids=IDS):
    fixed = ["--profile", "quick", "--instances", "600", "--report", str(directory)]
    return CliRunner().invoke(main, ["verify", *ids, *fixed, *more])


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    directory = tmp_path_factory.mktemp("tables")
    assert invoke(directory).exit_code == 0
    return directory


def rows_of(directory):
    with (directory / "measurements.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def results_of(directory):
    lines = (directory / "results.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_every_instance_and_part_has_a_row(tables):
    results = results_of(tables)
    assert {result["id"] for result in results} == set(IDS)
    rows = rows_of(tables)
    assert tuple(rows[0]) == COLUMNS
    counted = Counter((r["claim"], r["statement"], r["part"]) for r in rows)
    for result in results:
        said = {"claim": result["n_instances"]}
        said |= {twin["text"]: twin["n_instances"] for twin in result["twins"]}
        for statement, n in said.items():
            found = [
                count
                for (claim, text, _), count in counted.items()
                if (claim, text) == (result["id"], statement)
            ]
            assert found
            assert set(found) == {n}
    keys = [tuple(row[name] for name in COLUMNS[:6]) for row in rows]
    assert len(keys) == len(set(keys))


def test_the_table_says_what_the_report_says(tables):
    rows = rows_of(tables)
    for result in results_of(tables):
        own = [r for r in rows if r["claim"] == result["id"]]
        claim = [r for r in own if r["statement"] == "claim"]
        assert max(float(r["tightness"]) for r in claim) == result["tightness"]
        assert not any(r["violated"] == "True" for r in claim)
        for twin in result["twins"]:
            about = [r for r in own if r["statement"] == twin["text"]]
            assert any(r["violated"] == "True" for r in about) == twin["refuted"]


def test_numbers_are_numbers(tables):
    for row in rows_of(tables):
        for name in ("lhs", "rhs", "allowance", "tightness"):
            assert math.isfinite(float(row[name]))


def test_parquet_and_csv_hold_the_same(tables):
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(tables / "measurements.parquet")
    assert tuple(found.column_names) == COLUMNS
    rows = rows_of(tables)
    assert [{k: str(v) for k, v in row.items()} for row in found.to_pylist()] == rows


@pytest.mark.parametrize("more", [["--run"], ["--jobs", "2"]])
def test_tables_do_not_depend_on_how_the_run_went(tables, tmp_path, more):
    more = [*more, str(tmp_path / "run")] if more == ["--run"] else more
    for again in ("first", "second"):  # with --run, the second run measures nothing
        assert invoke(tmp_path / again, *more).exit_code == 0
        assert contents(tmp_path / again) == contents(tables)


def test_interruption_leaves_tables_of_what_was_finished(tmp_path, monkeypatch):
    from refgen.cli._progress import Progress

    def stop(self, result):
        raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "show", stop)
    assert invoke(tmp_path).exit_code == 130
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 1
    assert {"GDE-1"} <= {row["claim"] for row in rows_of(tmp_path)}


def test_a_table_may_be_empty(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_tables(tmp_path, [], [])
    assert (tmp_path / "measurements.csv").read_text() == ",".join(COLUMNS) + "\n"
    assert (tmp_path / "results.jsonl").read_text() == ""
    assert parquet.read_table(tmp_path / "measurements.parquet").num_rows == 0


def test_tables_appear_whole_or_not_at_all(tmp_path):
    def breaking():
        yield ("GDE-6", "claim", "scan", 0), np.zeros(3, measurements._ROW)
        raise OSError(28, "No space left on device")

    write_tables(tmp_path, [{"id": "old"}], [])
    before = contents(tmp_path)
    with pytest.raises(OSError, match="No space left"):
        write_tables(tmp_path, [{"id": "new"}], breaking())
    assert contents(tmp_path) == before


def test_tables_that_fail_are_told_after_the_report_is_saved(tmp_path, monkeypatch):
    def fail(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(measurements, "write_tables", fail)
    path = tmp_path / "report.json"
    result = invoke(tmp_path / "tables", "--json", str(path), ids=["GDE-6"])
    assert result.exit_code == 2
    assert "tables: cannot be written (No space left on device)" in result.output
    assert json.loads(path.read_text())["ok"] is True


def test_without_pyarrow_no_older_parquet_stays_beside_the_new_table(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "measurements.parquet").write_text("old")
    names = [path.name for path in write_tables(tmp_path, [], [])]
    assert names == ["measurements.csv", "results.jsonl"]
    assert sorted(contents(tmp_path)) == names


def test_a_file_in_place_of_the_directory_is_told_before_the_work(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine")
    result = invoke(path)
    assert result.exit_code == 2
    assert "cannot be written (File exists)" in result.output


def test_a_row_shows_the_violated_entry_before_the_tightest():
    sides = at_most(np.array([[1.0, 0.9, -0.5]]), np.array([[2.0, 1.0, -1.0]]))
    recorder = Recorder(np.asarray)
    recorder.add(decide("inequality", sides, 1))
    (row,) = unpacked(recorder.packed())
    assert row["violated"]
    assert (row["lhs"], row["rhs"]) == (-0.5, -1.0)


def test_instances_are_numbered_on_over_batches_and_parts():
    recorder = Recorder(np.asarray)
    parts = [at_most(np.arange(2.0), 9.0), at_most(np.zeros((2, 3)), 1.0)]
    for _ in range(2):
        recorder.add(decide("inequality", parts, 2))
    rows = unpacked(recorder.packed())
    places = [(i, part) for i in range(4) for part in range(2)]
    assert [(row["instance"], row["part"]) for row in rows] == places


def test_measurements_come_task_by_task():
    seen = []
    keep = lambda report, table: seen.extend(len(rows) for _, rows in table)  # noqa: E731
    report = verify(["GDE-6"], profile="quick", n_instances=50_000, record=keep)
    assert sum(seen) >= report.results[0].n_instances
    assert len(seen) > 4
