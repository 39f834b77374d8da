"""A teacher's and a student's predictions from files, and whether they fit together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._files.options import Options
from refgen._files.reading import labels_of
from refgen._files.table import Table
from refgen._shown import listed
from refgen.cli.audits._reading import check_names, point_names, read
from refgen.distillation._answers import column_classes

# Probabilities that are written with three decimals are off by half of the last one.
_WRITTEN = 5e-4


@dataclass(frozen=True)
class Pair:
    """Predictions of a teacher and its student, labels, and what was taken as names.

    Attributes
    ----------
    teacher, student : array of shape (n_points, n_classes) or (n_points,)
    labels : array of shape (n_points,), or None
    classes : array of shape (n_classes,), or None
        The class of each column of probabilities.
    notes : dict of str to tuple of str
        What was taken as names, by file.
    """

    teacher: np.ndarray
    student: np.ndarray
    labels: np.ndarray | None
    classes: Any
    notes: dict[str, tuple[str, ...]]

    @classmethod
    def read(
        cls,
        teacher: tuple[str, Options],
        student: tuple[str, Options],
        labels: tuple[str | None, Options],
    ) -> Pair:
        """All files.

        Raises
        ------
        ValueError, TypeError, ImportError
            If a file cannot be used, or they do not fit together.

        Warns
        -----
        UserWarning
            Where something was perhaps read wrongly.
        """
        tables = {"teacher": read(*teacher), "student": read(*student)}
        arrays = [_predictions(table, name) for name, table in tables.items()]
        path, options = labels
        known = None
        if path is not None:
            tables["labels"] = read(path, options)
            known = labels_of(tables["labels"])
        first, second, *truth = tables.values()
        for other in (second, *truth):
            check_names(point_names(first), other, "teacher")
        names = _class_names(first, second)
        wide = next((a for a in arrays if a.ndim == 2), None)
        classes = None if wide is None else column_classes(wide, names, known)
        notes = {name: table.notes for name, table in tables.items() if table.notes}
        return cls(arrays[0], arrays[1], known, classes, notes)

    def described(self, headline: str) -> str:
        """The headline of the audit, and what was read of each file.

        Examples
        --------
        >>> notes = {"teacher": ("first row taken as header",)}
        >>> given = Pair(np.zeros(2), np.zeros(2), None, None, notes)
        >>> print(given.described("2 points"))
        2 points
        teacher; first row taken as header
        """
        read = ("; ".join([name, *said]) for name, said in self.notes.items())
        return "\n".join([headline, *read])


def _predictions(table: Table, name: str) -> np.ndarray:
    """Probabilities with a column for each class, or a column of either kind."""
    array = table.array
    if array.ndim > 2:
        raise ValueError(
            f"{table.path}: {name} must have shape (n_points, n_classes) or "
            f"(n_points,), got {array.shape}; give one teacher and one student"
        )
    is_flat = array.size == max(array.shape)
    if not is_flat or (array.shape[0] == 1 and _off(array) < 1e-6):
        return _probabilities(table, name)
    return array.ravel()


def _probabilities(table: Table, name: str) -> np.ndarray:
    array, off = table.array, _off(table.array)
    n_classes = array.shape[1]
    if not off <= _WRITTEN * n_classes:
        raise ValueError(
            f"{table.path}: {name} has {n_classes} columns{_named(table)} and rows "
            "that are no probabilities, which are at least 0 and add up to 1; give a "
            "column for each class, or one column of predicted classes, and call "
            f"columns that name the points an index: --{name}-index-col"
        )
    if array.dtype.kind == "f" and array.dtype.itemsize < 8:
        return array
    if off > 1e-9:
        warnings.warn(
            f"{table.path}: rows of {name} add up to 1 within {off:.1g} only, and were "
            "divided by their sums",
            stacklevel=4,
        )
        array = array / array.sum(axis=1, keepdims=True)
    return array


def _off(array: np.ndarray) -> float:
    """How far rows are from adding up to 1; infinite if they are no probabilities."""
    if array.ndim != 2 or array.dtype.kind not in "biuf" or (array < 0).any():
        return np.inf
    with np.errstate(over="ignore"):
        return float(abs(array.sum(axis=1, dtype=np.float64) - 1).max())


def _named(table: Table) -> str:
    names = table.names[1]
    return "" if names is None else f" ({listed(names)})"


def _class_names(teacher: Table, student: Table) -> list[str] | None:
    """Names of the columns of probabilities.

    Raises
    ------
    ValueError
        If both have names, and not the same ones.
    """
    first, second = (
        table.names[1] if table.array.ndim == 2 and table.array.shape[1] > 1 else None
        for table in (teacher, student)
    )
    if first is None or second is None or first == second:
        return first or second
    if sorted(first) == sorted(second):
        raise ValueError(
            f"{student.path}: names the classes in another order ({listed(second)}) "
            f"than teacher ({listed(first)}); sort the columns of one of them"
        )
    raise ValueError(
        f"{student.path}: student has the classes {listed(second)} and teacher has "
        f"{listed(first)}; both need the same classes"
    )
