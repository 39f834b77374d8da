"""Section parity: the tests that take a device, run on the GPU."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu.evidence import ROOT

TESTS = ROOT / "tests"

_TAKES_DEVICE = re.compile(r"^def test_\w+\([^)]*\bdevice\b", re.MULTILINE)
_OUTCOME = re.compile(
    r"^(?P<test>\S+::.+?) (?P<outcome>PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)"
    r"(?: \(.*\))?\s*(?:\[\s*\d+%\])?$"
)
_FAILURES = ("failed", "error")
_ON_GPU = re.compile(r"\[(?:.*-)?gpu(?:-.*)?\]$")


def device_tests(folder: Path = TESTS) -> list[Path]:
    """Test files in which a test takes the fixture `device`."""
    files = sorted(folder.rglob("test_*.py"))
    return [path for path in files if _TAKES_DEVICE.search(path.read_text("utf-8"))]


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    files = [path.relative_to(ROOT).as_posix() for path in device_tests()]
    yield "files", files
    if not files:
        return
    seen: dict[str, str] = {}
    with subprocess.Popen(
        command(files),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            outcome = parsed(line)
            if outcome is not None:
                seen[outcome[0]] = outcome[1]
                yield "counts", counts(seen)
                yield "failed", [t for t, o in seen.items() if o in _FAILURES]
    yield "exit status", process.returncode


def command(files: list[str]) -> list[str]:
    """The call of pytest: tests on the GPU only; a missing GPU is a failure.

    Warnings of other packages' versions are shown; only wrong results fail.
    """
    return [
        *(sys.executable, "-m", "pytest", *files, "-v", "--tb=short"),
        *("--require-gpu", "-k", "gpu and not standin"),
        # One process, which has the GPU to itself and prints a line per test.
        *("-o", "addopts=", "--import-mode=importlib", "-W", "default"),
        *("-p", "no:cacheprovider"),
    ]


def parsed(line: str) -> tuple[str, str] | None:
    """A test on the GPU and its outcome, from a line of ``pytest -v``.

    Examples
    --------
    >>> parsed("tests/test_a.py::test_b[gpu-GDE-1] PASSED      [ 12%]")
    ('tests/test_a.py::test_b[gpu-GDE-1]', 'passed')
    >>> parsed("tests/test_a.py::test_b[standin] PASSED [ 12%]")
    """
    match = _OUTCOME.match(line.rstrip())
    if match is None or not _ON_GPU.search(match["test"]):
        return None
    return match["test"], match["outcome"].lower()


def counts(outcomes: dict[str, str]) -> dict[str, int]:
    """How many tests had which outcome.

    Examples
    --------
    >>> counts({"a": "passed", "b": "skipped", "c": "passed"})
    {'passed': 2, 'skipped': 1}
    """
    return dict(Counter(outcomes.values()))


def problems(results: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems({"counts": {"passed": 5}, "exit status": 0})
    []
    >>> problems({"counts": {"passed": 5, "failed": 1}, "exit status": 1})
    ['1 test(s) failed', 'pytest ended with exit status 1']
    """
    found = results.get("counts", {})
    listed = [
        f"{found[outcome]} test(s) {outcome}"
        for outcome in ("failed", "error", "xpass")
        if found.get(outcome)
    ]
    if not found.get("passed"):
        listed.append("no test passed on the GPU")
    if results.get("exit status") not in (0, None):
        listed.append(f"pytest ended with exit status {results['exit status']}")
    return listed
