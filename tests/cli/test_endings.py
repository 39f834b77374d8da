"""Every command ends with a status that says what happened, and says why."""

import errno
import functools
import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from refgen.cli._endings import exit_status
from refgen.cli._output import watched_output

REFGEN = [sys.executable, "-m", "refgen.cli"]
FULL = Path("/dev/full")
QUICK = ("--profile", "quick")


def fail(error):
    raise error


def swallow(*errors):
    """Ctrl-C within a library that turns it into an error of its own, or into none."""
    try:
        signal.raise_signal(signal.SIGINT)
    except KeyboardInterrupt:
        for error in errors:
            raise error from None
    return 0


@pytest.mark.parametrize(
    ("work", "status"),
    [
        (lambda: 0, 0),
        (lambda: 1, 1),
        (lambda: fail(SystemExit(1)), 1),
        (lambda: fail(SystemExit()), 0),
        (lambda: fail(click.exceptions.Exit(1)), 1),
        (lambda: fail(KeyboardInterrupt()), 130),
        (lambda: fail(click.Abort()), 130),
        (lambda: swallow(), 130),
        (lambda: swallow(ImportError("half loaded")), 130),
        (lambda: fail(BrokenPipeError(errno.EPIPE, "Broken pipe")), 141),
    ],
)
def test_what_needs_no_words_gets_none(work, status, capfd):
    handler = signal.getsignal(signal.SIGINT)
    assert exit_status(work) == status
    assert capfd.readouterr() == ("", "")
    assert signal.getsignal(signal.SIGINT) is handler


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (click.UsageError("no such claim"), 2, "Error: no such claim"),
        (OSError(errno.ENOSPC, "No space", "a/b"), 2, "Error: a/b: No space"),
        (OSError(errno.EROFS, "Read-only"), 2, "Error: a file: Read-only"),
        (RuntimeError("a bug"), 70, "RuntimeError: a bug\n\nrefgen itself failed"),
        (OSError(errno.ENOTTY, "odd"), 70, "refgen itself failed: please report this"),
    ],
)
def test_errors_are_told_on_standard_error(error, status, words, capfd):
    assert exit_status(lambda: fail(error)) == status
    output, errors = capfd.readouterr()
    assert output == ""
    assert words in errors
    assert ("Traceback" in errors) is (status == 70)


class Full(io.StringIO):
    """A stream that takes nothing."""

    def write(self, text):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_errors_that_nobody_can_be_told_have_their_status(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Full())
    for error, status in ((click.UsageError("no such claim"), 2), (KeyError("x"), 70)):
        assert exit_status(functools.partial(fail, error)) == status


@pytest.mark.parametrize("write_through", [False, True])
def test_an_output_shows_in_order_what_it_has_letters_for(write_through, monkeypatch):
    kept = io.BytesIO()
    stream = io.TextIOWrapper(kept, "latin-1", write_through=write_through)
    monkeypatch.setattr(sys, "stdout", stream)
    stream.write("before ")
    with watched_output():
        print("W₁")
        assert kept.getvalue().endswith(b"W?\n") is write_through
    assert sys.stdout is stream
    assert kept.getvalue() == b"before W?\n"


# Without it, Python keeps what is printed until the end.
BUFFERED = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
BUFFERINGS = [BUFFERED, BUFFERED | {"PYTHONUNBUFFERED": "1"}]


def called(*args, env=BUFFERED, **streams):
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
    return subprocess.run([*REFGEN, *args], text=True, check=False, env=env, **streams)


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("env", BUFFERINGS)
@pytest.mark.parametrize("args", [("list",), ("verify", "GDE-6", *QUICK)])
def test_a_full_output_is_told_in_one_line(args, env):
    with FULL.open("w") as full:
        ended = called(*args, stdout=full, env=env)
    assert ended.returncode == 2
    words = "Error: the output cannot be written (No space left on device)\n"
    assert ended.stderr == words


@pytest.mark.skipif(not FULL.exists(), reason="only Linux has a device that is full")
def test_errors_that_nobody_can_be_told_leave_the_status():
    with FULL.open("w") as full:
        assert called("show", "GDE-666", stderr=full).returncode == 2


def closed_pipe():
    """The writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return writing


@pytest.mark.parametrize("env", BUFFERINGS)
@pytest.mark.parametrize("args", [("--version",), ("list",)])
def test_nobody_reads_and_nothing_is_said(args, env):
    pipe = closed_pipe()
    ended = called(*args, stdout=pipe, env=env)
    os.close(pipe)
    assert (ended.returncode, ended.stderr) == (141, "")


def test_a_run_that_nobody_watches_stops_and_saves_what_was_finished(tmp_path):
    pipe, path = closed_pipe(), tmp_path / "report.json"
    ended = called("verify", "GDE-6", *QUICK, "--json", str(path), stdout=pipe)
    os.close(pipe)
    assert (ended.returncode, ended.stderr) == (141, "")
    assert json.loads(path.read_text())["results"][0]["verdict"] == "HOLDS"


def test_a_poor_terminal_is_enough(tmp_path):
    poor = {"NO_COLOR": "1", "TERM": "dumb", "COLUMNS": "40", "HOME": "/dev/null/x"}
    poor |= {"PYTHONIOENCODING": "latin-1", "NUMBA_CACHE_DIR": "/dev/null/x"}
    command = [*REFGEN, "verify", "GDE-6", *QUICK, "--instances", "600"]
    ended = subprocess.run(
        command, env=os.environ | poor, cwd=tmp_path, capture_output=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert b"1 of 1 claims hold" in ended.stdout
    assert b"\x1b" not in ended.stdout
    assert list(tmp_path.iterdir()) == []


def test_without_any_standard_stream_it_works(tmp_path):
    path = tmp_path / "report.json"
    args = ["verify", "GDE-6", *QUICK, "--instances", "600", "--jobs", "2", "--json"]
    closed = 'exec "$@" <&- >&- 2>&-'
    ended = subprocess.run(
        ["bash", "-c", closed, "bash", *REFGEN, *args, str(path)], check=False
    )
    assert ended.returncode == 0
    assert json.loads(path.read_text())["ok"] is True


FIRST = """
class Press:
    def find_spec(self, name, *more):
        if name == "refgen.cli._endings":
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Press())
from refgen.cli.__main__ import run
run()
"""
LAST = """
from refgen.cli._endings import run_process
run_process(lambda: bool(atexit.register(signal.raise_signal, signal.SIGINT)) - 1)
"""


@pytest.mark.parametrize("code", [FIRST, LAST], ids=["first", "last"])
def test_ctrl_c_is_quiet_in_the_first_moment_and_the_last(code):
    ended = subprocess.run(
        [sys.executable, "-c", f"import atexit, signal, sys{code}"],
        capture_output=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (130, b"")


@pytest.mark.parametrize(
    ("loaded", "presses"),
    [("click", 1), ("numpy", 3), ("hypothesis", 1), ("refgen.verify", 3)],
)
def test_ctrl_c_is_quiet_from_the_start(loaded, presses):
    """It comes when a module has been loaded, which Python tells on standard error."""
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "refgen.cli", "verify", "GDE-10*"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stderr:
            if line.rpartition("|")[2].strip() == loaded:
                break
        for _ in range(presses):
            process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130, errors[-1000:]
    assert "Traceback" not in errors
