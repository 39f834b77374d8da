"""Finished tasks on disk: a run that was killed continues where it stopped."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path
from typing import Any

from refgen.verify.environment import ARITHMETIC, differences, environment
from refgen.verify.outcomes import Outcome
from refgen.verify.tasks import Task

_FILE = "run.sqlite3"
_COLUMNS = {
    "run": {"name": "TEXT PRIMARY KEY", "value": "TEXT NOT NULL"},
    "outcomes": {
        "claim": "TEXT",
        "statement": "INTEGER",
        "stage": "TEXT",
        "block": "INTEGER",
        "outcome": "BLOB NOT NULL",
        "measurements": "BLOB",
        "checksum": "INTEGER NOT NULL",
    },
}
_UNIQUE = {"run": "", "outcomes": ", PRIMARY KEY (claim, statement, stage, block)"}
_KEY = "claim = ? AND statement = ? AND stage = ? AND block = ?"


class RunError(RuntimeError):
    """A run's directory cannot be used, or belongs to another run."""


class _Damaged(Exception):
    """The database does not hold what was written to it."""


def identity(arguments: dict[str, Any], device: str) -> dict[str, str]:
    """What has to be the same so that a run can be continued.

    Parameters
    ----------
    arguments : dict
        Arguments of the call, as plain values.
    device : str

    Examples
    --------
    >>> run = identity({"seed": 0}, "CPU")
    >>> run["seed"], run["device"], len(run["code"])
    ('0', 'CPU', 64)
    """
    shown = {name: json.dumps(value) for name, value in arguments.items()}
    return {**shown, "device": device, **environment()}


class RunStore:
    """The outcomes of a run in ``DIR/run.sqlite3``; a context manager.

    Every outcome is committed as soon as it is known: a killed process loses only
    unfinished tasks. (After a power failure the last seconds may be repeated.) Only one
    process at a time may use a directory.

    Parameters
    ----------
    directory : Path
        Created if it does not exist.
    wanted : dict of str
        See `identity`.
    is_temporary : bool
        Whether the directory, which the user did not name, ends with the run.

    Raises
    ------
    RunError
        If the directory cannot be written, its database is damaged or in use, or it
        holds another run: what differs is named, and nothing is changed.
    """

    def __init__(
        self, directory: Path, wanted: dict[str, str], is_temporary: bool = False
    ) -> None:
        self.path = directory / _FILE
        self._is_temporary = is_temporary
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(self.path, isolation_level=None, timeout=1)
            self._open_or_close(wanted)
        except (FileExistsError, NotADirectoryError) as error:
            raise RunError(f"--run {directory} is a file; name a directory") from error
        except OSError as error:
            reason = error.strerror or error
            raise RunError(
                f"--run {directory} cannot be written ({reason}); choose another "
                "directory"
            ) from error
        except (sqlite3.Error, _Damaged) as error:
            raise RunError(self._explained(error)) from error

    def _open_or_close(self, wanted: dict[str, str]) -> None:
        try:
            self._open(wanted)
        except BaseException:
            self._database.close()
            raise

    def _open(self, wanted: dict[str, str]) -> None:
        self._execute("PRAGMA locking_mode=EXCLUSIVE")
        tables = {row[0] for row in self._execute("SELECT name FROM sqlite_master")}
        if not tables:
            self._create(wanted)
        elif not {"run", "outcomes"} <= tables:
            raise RunError(
                f"--run {self.path.parent}: {_FILE} is no run of refgen; choose "
                "another directory"
            )
        elif any(self._columns(table) != [*names] for table, names in _COLUMNS.items()):
            raise RunError(
                f"--run {self.path.parent}: {_FILE} was written by another version of "
                "refgen; choose another directory"
            )
        else:
            self._check(wanted)
            self._execute("PRAGMA journal_mode=WAL")
        self._execute("PRAGMA synchronous=NORMAL")
        # Keeps the lock until the end, so that a second process is refused at once.
        self._execute("BEGIN IMMEDIATE")
        self._execute("COMMIT")

    def _columns(self, table: str) -> list[str]:
        return [row[1] for row in self._execute(f"PRAGMA table_info({table})")]

    def _create(self, wanted: dict[str, str]) -> None:
        """Write all in one transaction: a process killed here leaves it empty."""
        self._execute("PRAGMA journal_mode=WAL")
        self._execute("BEGIN IMMEDIATE")
        for table, columns in _COLUMNS.items():
            listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            self._execute(f"CREATE TABLE {table} ({listed}{_UNIQUE[table]})")
        for row in wanted.items():
            self._execute("INSERT INTO run VALUES (?, ?)", row)
        self._execute("COMMIT")

    def _check(self, wanted: dict[str, str]) -> None:
        """Refuse a damaged database or another run before anything is written."""
        (state,) = self._execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise _Damaged(state)
        found = dict(self._execute("SELECT name, value FROM run"))
        if found != wanted:
            raise RunError(_difference(self.path.parent, found, wanted))

    def get(self, task: Task) -> Outcome | None:
        """The outcome of a task without its measurements, if it was finished before."""
        row = self._row("outcome", task)
        if row is None:
            return None
        try:
            return Outcome.from_json(zlib.decompress(row[0]).decode())
        except (zlib.error, ValueError, TypeError) as error:
            raise RunError(self._explained(error)) from error

    def measurements(self, task: Task) -> bytes | None:
        """The measurements of a finished task, if it recorded any."""
        row = self._row("measurements, checksum", task)
        if row is None or row[0] is None:
            return None
        if zlib.crc32(row[0]) != row[1]:
            raise RunError(self._explained(_Damaged("wrong checksum")))
        return row[0]

    def put(self, task: Task, outcome: Outcome) -> None:
        """Record a finished task and commit it at once."""
        text, rows = outcome.to_json(), outcome.measurements
        packed = zlib.compress(text.encode(), 1)  # includes a checksum
        values = (*_key(task), packed, rows, zlib.crc32(rows or b""))
        places = ", ".join("?" * len(values))
        self._run(f"INSERT OR REPLACE INTO outcomes VALUES ({places})", values)

    def _row(self, columns: str, task: Task) -> Any:
        query = f"SELECT {columns} FROM outcomes WHERE {_KEY}"
        return self._run(query, _key(task)).fetchone()

    def _run(self, statement: str, values: tuple) -> Any:
        try:
            return self._execute(statement, values)
        except sqlite3.Error as error:
            raise RunError(self._explained(error)) from error

    def _execute(self, statement: str, values: tuple = ()) -> sqlite3.Cursor:
        return self._database.execute(statement, values)

    def _explained(self, error: Exception) -> str:
        text = str(error)
        if self._is_temporary:
            return (
                f"measurements cannot be kept in the temporary folder "
                f"{self.path.parent} ({text}); name one with more room by --run"
            )
        where = f"--run {self.path.parent}: "
        if "locked" in text:
            return where + "another process is using this run; wait for it to end"
        if "full" in text:
            return where + (
                "the disk is full; what was finished is safe: free some space and give "
                "the same command again"
            )
        if "readonly" in text or "unable to open" in text:
            return where + f"cannot be written ({text}); choose another directory"
        if "I/O error" in text:
            return where + (
                f"cannot be read or written ({text}); what was finished is safe: check "
                "the disk and give the same command again"
            )
        return where + (
            f"{self.path.name} is damaged ({text}); move it away to start anew"
        )

    def __enter__(self) -> RunStore:
        return self

    def __exit__(self, *details: object) -> None:
        self._database.close()


def _key(task: Task) -> tuple:
    return (task.claim, task.statement, task.stage, task.block)


def _difference(directory: Path, found: dict, wanted: dict) -> str:
    lines = differences(*map(_told, (found, wanted)))
    if found.get("claims") != wanted.get("claims"):
        lines.append(_other_claims(found.get("claims"), wanted.get("claims")))
    told = [f"--run {directory} holds another run, and runs are never mixed:"]
    told += [f"  {line}" for line in sorted(lines)]
    if any(found.get(name) != wanted.get(name) for name in ("machine", *ARITHMETIC)):
        told.append(
            "this machine would compute other last bits: continue on one like the "
            "first (OPENBLAS_CORETYPE=Haswell, for example, asks OpenBLAS for the "
            "kernels of that processor)"
        )
    return "\n".join([*told, "give that run's arguments, or choose another directory"])


def _told(identity: dict) -> dict:
    """An identity as the user gave it, without the claims."""
    tables = "given" if identity.get("measurements") == "true" else "not given"
    parts = {k: v for k, v in identity.items() if k not in ("claims", "measurements")}
    return parts | {"--report": tables}


def _other_claims(there: str | None, now: str | None) -> str:
    old, new = (set(json.loads(ids or "[]")) for ids in (there, now))
    gone, added = _listed(old - new), _listed(new - old)
    return f"claims: only there {gone}, only now {added}"


def _listed(ids: set[str], most: int = 5) -> str:
    shown = sorted(ids)[:most]
    more = len(ids) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "") or "none"
