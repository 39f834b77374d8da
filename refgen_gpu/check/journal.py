"""The file in which pytest notes outcomes, one JSON line after the other.

It outlives a process that crashes or is killed, and tells the next one what is left.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# A test that passes although it is marked as failing is as wrong as one that fails.
_BAD = ("failed", "crashed", "hung", "xpassed")


def note(path: Path, **line: Any) -> None:
    """Append a line at once."""
    with path.open("a", encoding="utf-8") as file:
        # The newline in front ends a line that a kill has cut off.
        file.write(f"\n{json.dumps(line)}\n")


def outcome(
    path: Path, test: str, word: str, why: str = "", seconds: float = 0
) -> None:
    """Note the outcome of a test, after which it is not run again."""
    note(path, test=test, outcome=word, why=why, seconds=round(seconds, 3))


@dataclass
class Seen:
    """What a journal tells.

    Attributes
    ----------
    collected : dict
        Names of the tests to run, as its keys.
    outcomes : dict
        Lines by the name of the test, or of the file that could not be collected.
    running : str or None
        The test that was started last and has no outcome.
    """

    collected: dict[str, None] = field(default_factory=dict)
    outcomes: dict[str, dict[str, Any]] = field(default_factory=dict)
    running: str | None = None

    @property
    def left(self) -> list[str]:
        """Tests without an outcome."""
        return [test for test in self.collected if test not in self.outcomes]

    def result(self) -> dict[str, Any]:
        """Counts, what went wrong and why, what was skipped and why, what took long."""
        lines = self.outcomes.values()
        slowest = sorted(lines, key=lambda line: -line["seconds"])[:3]
        return {
            "collected": len(self.collected),
            "not reached": len(self.left),
            "counts": dict(Counter(line["outcome"] for line in lines)),
            "failed": {x["test"]: x["why"] for x in lines if x["outcome"] in _BAD},
            "skipped": dict(
                Counter(x["why"] for x in lines if x["outcome"] == "skipped")
            ),
            "slowest": [[line["test"], line["seconds"]] for line in slowest],
        }


def read(path: Path) -> Seen:
    """What has been noted so far.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "outcomes"
    ...     note(path, collected=["a", "b"])
    ...     outcome(path, "a", "passed")
    ...     seen = read(path)
    >>> seen.left, seen.result()["counts"]
    (['b'], {'passed': 1})
    """
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    seen = Seen()
    for line in _whole(text.splitlines()):
        seen.collected |= dict.fromkeys(line.get("collected", ()))
        seen.running = line.get("started")
        if "test" in line:
            seen.outcomes[line["test"]] = line
    return seen


def _whole(lines: Iterable[str]) -> Iterable[dict[str, Any]]:
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:  # empty, or cut off
            continue
