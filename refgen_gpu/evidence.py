"""Evidence of a run on a GPU: for which code, and whether that has changed since.

``python -m refgen_gpu.evidence`` prints one line, and with ``--figures`` what was
measured, as a table for the README. The record is what
``python -m refgen_gpu.check`` writes: JSON lines, of which the first is about the whole
run and each of the others about one step. It is committed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

from refgen_gpu import launch

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent
DEFAULT = ROOT / "benchmarks" / "results" / "gpu_evidence.jsonl"

# These check the computation and are not part of it.
_WATCHERS = {"check", "evidence.py"}

_HEADER = {
    "complete": bool,
    "date": str,
    "device": str,
    "files": dict,
    "kernels_digest": str,
    "planned": dict,
    "problems": list,
    "seconds": float,
    "tests_passed": int,
}
_STEP = {
    "device": str,
    "problems": list,
    "result": dict,
    "seconds": float,
    "section": str,
    "status": str,
    "step": str,
}


def file_digests() -> dict[str, str]:
    """SHA-256 of every file of the package that computes on the device.

    Examples
    --------
    >>> digests = file_digests()
    >>> "kernels/random.cu" in digests, "evidence.py" in digests
    (True, False)
    """
    return {
        path.relative_to(PACKAGE).as_posix(): _sha256(path.read_bytes())
        for path in sorted(PACKAGE.rglob("*"))
        if path.suffix in (".py", ".cu", ".cuh")
        and path.relative_to(PACKAGE).parts[0] not in _WATCHERS
    }


def sources_digest(files: dict[str, str]) -> str:
    """One digest of what `file_digests` returns.

    Examples
    --------
    >>> sources_digest({"a.py": "0"}) == sources_digest({"a.py": "1"})
    False
    """
    return _sha256(json.dumps(files, sort_keys=True).encode())


def changed_files(record: dict[str, Any]) -> list[str]:
    """Files that differ from those that a record is about, removed ones included.

    Examples
    --------
    >>> changed_files({"files": file_digests()})
    []
    """
    before, now = record["files"], file_digests()
    return sorted(f for f in before.keys() | now if before.get(f) != now.get(f))


class Lines(NamedTuple):
    """The lines of a record: the first, and those of its steps."""

    header: dict[str, Any]
    steps: list[dict[str, Any]]


def read_lines(path: Path) -> Lines:
    """The record at `path`, of a GPU or of a stand-in.

    Raises
    ------
    ValueError
        If it is not such a record, with what is wrong.
    FileNotFoundError
        If there is none.
    """
    try:
        text = path.read_text(encoding="utf-8")
        # Not splitlines: texts may hold other characters that end lines.
        lines = [json.loads(line) for line in text.split("\n") if line]
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not JSON lines: {error}") from error
    if not lines:
        raise ValueError("it is empty")
    _check_line("its first line", lines[0], _HEADER)
    for number, line in enumerate(lines[1:], start=2):
        _check_line(f"line {number}", line, _STEP)
    return Lines(lines[0], lines[1:])


def _check_line(name: str, line: Any, wanted: dict[str, type]) -> None:
    if not isinstance(line, dict):
        raise ValueError(f"{name} is not a JSON object")
    wrong = [key for key, kind in wanted.items() if not isinstance(line.get(key), kind)]
    if wrong:
        raise ValueError(f"{name}: missing or of a wrong type: {', '.join(wrong)}")


def read(path: Path = DEFAULT) -> dict[str, Any]:
    """What the record at `path` says of the whole run.

    Raises
    ------
    ValueError
        If it is not such a record, or names no GPU, with what is wrong.
    FileNotFoundError
        If there is none.
    """
    record = read_lines(path).header
    if not record["device"] or "STAND-IN" in record["device"]:
        raise ValueError(f"it names no GPU, but {record['device']!r}")
    return record


def status(path: Path = DEFAULT) -> tuple[str, str]:
    """Whether there is evidence of a run of this code on a GPU.

    Returns
    -------
    state : {"none", "stale", "current"}
    line : str
        The reason, in one line.

    Examples
    --------
    >>> from pathlib import Path
    >>> status(Path("nowhere.jsonl"))
    ('none', 'GPU evidence: NONE (no nowhere.jsonl); nothing here ran on a GPU')
    """
    try:
        record = read(path)
    except FileNotFoundError:
        why = f"no {path.name}); nothing here ran on a GPU"
        return "none", f"GPU evidence: NONE ({why}"
    except (OSError, ValueError) as error:
        return "none", f"GPU evidence: NONE ({path.name} cannot be used: {error})"
    changed = changed_files(record)
    if record["kernels_digest"] != launch.digest() and not changed:
        changed = ["the kernels' compile options"]
    if changed:
        return "stale", f"GPU evidence: STALE, changed: {few(changed)}; {_of(record)}"
    return "current", f"GPU evidence: CURRENT; {_of(record)}"


def _of(record: dict[str, Any]) -> str:
    commit = (record.get("commit") or "unknown")[:12]
    if record.get("dirty"):
        commit += " with uncommitted changes"
    elif record.get("dirty") is None:
        commit += " (as given: git could not tell)"
    line = (
        f"{record['device']}, {record['date']}, commit {commit}, "
        f"kernels {record['kernels_digest'][:12]}, "
        f"{record['tests_passed']} tests passed on the GPU"
    )
    if not record["complete"]:
        line += f"; INCOMPLETE: {few(record['problems'] or ['unfinished'])}"
    return line


def few(names: list[str], most: int = 5) -> str:
    """The first `most` of `names`, and how many there are more.

    Examples
    --------
    >>> few(["a", "b", "c"], 2), few(["a", "b"], 2)
    ('a, b and 1 more', 'a, b')
    """
    rest = len(names) - most
    return ", ".join(map(str, names[:most])) + (f" and {rest} more" if rest > 0 else "")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def figures(path: Path = DEFAULT) -> str:
    """What was measured, as a table in Markdown with the name of the card.

    Raises
    ------
    ValueError
        If the record cannot be used.
    FileNotFoundError
        If there is none: there is nothing to show of a GPU.
    """
    read(path)
    found = read_lines(path)
    rows = [row for step in found.steps for row in step["result"].get("rows", [])]
    lines = [
        f"Measured on {found.header['device']}, {found.header['date'][:10]}.",
        "",
        "| figure | refgen_gpu | peer | ratio |",
        "|---|---|---|---|",
        *map(_row, rows),
    ]
    return "\n".join(lines)


def _row(cells: list[str]) -> str:
    # Residuals are over |A|, and a bare bar begins a cell.
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m refgen_gpu.evidence")
    parser.add_argument("--figures", action="store_true", help="a table in Markdown")
    if not parser.parse_args(arguments).figures:
        print(status()[1])
        return
    try:
        print(figures())
    except (OSError, ValueError) as error:
        parser.exit(1, f"no figures of a GPU: {error}\n")


if __name__ == "__main__":
    main()
