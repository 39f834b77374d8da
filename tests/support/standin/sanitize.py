"""Emulated kernels under AddressSanitizer, which has to be loaded before Python."""

from __future__ import annotations

import inspect
import json
import os
import runpy
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from refgen_gpu import evidence

from .emulate import Emulated, build

_ASAN = ("-O1", "-g", "-fsanitize=address")
_PATH = [str(evidence.ROOT), str(evidence.ROOT / "tests")]
_CODE = "from support.standin import sanitize; sanitize._perform()"


def reports_of_asan(
    cases: Callable, jobs: Sequence[tuple[str, str | None]]
) -> list[str]:
    """What AddressSanitizer writes for each job; "completed" if its kernels all ran.

    Parameters
    ----------
    cases : function
        Takes the name of a .cu file and its kernels, and runs them.
    jobs : sequence of (str, str or None)
        Names of .cu files, each with a text to build in place of the file's, if any.
    """
    library = _asan_library()
    for file, source in jobs:
        build(file, _ASAN, source)
    with tempfile.TemporaryDirectory() as folder:
        where = inspect.getfile(cases), cases.__name__
        subprocess.run(
            [sys.executable, "-c", _CODE],
            input=json.dumps([folder, where, jobs]),
            text=True,
            check=True,
            env={
                **os.environ,
                "LD_PRELOAD": library,
                # Python's own allocator hides the ends of arrays.
                "PYTHONMALLOC": "malloc",
                "ASAN_OPTIONS": "detect_leaks=0",
                "PYTHONPATH": os.pathsep.join(_PATH),
            },
        )
        return [(Path(folder) / str(k)).read_text() for k in range(len(jobs))]


def assert_clean(report: str) -> None:
    """All kernels ran without an error; warnings on small thread stacks may occur."""
    assert "ERROR: AddressSanitizer" not in report
    assert report.endswith("completed")


def _asan_library() -> str:
    where = ["g++", "-print-file-name=libasan.so"]
    found = subprocess.run(where, capture_output=True, text=True, check=True)
    if not os.path.isabs(found.stdout):
        pytest.skip("g++ has no AddressSanitizer")
    return found.stdout.strip()


def _perform() -> None:
    """Run each job in a fork: a job that is stopped does not stop the others."""
    folder, (path, name), jobs = json.load(sys.stdin)
    cases = runpy.run_path(path)[name]
    for k, (file, source) in enumerate(jobs):
        child = os.fork()
        if child == 0:
            _report(f"{folder}/{k}", cases, file, source)
        os.waitpid(child, 0)


def _report(path: str, cases: Callable, file: str, source: str | None) -> None:
    """Run the cases, write to a file how they ended, and end the process."""
    try:
        os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), 2)
        cases(file, Emulated(file, _ASAN, source))
        os.write(2, b"completed")
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(0)
