"""Evidence of a run on a GPU: for which code, and whether that has changed since.

``python -m refgen_gpu.evidence`` prints one line. The record is written by
``python -m refgen_gpu.check`` and committed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from refgen_gpu import launch

PACKAGE = Path(__file__).parent
ROOT = PACKAGE.parent
DEFAULT = ROOT / "benchmarks" / "results" / "gpu_evidence.json"

# These check the computation and are not part of it.
_WATCHERS = {"check", "evidence.py"}

_FIELDS = {
    "complete": bool,
    "date": str,
    "device": str,
    "files": dict,
    "kernels_digest": str,
    "problems": list,
    "tests_passed": int,
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


def read(path: Path = DEFAULT) -> dict[str, Any]:
    """The record at `path`.

    Raises
    ------
    ValueError
        If it is not such a record, with what is wrong.
    FileNotFoundError
        If there is none.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"it is not JSON: {error}") from error
    if not isinstance(record, dict):
        raise ValueError("it is not a JSON object")
    wrong = [k for k, t in _FIELDS.items() if not isinstance(record.get(k), t)]
    if wrong:
        raise ValueError(f"missing or of a wrong type: {', '.join(wrong)}")
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
    >>> status(Path("nowhere.json"))
    ('none', 'GPU evidence: NONE (no nowhere.json); nothing here ran on a GPU')
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
        return "stale", f"GPU evidence: STALE, changed: {_few(changed)}; {_of(record)}"
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
        line += f"; INCOMPLETE: {_few(record['problems'] or ['unfinished'])}"
    return line


def _few(names: list[str], most: int = 5) -> str:
    rest = len(names) - most
    return ", ".join(map(str, names[:most])) + (f" and {rest} more" if rest > 0 else "")


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main() -> None:
    print(status()[1])


if __name__ == "__main__":
    main()
