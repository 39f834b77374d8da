"""All measurements of a run as a table: JSON lines, CSV and Parquet.

``results.jsonl`` has a line per claim, as in the report's JSON. The columns of
``measurements.csv`` and ``measurements.parquet`` have a row per instance and part of
the claim:

========== =========================================================================
claim      id
statement  "claim", or the text of the twin that was measured
stage      "pinned" examples, "search" by Hypothesis, "scan" or "ascent"
block      number of the task within the stage
instance   number of the instance within the task, in the order of trying
part       number of the measurement, for a claim that makes several
kind       rule by which the part was decided
lhs, rhs   the two sides, at the part's worst entry: a violated one, else the tightest
allowance  what the two sides may differ by: rounding and, for limits, the envelope
tightness  of that entry, as in the report
violated   whether any entry of the part violates the claim
========== =========================================================================

Monte-Carlo claims have no rows: their draws are judged as a whole.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np

KINDS = ("identity", "inequality", "limit", "rate", "existence")
_ROW = np.dtype(
    [
        ("instance", "i8"),
        ("part", "i4"),
        ("kind", "i1"),
        ("lhs", "f8"),
        ("rhs", "f8"),
        ("allowance", "f8"),
        ("tightness", "f8"),
        ("violated", "?"),
    ]
)
_PLACE = ("claim", "statement", "stage", "block")
COLUMNS = (*_PLACE, *(_ROW.names or ()))

# Least number of rows that are written to Parquet together.
_GROUP = 2**16


class Recorder:
    """Collects, batch by batch, the worst entry of every part of every instance."""

    def __init__(self, to_host: Callable[[Any], Any]) -> None:
        self._to_host = to_host
        self._batches = [np.empty(0, _ROW)]
        self._next = 0

    def add(self, decision: Any) -> None:
        """Add a decided batch; see `refgen.claims.decisions.Decision`."""
        rows = np.empty((len(decision.violated), len(decision.parts)), _ROW)
        rows["instance"] = self._next + np.arange(len(rows))[:, None]
        rows["part"] = np.arange(len(decision.parts))
        for number, part in enumerate(decision.parts):
            _fill(rows[:, number], part, self._to_host)
        self._batches.append(rows.ravel())
        self._next += len(rows)

    def packed(self) -> bytes:
        """All rows, by instance and part, as bytes for `unpacked`."""
        file = io.BytesIO()
        np.save(file, np.concatenate(self._batches), allow_pickle=False)
        return file.getvalue()


def unpacked(measurements: bytes) -> np.ndarray:
    """Rows that a `Recorder` packed."""
    return np.load(io.BytesIO(measurements), allow_pickle=False)


def _fill(rows: np.ndarray, part: Any, to_host: Callable[[Any], Any]) -> None:
    """The rows of a part: one for each instance."""
    shape = (len(rows), -1)
    violated = to_host(part.violated).reshape(shape)
    tightness = to_host(part.tightness).reshape(shape)
    # A violated entry comes first, even if no ratio can be formed of its sides.
    worst = np.where(violated, np.inf, tightness).argmax(axis=1)
    at = (np.arange(len(rows)), worst)
    sides = part.sides
    allowance = sides.tolerance + sides.envelope
    shown = {"lhs": sides.lhs, "rhs": sides.rhs, "allowance": allowance}
    for name, values in shown.items():
        rows[name] = to_host(values).reshape(shape)[at]
    rows["kind"] = KINDS.index(part.kind)
    rows["tightness"] = tightness[at]
    rows["violated"] = violated.any(axis=1)


Block = tuple[tuple, np.ndarray]


def blocks(recorded: Iterable[tuple[Any, str, bytes | None]]) -> Iterator[Block]:
    """The table, task by task: the values of `_PLACE` and the rows.

    Parameters
    ----------
    recorded : iterable of (task, statement's text, measurements)
    """
    for task, text, measurements in recorded:
        if measurements is not None:
            yield (task.claim, text, task.stage, task.block), unpacked(measurements)


def write_tables(
    directory: Path, results: list[dict], table: Iterable[Block]
) -> list[Path]:
    """Write ``results.jsonl``, ``measurements.csv`` and, with pyarrow, ``.parquet``.

    The files appear only when all of them are complete. Memory holds a few tasks at a
    time.

    Raises
    ------
    OSError
        If the directory cannot be written or the disk is full; the directory is then
        left as it was.
    """
    with tempfile.TemporaryDirectory(dir=directory, prefix=".refgen-") as hidden:
        staged = Path(hidden)
        with (staged / "results.jsonl").open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(r, ensure_ascii=False) + "\n" for r in results)
        with ExitStack() as stack:
            writers = [_csv(staged, stack), _parquet(staged, stack)]
            for place, rows in table:
                for write in writers:
                    write(place, rows)
        # Without pyarrow the table of an earlier run would stay: remove it.
        (directory / "measurements.parquet").unlink(missing_ok=True)
        names = sorted(path.name for path in staged.iterdir())
        for name in names:
            os.replace(staged / name, directory / name)
    return [directory / name for name in names]


Writer = Callable[[tuple, np.ndarray], None]


def _csv(directory: Path, stack: ExitStack) -> Writer:
    path = directory / "measurements.csv"
    file = stack.enter_context(path.open("w", encoding="utf-8", newline=""))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)

    def write(place: tuple, rows: np.ndarray) -> None:
        columns: list[Any] = [itertools.repeat(value, len(rows)) for value in place]
        columns += [values.tolist() for values in _named(rows).values()]
        writer.writerows(zip(*columns, strict=True))

    return write


def _named(rows: np.ndarray) -> dict[str, np.ndarray]:
    """Columns of the rows, with the kinds in words."""
    columns = {name: rows[name] for name in _ROW.names or ()}
    return columns | {"kind": np.array(KINDS)[rows["kind"]]}


def _parquet(directory: Path, stack: ExitStack) -> Writer:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        return lambda place, rows: None
    words = {"claim", "statement", "stage", "kind"}
    types = {name: pa.from_numpy_dtype(_ROW[name]) for name in _ROW.names or ()}
    types |= {"block": pa.int64()} | dict.fromkeys(words, pa.string())
    schema = pa.schema([(name, types[name]) for name in COLUMNS])
    file = pq.ParquetWriter(directory / "measurements.parquet", schema)
    stack.enter_context(file)
    waiting: list[Any] = []

    def flush() -> None:
        if waiting:
            file.write_table(pa.concat_tables(waiting))
            waiting.clear()

    def write(place: tuple, rows: np.ndarray) -> None:
        columns: dict[str, Any] = {
            name: [value] * len(rows) for name, value in zip(_PLACE, place, strict=True)
        }
        columns |= {k: np.ascontiguousarray(v) for k, v in _named(rows).items()}
        waiting.append(pa.table(columns, schema=schema))
        if sum(map(len, waiting)) >= _GROUP:
            flush()

    stack.callback(flush)
    return write
