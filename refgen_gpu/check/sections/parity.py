"""Section parity: the tests that take a device, run on the GPU, file by file.

A test that ends pytest's process, hangs it, or silences the device costs only itself:
pytest is started again for the others.
"""

from __future__ import annotations

import ast
import itertools
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu.backend import backend
from refgen_gpu.check import checkout, journal
from refgen_gpu.evidence import ROOT

LIMIT = 150.0
NEEDS = ("pytest", "hypothesis", "scipy", "sklearn", "numba")

# Seconds for one test, and for what pytest does before the first and after the last.
PATIENCE = 75.0

# The file that launches nine kernels in ten, and in how many parts it is run.
SLOW = {"tests/claims/test_on_device.py": 5}

_POLL = 0.05
_OUT_OF_TIME = "out of time"
_HUNG = "hung"
# Exit statuses of pytest that outcomes account for: passed, failed, stopped, no tests.
_ACCOUNTED = (0, 1, 2, 5)


def steps(root: Path = ROOT) -> list[str]:
    """Test files in which a test takes the fixture `device`, slow ones first.

    Raises
    ------
    FileNotFoundError
        If there are no tests, because this is no checkout.

    Examples
    --------
    >>> steps()[0]
    'tests/claims/test_on_device.py, 1/5'
    """
    files = [
        path.relative_to(root).as_posix()
        for path in sorted(checkout.folder("tests", root).glob("**/test_*.py"))
        if _takes_device(path)
    ]
    slow = [file for file in SLOW if file in files]
    others = [file for file in files if file not in slow]
    return [part for file in (*slow, *others) for part in _parts(file)]


def _takes_device(path: Path) -> bool:
    """Whether a test in the file does; texts that look like tests do not count."""
    return any(
        isinstance(node, ast.FunctionDef)
        and node.name.startswith("test_")
        and any(argument.arg == "device" for argument in node.args.args)
        for node in ast.parse(path.read_text("utf-8")).body
    )


def _parts(file: str) -> list[str]:
    n = SLOW.get(file, 1)
    return [file] if n == 1 else [f"{file}, {k}/{n}" for k in range(1, n + 1)]


def run(
    step: str, deadline: float, root: Path = ROOT, patience: float = PATIENCE
) -> Iterator[dict[str, Any]]:
    """Growing results; the last one has an outcome for every test that was reached.

    Parameters
    ----------
    step : str
        One of `steps`.
    deadline : float
        It ends by itself before ``time.monotonic()`` is past.
    root : path, optional
        Folder to which the names of steps are relative.
    patience : float, optional
        Seconds after which a test counts as hung.
    """
    about: dict[str, Any] = {"on": "gpu" if backend().is_gpu else "standin"}
    with tempfile.TemporaryDirectory() as folder:
        notes = Path(folder) / "outcomes"
        for about["restarts"] in itertools.count():
            before = len(journal.read(notes).outcomes)
            pytest = _started(step, root, notes, about["on"], patience)
            for ending in _followed(pytest, notes, deadline - 1, patience):
                about["exit status"] = ending
                yield about | journal.read(notes).result()
            about |= _settled(notes, ending, patience)
            seen = journal.read(notes)
            yield about | seen.result()
            # A restart that settles nothing would go on for ever.
            if "running" in about or not seen.left or len(seen.outcomes) == before:
                return


def _started(
    step: str, root: Path, notes: Path, device: str, patience: float
) -> subprocess.Popen:
    """Pytest for one file, in one process, which appends to `notes`.

    Nothing is left out as long. Warnings of other packages' versions are shown; only
    wrong results fail.
    """
    file, _, part = step.partition(", ")
    command = [
        *(sys.executable, "-m", "pytest", file, "-v", "--tb=short", "-o", "addopts="),
        *("--import-mode=importlib", "-W", "default", "-p", "no:cacheprovider"),
        *("--continue-on-collection-errors", "--slow"),
        # With "=": pytest would take a value apart for a path, and look for its
        # settings in a folder above all paths.
        *("-p", "refgen_gpu.check.outcomes", f"--outcomes={notes}"),
        *(f"--on-device={device}", f"--part={part or '1/1'}"),
        *(["--require-gpu"] if device == "gpu" else []),
        # Where a test hangs is printed just before it is ended.
        *("-o", f"faulthandler_timeout={0.9 * patience}"),
    ]
    path = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = os.environ | {
        "HYPOTHESIS_PROFILE": "device",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(notes.with_name("hypothesis")),
        "PYTEST_ADDOPTS": "",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "PYTHONPATH": os.pathsep.join(path),
    }
    return subprocess.Popen(
        command, cwd=root, env=environment, stdin=subprocess.DEVNULL
    )


def _followed(
    process: subprocess.Popen, notes: Path, end: float, patience: float
) -> Iterator[int | str | None]:
    """None whenever there is news; last, how the process ended or had to be ended."""
    size, news, running = 0, time.monotonic(), None
    try:
        while process.poll() is None:
            time.sleep(_POLL)
            now = time.monotonic()
            if notes.exists() and notes.stat().st_size != size:
                size, news = notes.stat().st_size, now
                running = journal.read(notes).running
                yield None
            if now > end:
                yield _OUT_OF_TIME
                return
            if now - news > (PATIENCE if running is None else patience):
                yield _HUNG
                return
        code = process.returncode
        yield code if code >= 0 else f"signal {signal.Signals(-code).name}"
    finally:
        process.kill()
        process.wait()


def _settled(notes: Path, ending: int | str | None, patience: float) -> dict[str, Any]:
    """Blame the test that ran when the process ended; what is left to say."""
    test = journal.read(notes).running
    if ending == _OUT_OF_TIME:
        return {"running": test}
    said = ending if isinstance(ending, str) else f"exit status {ending}"
    if test is None:
        return {} if ending in _ACCOUNTED else {"outside of tests": said}
    if ending == _HUNG:
        journal.outcome(notes, test, "hung", f"hung: over {patience:.0f} s")
    else:
        journal.outcome(notes, test, "crashed", f"crashed: {said}")
    return {}


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """What went wrong and what was not tried, a line each.

    Examples
    --------
    >>> failed = {"tests/test_a.py::test_b[gpu]": "assert 1 == 2"}
    >>> result = {"on": "gpu", "not reached": 0, "skipped": {}, "failed": failed}
    >>> problems("tests/test_a.py", result | {"counts": {"passed": 2, "failed": 1}})
    ['test_b[gpu]: assert 1 == 2']
    """
    listed = [
        f"{test.partition('::')[2] or test}: {why}"
        for test, why in result["failed"].items()
    ]
    if "outside of tests" in result:
        listed.append(f"pytest, outside of tests: {result['outside of tests']}")
    if result["not reached"]:
        listed.append(_late(result))
    if not result["counts"].get("passed"):
        listed.append(_nothing_passed(result))
    return listed


def _late(result: dict[str, Any]) -> str:
    line = f"{result['not reached']} of {result['collected']} tests were not reached"
    running = result.get("running")
    return f"{line}; {running.partition('::')[2]} was running" if running else line


def _nothing_passed(result: dict[str, Any]) -> str:
    skipped = sum(result["skipped"].values())
    if skipped and set(result["counts"]) == {"skipped"} and not result["not reached"]:
        return f"all {skipped} skipped: {'; '.join(result['skipped'])}"
    where = "the GPU" if result["on"] == "gpu" else "the stand-in"
    return f"no test passed on {where}"
