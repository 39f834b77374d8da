"""The record of a check: what it is about, and whether it is complete."""

from __future__ import annotations

import datetime
import subprocess
from typing import Any

from refgen_gpu import evidence, launch
from refgen_gpu.check.sections import SECTIONS


def new(commit: str | None = None) -> dict[str, Any]:
    """An empty, incomplete record about the code as it is now.

    Examples
    --------
    >>> record = new("0" * 40)
    >>> record["complete"], record["tests_passed"], record["sections"]
    (False, 0, {})
    """
    files = evidence.file_digests()
    found, dirty = _git()
    return {
        "format": 1,
        "complete": False,
        "problems": _problems({}),
        "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "device": "",
        "commit": found or commit,
        "dirty": dirty,
        "kernels_digest": launch.digest(),
        "sources_digest": evidence.sources_digest(files),
        "tests_passed": 0,
        "seconds": 0.0,
        "sections": {},
        "files": files,
    }


def add(
    record: dict[str, Any], name: str, result: dict[str, Any], seconds: float
) -> None:
    """Add the result of a section and judge the record again.

    Examples
    --------
    >>> record = new("0" * 40)
    >>> add(record, "facts", {"status": "finished", "device": "D", "problems": []}, 1)
    >>> record["device"], "facts: not run" in record["problems"]
    ('D', False)
    """
    record["sections"][name] = result
    record["device"] = record["device"] or result.get("device", "")
    record["seconds"] = round(seconds, 1)
    counts = record["sections"].get("parity", {}).get("results", {}).get("counts", {})
    record["tests_passed"] = counts.get("passed", 0)
    record["problems"] = _problems(record["sections"])
    if evidence.file_digests() != record["files"]:
        record["problems"].append("files changed while the check ran")
    record["complete"] = not record["problems"]


def _problems(sections: dict[str, Any]) -> list[str]:
    found = []
    for name in (section.name for section in SECTIONS):
        problems = sections[name]["problems"] if name in sections else ["not run"]
        found += [f"{name}: {problem}" for problem in problems]
    devices = {s["device"] for s in sections.values() if s.get("device")}
    if len(devices) > 1:
        found.append(f"sections ran on different devices: {sorted(devices)}")
    return found


def _git() -> tuple[str | None, bool | None]:
    """Commit, and whether the tree differs from it; None where git cannot tell."""
    commit = _git_output("rev-parse", "HEAD")
    if commit is None:
        return None, None
    changes = _git_output("status", "--porcelain", "--", "refgen", "refgen_gpu")
    return commit, changes != ""


def _git_output(*arguments: str) -> str | None:
    try:
        shown = subprocess.run(
            ["git", *arguments],
            cwd=evidence.ROOT,
            capture_output=True,
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return shown.stdout.strip()
