"""The record of a check: JSON lines, of which the first says what it is about.

The other lines are one step each. The file is written again after every step, whole or
not at all, so that whatever stops the check leaves what was found before.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu import evidence, launch
from refgen_gpu.check.lanes import LATE, Outcome
from refgen_gpu.check.plan import sections

FORMAT = 2
FILE = "record.jsonl"


class RecordError(ValueError):
    """A record cannot be gone on with."""


class Record:
    """What a check has found so far.

    Attributes
    ----------
    path : path
    header : dict
        The first line of the file.
    steps : dict
        From (section, step) to a line of the file.
    """

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path, self.header = path, header
        self.steps: dict[tuple[str, str], dict[str, Any]] = {}
        self._before, self._start = header["seconds"], time.monotonic()

    @classmethod
    def new(cls, path: Path, commit: str | None = None) -> Record:
        """An empty record about the code as it is now.

        Examples
        --------
        >>> record = Record.new(Path("record.jsonl"), "0" * 40)
        >>> record.header["complete"], record.header["problems"][0]
        (False, 'start: not run')
        """
        record = cls(path, _header(commit))
        record._judge()
        return record

    @classmethod
    def resumed(cls, path: Path, commit: str | None = None) -> Record:
        """The record at `path` without the steps that did not finish.

        Raises
        ------
        RecordError
            If it is not a record, or of other code than this.
        """
        try:
            found = evidence.read_lines(path)
        except (OSError, ValueError) as error:
            raise RecordError(f"{path} cannot be read: {error}") from error
        header, now = found.header, _header(commit)
        for key in ("format", "commit", "kernels_digest", "sources_digest"):
            if header.get(key) != now[key]:
                raise RecordError(
                    f"{path} is a record of other code ({key} {header.get(key)}, now "
                    f"{now[key]}): start anew in another folder"
                )
        record = cls(path, header)
        record.steps = {
            (line["section"], line["step"]): line
            for line in found.steps
            if line["status"] == "finished" and line["step"] != "steps"
        }
        record._judge()
        return record

    def plan(self, section: str, steps: list[str]) -> list[str]:
        """Note which steps a section has; returns those that are still to do."""
        self.header["planned"][section] = steps
        if self._is_late(section, "steps"):  # there was time now
            self.steps.pop((section, "steps"), None)
        return [step for step in steps if self._is_late(section, step)]

    def has_late(self, sections: tuple[str, ...]) -> bool:
        """Whether there was no time for a step of the sections, or for their lists."""
        planned = self.header["planned"]
        return any(
            self._is_late(section, step)
            for section in sections
            for step in planned.get(section, ["steps"])
        )

    def _is_late(self, section: str, step: str) -> bool:
        line = self.steps.get((section, step))
        return line is None or line["status"].startswith(LATE)

    def add(self, outcome: Outcome) -> dict[str, Any]:
        """Add a step and write the file; returns its line."""
        step = outcome.task.step or "steps"
        line = {
            "section": outcome.task.section,
            "step": step,
            "status": outcome.status,
            "problems": outcome.problems,
            "seconds": round(outcome.seconds, 3),
            "device": outcome.device,
            "result": outcome.result,
        }
        self.steps[outcome.task.section, step] = line
        self.write()
        return line

    def write(self) -> None:
        """Judge the record and write the file, whole or not at all."""
        self._judge()
        self.header["seconds"] = round(self._before + time.monotonic() - self._start, 1)
        lines = [self.header, *self.steps.values()]
        text = "".join(
            json.dumps(line, ensure_ascii=False, allow_nan=False) + "\n"
            for line in lines
        )
        with _replaced(self.path) as temporary:
            temporary.write_text(text, encoding="utf-8")

    def _judge(self) -> None:
        header, lines = self.header, self.steps.values()
        devices = {line["device"] for line in lines if line["device"]}
        header["device"] = " and ".join(sorted(devices))
        header["tests_passed"] = sum(
            line["result"].get("counts", {}).get("passed", 0)
            for (section, _), line in self.steps.items()
            if section == "parity"
        )
        header["problems"] = list(self._problems(devices))
        header["complete"] = not header["problems"]

    def _problems(self, devices: set[str]) -> Iterator[str]:
        for (section, step), line in self.steps.items():
            for problem in line["problems"]:
                yield f"{section}: {step}: {problem}"
        for section in dict.fromkeys([*sections(), *self.header["planned"]]):
            planned = self.header["planned"].get(section)
            if planned is None:
                if (section, "steps") not in self.steps:
                    yield f"{section}: not run"
                continue
            missing = [step for step in planned if (section, step) not in self.steps]
            if missing:
                yield f"{section}: not reached: {evidence.few(missing)}"
        if len(devices) > 1:
            yield f"steps ran on different devices: {sorted(devices)}"
        if evidence.file_digests() != self.header["files"]:
            yield "files changed while the check ran"


def _header(commit: str | None) -> dict[str, Any]:
    files = evidence.file_digests()
    found, dirty = _git()
    now = datetime.datetime.now(datetime.UTC)
    return {
        "format": FORMAT,
        "complete": False,
        "date": now.isoformat(timespec="seconds"),
        "device": "",
        "commit": found or commit,
        "dirty": dirty,
        "kernels_digest": launch.digest(),
        "sources_digest": evidence.sources_digest(files),
        "tests_passed": 0,
        "seconds": 0.0,
        "problems": [],
        "planned": {},
        "files": files,
    }


@contextlib.contextmanager
def _replaced(path: Path) -> Iterator[Path]:
    """A file to write, which takes the place of `path` if nothing fails."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _git() -> tuple[str | None, bool | None]:
    """Commit, and whether the tree differs from it; None where git cannot tell."""
    if not (evidence.ROOT / ".git").exists():
        return None, None  # git would tell of a folder above
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
