"""Runs each section in its own process, within a time limit, and collects results."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu.backend import NoDeviceError, backend
from refgen_gpu.check.sections import Section, time_limit
from refgen_gpu.evidence import ROOT


def write_json(path: Path, value: Any) -> None:
    """Write all of `value`, or nothing if it is interrupted."""
    text = json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def run_here(section: Section, limit: float, path: Path) -> None:
    """Run a section in this process, writing what it has found after every step."""
    missing = [m for m in section.needs if importlib.util.find_spec(m) is None]
    result: dict[str, Any] = {"status": "running", "results": {}}
    if missing:
        write_json(path, {**result, "status": f"missing packages: {missing}"})
        return
    try:
        be = backend()
        if not be.is_gpu:
            raise NoDeviceError(f"the check computes on a GPU, not on {be.device}")
        result["device"] = be.device
        for key, value in section.run(time.monotonic() + limit):
            result["results"][key] = value
            write_json(path, result)
        result["status"] = "finished"
    except Exception as error:
        result["status"] = f"failed: {type(error).__name__}: {str(error)[:2000]}"
        raise
    finally:
        write_json(path, result)


def run_all(
    sections: list[Section], seconds: float
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Results of sections, in order, in about `seconds`.

    After Ctrl-C or SIGTERM the section at hand is recorded as interrupted, and
    KeyboardInterrupt is raised.
    """
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as folder, _terminated_as_interrupted():
        for i, section in enumerate(sections):
            limit = time_limit(sections[i:], end - time.monotonic())
            path = Path(folder) / f"{section.name}.json"
            start = time.monotonic()
            ending = _run_apart(section, limit, path)
            elapsed = time.monotonic() - start
            yield section.name, collect(section, path, ending, elapsed)
            if ending == "interrupted":
                raise KeyboardInterrupt


def collect(
    section: Section, path: Path, ending: str, seconds: float
) -> dict[str, Any]:
    """The results that a section's process has written, with what is wrong about them.

    `ending` is how the process ended, for sections that could not say it themselves.
    """
    try:
        result = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        result = {"status": "running", "results": {}}
    if result["status"] == "running":
        result["status"] = ending
    result["seconds"] = round(seconds, 2)
    finished = result["status"] == "finished"
    problems = [] if finished else [result["status"]]
    result["problems"] = problems + section.problems(result["results"])
    return result


def command(section: Section, limit: float, path: Path) -> list[str]:
    """The call that runs a section; the section ends by itself before the limit."""
    child = [section.name, str(0.9 * limit), str(path)]
    return [sys.executable, "-m", "refgen_gpu.check", "--child", *child]


def _run_apart(section: Section, limit: float, path: Path) -> str:
    process = subprocess.Popen(
        command(section, limit, path),
        cwd=ROOT,
        start_new_session=True,  # so that its own children end with it
    )
    try:
        code = process.wait(limit)
        return f"ended early with exit status {code}"
    except subprocess.TimeoutExpired:
        return f"out of time after {limit:.0f} s"
    except KeyboardInterrupt:
        return "interrupted"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
