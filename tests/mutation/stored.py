"""The stored mutants: one file of mutants/ for each area, which humans can read.

A file begins with what holds for all its mutants, and may be left out:

    tests = ["tests/special"]     # what pytest runs for mutants that claims do not see
    claims = ["GDE-6", "RM-*"]    # verified first, instead of the claims that call it

A mutant is a table. Its text is found exactly once, or `occurrence` says which, from 1:

    [[mutant]]
    file = "refgen/disagreement/_bounds.py"
    old = "cace / 2, slack"
    new = "cace, slack"
    what = "GDE-6 is audited against CACE"
    equivalent = "why nothing can see it"      # only if so
"""

import ast
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent


class StaleMutant(Exception):
    """The text that a mutant replaces is not in its file, or more than once."""


@dataclass(frozen=True)
class Mutant:
    """One text of one file replaced by another."""

    area: str
    file: str
    old: str
    new: str
    what: str
    occurrence: int | None = None
    claims: list[str] | None = None
    tests: list[str] = field(default_factory=list)
    equivalent: str = ""

    def apply(self, text):
        """`text` of the file with the error planted."""
        start = self._start(text)
        return text[:start] + self.new + text[start + len(self.old) :]

    def line(self, text):
        """Line of the first character that changes."""
        same = 0
        while self.old[same : same + 1] == self.new[same : same + 1] != "":
            same += 1
        return text.count("\n", 0, self._start(text) + same) + 1

    def _start(self, text):
        n = text.count(self.old)
        if n == 0 or (n > 1 and not self.occurrence) or (self.occurrence or 1) > n:
            raise StaleMutant(
                f"{self.area}: {self.what!r}: {n} occurrences in {self.file} of\n"
                f"{self.old}\nwanted: "
                + (f"number {self.occurrence}" if self.occurrence else "exactly one")
            )
        start = -1
        for _ in range(self.occurrence or 1):
            start = text.index(self.old, start + 1)
        return start


def load(folder=HERE / "mutants"):
    """All mutants, area by area."""
    return [mutant for path in sorted(folder.glob("*.toml")) for mutant in _area(path)]


def _area(path):
    stored = tomllib.loads(path.read_text(encoding="utf-8"))
    shared = {name: stored[name] for name in ("claims", "tests") if name in stored}
    return [Mutant(path.stem, **(shared | entry)) for entry in stored["mutant"]]


def source(mutant, root=ROOT):
    """Text of the mutant's file."""
    return (root / mutant.file).read_text(encoding="utf-8")


def enclosing(text, line):
    """Qualified name of the outermost function that holds a line.

    "" outside of functions and classes, the class's name in a class's own body.
    """
    names, nodes = [], ast.parse(text).body
    while True:
        for node in nodes:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and (
                node.lineno <= line <= (node.end_lineno or line)
            ):
                names.append(node.name)
                if isinstance(node, ast.FunctionDef):
                    return ".".join(names)
                nodes = node.body
                break
        else:
            return ".".join(names)
