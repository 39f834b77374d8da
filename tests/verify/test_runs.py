"""A killed run continues; a run that cannot be kept says why; runs are never mixed."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from click.testing import CliRunner

from refgen.cli import main
from refgen.verify import RunError, verify
from refgen.verify.outcomes import Outcome
from refgen.verify.store import RunStore, identity
from refgen.verify.tasks import Task

IDS = ["GDE-2", "GDE-5", "GDE-6", "GDE-8d"]
TASK = Task("GDE-6", 0, "scan", 3)
FOUND = Outcome(512, 0.1 + 0.2, "Number(x=1.0)", measurements=b"rows", seconds=0.25)


def invoke(directory, *more, ids=("GDE-5",)):
    fixed = ["--profile", "quick", "--run", str(directory)]
    return CliRunner().invoke(main, ["verify", *ids, *fixed, *more])


def refused(result, *words):
    """Exit status 2, and a short message that says what to do."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output
    return True


def n_rows(directory):
    """Number of finished tasks, read from a copy so that reading changes nothing."""
    copy = directory.with_name("copy")
    shutil.copytree(directory, copy)
    try:
        database = sqlite3.connect(copy / "run.sqlite3")
        tables = database.execute("SELECT name FROM sqlite_master").fetchall()
        count = "SELECT count(*) FROM outcomes"
        n = database.execute(count).fetchone()[0] if tables else 0
        database.close()
        return n
    finally:
        shutil.rmtree(copy)


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def started(directory, report, *more):
    command = [sys.executable, "-m", "refgen.cli", "verify", *IDS]
    fixed = ["--profile", "quick", "--instances", "300000", "--json", str(report)]
    return subprocess.Popen(
        [*command, *fixed, "--run", str(directory), *more],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def finished(process):
    _, errors = process.communicate()
    assert process.returncode == 0, errors.decode()


def undisturbed(tmp_path):
    """Seconds of a run from its first finished task to its end, and its report."""
    process = started(tmp_path / "whole", tmp_path / "whole.json")
    wait_for_a_write(process, tmp_path / "whole")
    start = time.monotonic()
    finished(process)
    return time.monotonic() - start, (tmp_path / "whole.json").read_bytes()


def wait_for_a_write(process, directory, size=0):
    """Wait until the process has written to its log, and the log is above `size`."""
    before, _ = written(directory)
    while process.poll() is None:
        when, length = written(directory)
        if when > before and length > size:
            return
        time.sleep(0.01)


def written(directory):
    """The time of the last write to the log, and the log's size."""
    try:
        state = (directory / "run.sqlite3-wal").stat()
    except FileNotFoundError:
        return 0, 0
    return state.st_mtime_ns, state.st_size


def kill_again_and_again(tmp_path, n_kills, more=()):
    """Kill a run at random moments; returns the finished tasks after each kill."""
    seconds, expected = undisturbed(tmp_path)
    directory, report = tmp_path / "killed", tmp_path / "killed.json"
    chance, rows = random.Random(0), [0]
    for _ in range(n_kills):
        process = started(directory, report, *more)
        wait_for_a_write(process, directory)
        time.sleep(chance.uniform(0, seconds / n_kills))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        rows.append(n_rows(directory))
    finished(started(directory, report, *more))
    rows.append(n_rows(directory))
    assert report.read_bytes() == expected
    return rows


@pytest.mark.slow
def test_a_run_killed_at_random_moments_loses_no_finished_task(tmp_path):
    rows = kill_again_and_again(tmp_path, 2)
    assert rows == sorted(rows)


@pytest.mark.slow
@pytest.mark.parametrize("more", [(), ("--jobs", "2")])
def test_twenty_kills_lose_no_finished_task(tmp_path, more):
    rows = kill_again_and_again(tmp_path, 20, more)
    assert rows == sorted(rows)
    assert len(set(rows)) > 5  # the kills came at different moments of the work
    print(f"finished tasks after each kill: {rows}")


def test_a_finished_run_is_only_told_again(tmp_path, monkeypatch):
    first = verify(IDS, profile="quick", run=tmp_path)
    monkeypatch.delattr("refgen.verify.schedule.perform_all")
    again = verify(IDS, profile="quick", run=tmp_path)
    assert again.to_json() == first.to_json()


def test_ctrl_c_keeps_what_was_finished(tmp_path):
    def stop(result):
        raise KeyboardInterrupt

    assert verify(IDS, profile="quick", run=tmp_path, on_result=stop).interrupted
    kept = n_rows(tmp_path)
    assert kept > 0
    whole = verify(IDS, profile="quick", run=tmp_path)
    assert n_rows(tmp_path) > kept
    assert whole.to_json() == verify(IDS, profile="quick").to_json()


def test_an_outcome_comes_back_as_it_was(tmp_path):
    with RunStore(tmp_path, {}) as store:
        store.put(TASK, FOUND)
        assert store.get(TASK) == replace(FOUND, measurements=None)
        assert store.measurements(TASK) == b"rows"
        other = replace(TASK, block=4)
        assert store.get(other) is None
        assert store.measurements(other) is None


@pytest.mark.parametrize(
    ("more", "ids", "words"),
    [
        (["--seed", "1"], ["GDE-5"], ["seed: there 0, now 1"]),
        ([], ["GDE-6"], ["claims: only there GDE-5, only now GDE-6"]),
        (
            ["--profile", "default"],
            ["GDE-5"],
            ['profile: there "quick", now "default"'],
        ),
        (["--instances", "9"], ["GDE-5"], ["n_instances: there null, now 9"]),
        (["--report", "tables"], ["GDE-5"], ["--report: there not given, now given"]),
        (["--error-probability", "0.01"], ["GDE-5"], ["there 0.001, now 0.01"]),
    ],
)
def test_another_run_is_refused_and_left_as_it_is(tmp_path, more, ids, words):
    run = tmp_path / "run"
    assert invoke(run).exit_code == 0
    before = contents(run)
    more = [str(tmp_path / "tables") if word == "tables" else word for word in more]
    remedy = "give that run's arguments, or choose another directory"
    assert refused(invoke(run, *more, ids=ids), "never mixed", remedy, *words)
    assert contents(run) == before


def test_other_code_is_refused(tmp_path, monkeypatch):
    assert invoke(tmp_path).exit_code == 0
    before = contents(tmp_path)
    other = lambda: {"code": "0" * 64, "versions": "{}"}  # noqa: E731
    monkeypatch.setattr("refgen.verify.store.environment", other)
    words = "code: other sources of refgen"
    assert refused(invoke(tmp_path), words, "versions: there {")
    assert contents(tmp_path) == before


def test_the_digest_covers_every_source(tmp_path, monkeypatch):
    from refgen.verify import environment

    source = tmp_path / "refgen" / "verify" / "environment.py"
    source.parent.mkdir(parents=True)
    monkeypatch.setattr(environment, "__file__", str(source))
    digests = {environment.code_digest()}
    for name, text in [("a.py", ""), ("a.py", "1"), ("b.py", "1"), ("c.cu", "")]:
        (source.parent / name).write_text(text)
        digests.add(environment.code_digest())
    (source.parent / "a.txt").write_text("no source")
    assert len(digests) == 5
    assert environment.code_digest() in digests


def test_a_second_process_is_told_to_wait(tmp_path):
    wanted = identity({}, "CPU")
    with RunStore(tmp_path, wanted) as store:
        store.put(TASK, FOUND)
        code = (
            "from pathlib import Path; from refgen.verify.store import *\n"
            f"try: RunStore(Path({str(tmp_path)!r}), {{}})\n"
            "except RunError as error: print(error)"
        )
        told = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert "another process is using this run; wait for it to end" in told.stdout
        assert store.get(TASK) is not None


def test_a_file_in_place_of_the_directory_is_told(tmp_path):
    path = tmp_path / "file"
    path.write_text("mine")
    for directory in (path, path / "below"):
        assert refused(invoke(directory), "is a file; name a directory")
    assert path.read_text() == "mine"


def test_a_database_of_something_else_is_left_alone(tmp_path):
    database = sqlite3.connect(tmp_path / "run.sqlite3")
    database.execute("CREATE TABLE photographs (name TEXT)")
    database.close()
    before = contents(tmp_path)
    assert refused(invoke(tmp_path), "is no run of refgen; choose another directory")
    assert contents(tmp_path) == before


@pytest.mark.parametrize("column", ["value", "checksum"])
def test_a_run_of_an_older_version_is_told_and_left_as_it_is(tmp_path, column):
    assert invoke(tmp_path).exit_code == 0
    database = sqlite3.connect(tmp_path / "run.sqlite3")
    table = "run" if column == "value" else "outcomes"
    database.execute(f"ALTER TABLE {table} RENAME COLUMN {column} TO old")
    database.close()
    before = contents(tmp_path)
    words = "was written by another version of refgen; choose another directory"
    assert refused(invoke(tmp_path), words)
    assert contents(tmp_path) == before


def damage_the_head(data):
    return b"\xff" * 100 + data[100:]


def cut_off(data):
    return data[: len(data) // 2]


def scramble(data):
    return data[:4096] + random.Random(0).randbytes(len(data) - 4096)


def change_an_outcome(data):
    """Flip a bit in the compressed text of the last outcome that was written."""
    at = data.rindex(b"\x78\x01") + 20
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage", [damage_the_head, cut_off, scramble, change_an_outcome]
)
def test_a_damaged_database_is_told_and_left_as_it_is(tmp_path, damage):
    assert invoke(tmp_path, ids=IDS).exit_code == 0
    path = tmp_path / "run.sqlite3"
    path.write_bytes(damage(path.read_bytes()))
    before = path.read_bytes()
    words = "run.sqlite3 is damaged", "move it away to start anew"
    assert refused(invoke(tmp_path, ids=IDS), *words)
    assert path.read_bytes() == before


def test_half_a_write_ahead_log_gives_the_same_report(tmp_path):
    process = started(tmp_path / "run", tmp_path / "report.json")
    wait_for_a_write(process, tmp_path / "run", size=50_000)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    log = tmp_path / "run" / "run.sqlite3-wal"
    log.write_bytes(log.read_bytes()[: log.stat().st_size // 2 + 100])
    options = {"profile": "quick", "n_instances": 300_000}
    went_on = verify(IDS, run=tmp_path / "run", **options)
    assert went_on.to_json() == verify(IDS, **options).to_json()


def fill(store):
    for n in range(1000):
        store.put(replace(TASK, block=n), FOUND)


def test_a_full_disk_keeps_what_was_finished(tmp_path):
    with RunStore(tmp_path, {}) as store:
        store._execute("PRAGMA max_page_count = 20")
        with pytest.raises(RunError, match="the disk is full; what was finished is s"):
            fill(store)
    n = n_rows(tmp_path)
    assert 10 < n < 1000
    with RunStore(tmp_path, {}) as store:
        assert all(store.get(replace(TASK, block=i)) for i in range(n))
        fill(store)
    assert n_rows(tmp_path) == 1000


def test_measurements_that_find_no_room_need_another_folder(monkeypatch):
    def full(store, *row):
        raise RunError(store._explained(OSError("disk is full")))

    monkeypatch.setattr(RunStore, "put", full)
    with pytest.raises(RunError, match="name one with more room by --run"):
        verify(["GDE-6"], profile="quick", record=lambda report, blocks: None)


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("attempt to write a readonly database", "choose another directory"),
        ("unable to open database file", "choose another directory"),
        ("disk I/O error", "check the disk and give the same command again"),
        ("database or disk is full", "free some space and give the same command again"),
    ],
)
@pytest.mark.parametrize("on", ["PRAGMA locking_mode", "INSERT OR REPLACE"])
def test_errors_of_the_file_system_say_what_to_do(
    tmp_path, monkeypatch, message, words, on
):
    def fail(self, statement, values=()):
        if statement.startswith(on):
            raise sqlite3.OperationalError(message)
        return execute(self, statement, values)

    execute = RunStore._execute
    monkeypatch.setattr(RunStore, "_execute", fail)
    assert refused(invoke(tmp_path), str(tmp_path), words)


def test_a_directory_that_cannot_be_made_is_told(tmp_path, monkeypatch):
    def fail(self, **options):
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.mkdir", fail)
        result = invoke(tmp_path / "run")
    words = "cannot be written (Permission denied); choose another directory"
    assert refused(result, words)


def test_a_run_may_go_on_with_other_numbers_of_jobs(tmp_path):
    stored = json.loads(verify(["GDE-6"], profile="quick", run=tmp_path).to_json())
    again = invoke(tmp_path, "--jobs", "2", ids=["GDE-6"])
    assert again.exit_code == 0
    assert stored["ok"] is True
