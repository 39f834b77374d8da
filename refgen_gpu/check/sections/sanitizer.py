"""Section sanitizer: compute-sanitizer over every kernel, if it is installed.

A planted mistake shows first that the tool finds mistakes on this machine.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu import launch
from refgen_gpu.evidence import ROOT

TOOLS = ("memcheck", "racecheck")

_FOUND = 99  # exit status asked of the tool when it finds an error
_PLACES = ("/usr/local/cuda/bin", "/opt/cuda/bin")
_SUMMARY = re.compile(r"(?:ERROR|RACECHECK) SUMMARY: .*")


# One tool leaves time for the other.
LIMIT = 45.0


def steps() -> list[str]:
    """Examples
    --------
    >>> steps()[0]
    'memcheck'
    """
    return list(TOOLS)


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    program = find()
    if program is None:
        yield {"present": False}
        return
    found: dict[str, Any] = {"present": True}
    for target in ("planted", "kernels"):
        found[target] = _checked(program, step, target, deadline)
        yield found


def find() -> str | None:
    """The compute-sanitizer of this machine."""
    places = os.pathsep.join([os.environ.get("PATH", ""), *_PLACES])
    return shutil.which("compute-sanitizer", path=places)


def _checked(program: str, tool: str, target: str, deadline: float) -> dict[str, Any]:
    command = [
        *(program, "--tool", tool, "--error-exitcode", str(_FOUND)),
        *(sys.executable, "-m", "refgen_gpu.check.exercise", target, tool),
    ]
    try:
        shown = subprocess.run(
            command,
            cwd=ROOT,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=max(deadline - time.monotonic(), 1),
        )
    except subprocess.TimeoutExpired:
        return {"outcome": "out of time"}
    return judged(shown.returncode, shown.stdout + shown.stderr)


def judged(code: int, output: str) -> dict[str, Any]:
    """What a run of the tool found.

    Examples
    --------
    >>> judged(0, "========= ERROR SUMMARY: 0 errors")
    {'outcome': 'clean', 'summary': 'ERROR SUMMARY: 0 errors'}
    >>> judged(99, "")["outcome"]
    'errors found'
    """
    summaries = _SUMMARY.findall(output)
    summary = summaries[-1] if summaries else None
    if code == _FOUND:
        outcome = "errors found"
    elif code == 0 and summary is not None:
        outcome = "clean"
    else:
        outcome = f"the tool or the program failed with exit status {code}"
    kept: dict[str, Any] = {"outcome": outcome, "summary": summary}
    if outcome != "clean":
        kept["kernels named"] = [k for k in launch.signatures() if k in output]
        kept["first lines"] = _marked(output)
    return kept


def _marked(output: str) -> list[str]:
    """The tool's own lines, without the folders of this machine."""
    lines = [line[:200] for line in output.splitlines() if line.startswith("=======")]
    home = str(Path(sys.prefix))
    kept = [line.replace(str(ROOT), ".").replace(home, "...") for line in lines]
    return kept[:12]


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """What a tool found; one that misses the planted mistake has shown nothing.

    Examples
    --------
    >>> problems("memcheck", {"present": False})
    ['compute-sanitizer is not installed: nothing was looked for']
    >>> problems("memcheck", {"present": True})
    ['ran out of time']
    """
    if not result["present"]:
        return ["compute-sanitizer is not installed: nothing was looked for"]
    planted, kernels = (
        result.get(target, {}).get("outcome", "out of time")
        for target in ("planted", "kernels")
    )
    if kernels == "errors found":
        return ["found errors in the kernels"]
    if "out of time" in (planted, kernels):
        return ["ran out of time"]
    if planted == "clean":
        return ["missed the planted mistake"]
    if planted != "errors found":
        return [f"does not work on this machine: {planted}"]
    return [] if kernels == "clean" else [f"did not finish on the kernels: {kernels}"]
