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


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    program = find()
    yield "present", program is not None
    if program is None:
        return
    for tool in TOOLS:
        for target in ("planted", "kernels"):
            yield f"{tool}, {target}", _checked(program, tool, target, deadline)


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


def problems(results: dict[str, Any]) -> list[str]:
    """What the tools found; one that misses the planted mistake has shown nothing.

    Examples
    --------
    >>> problems({"present": False})
    []
    >>> problems({"present": True})
    ['memcheck ran out of time', 'racecheck ran out of time']
    """
    listed = []
    for tool in TOOLS if results.get("present") else ():
        planted, kernels = (
            results.get(f"{tool}, {target}", {}).get("outcome", "out of time")
            for target in ("planted", "kernels")
        )
        if "out of time" in (planted, kernels):
            listed.append(f"{tool} ran out of time")
        elif kernels == "errors found":
            listed.append(f"{tool} found errors in the kernels")
        elif planted == "errors found" and kernels != "clean":
            listed.append(f"{tool} did not finish on the kernels: {kernels}")
        elif planted == "clean":
            listed.append(f"{tool} missed the planted mistake")
    return listed
