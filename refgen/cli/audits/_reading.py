"""Predictions and labels from the files of a command, and whether they fit together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from refgen._shown import listed
from refgen.disagreement._doubts import check_axes, many_runs
from refgen.disagreement._files.options import INFER, Options
from refgen.disagreement._files.table import Table
from refgen.disagreement.files import labels_of, predictions_of, read_table


def names_options(name: str, header: bool | None, columns: tuple[str, ...]) -> Options:
    """What the options ``--header`` and ``--index-col`` ask for.

    Examples
    --------
    >>> names_options("predictions", True, ("id", "1")).index_col
    ('id', 1)
    >>> [names_options("labels", given, ()).header for given in (True, False, None)]
    [0, None, 'infer']
    """
    known = {None: INFER, True: 0, False: None}[header]
    if not columns:
        return Options(name, known)
    if columns == ("none",):
        return Options(name, known, None)
    return Options(name, known, [int(c) if c.isdecimal() else c for c in columns])


@dataclass(frozen=True)
class Input:
    """Predictions and labels, and what of their files was taken as names.

    Attributes
    ----------
    predictions : array of shape (n_runs, n_points) or (n_runs, n_points, n_classes)
    labels : array of shape (n_points,), or None
    notes, label_notes : tuple of str
    """

    predictions: np.ndarray
    labels: np.ndarray | None
    notes: tuple[str, ...]
    label_notes: tuple[str, ...]

    @classmethod
    def read(
        cls,
        predictions: tuple[str, Options],
        labels: tuple[str | None, Options],
        transpose: bool | None,
    ) -> Input:
        """Both files.

        Raises
        ------
        ValueError, TypeError, ImportError
            If a file cannot be used, or the two do not fit together.

        Warns
        -----
        UserWarning
            Where something was perhaps read wrongly.
        """
        table = _read(*predictions)
        array = predictions_of(table, bool(transpose))
        path, options = labels
        truth = None if path is None else _read(path, options)
        known = None if truth is None else labels_of(truth)
        _check_sizes(table, array, truth, known, transpose)
        if truth is not None:
            _check_names(table.names[0 if transpose else 1], truth)
        return cls(array, known, table.notes, () if truth is None else truth.notes)

    def described(self, headline: str) -> str:
        """The headline of the audit, and what was read of each file.

        Examples
        --------
        >>> given = Input(np.zeros((2, 3)), None, ("first row taken as header",), ())
        >>> given.described("2 runs × 3 points")
        '2 runs × 3 points; first row taken as header'
        """
        lines = ["; ".join([headline, *self.notes])]
        if self.label_notes:
            lines.append("; ".join(["labels", *self.label_notes]))
        return "\n".join(lines)


def _read(path: str, options: Options) -> Table:
    table = read_table(path, options)
    for doubt in table.doubts:
        warnings.warn(f"{table.path}: {doubt}", stacklevel=2)
    return table


def _check_sizes(
    table: Table,
    array: np.ndarray,
    truth: Table | None,
    labels: np.ndarray | None,
    transpose: bool | None,
) -> None:
    n_runs, n_points = array.shape[:2]
    remedy = "give --no-transpose" if transpose else "give --transpose"
    if truth is None or labels is None:
        if transpose is None:
            _check_unlabelled(table, n_runs, n_points)
        return
    check_axes(n_runs, n_points, len(labels), remedy)
    if len(labels) != n_points:
        raise ValueError(
            f"{truth.path}: holds {len(labels)} labels where {table.path} has "
            f"{n_points} points ({n_runs} runs); {_remedy(len(labels) - n_points)}"
        )


def _check_unlabelled(table: Table, n_runs: int, n_points: int) -> None:
    doubt = many_runs(n_runs, n_points, "give --transpose; else --no-transpose")
    if doubt is None:
        return
    if table.names[1] is not None:
        # Whoever names columns has observations below each other.
        raise ValueError(f"{table.path}: {doubt}")
    warnings.warn(f"{table.path}: {doubt}", stacklevel=4)


def _remedy(surplus: int) -> str:
    if surplus == 1:
        return "if the first of them is the name of the column, give --labels-header"
    if surplus == -1:
        return (
            "if the first row or column of predictions holds names, give --header or "
            "--index-col"
        )
    return "both must be about the same points, in the same order"


def _check_names(points: list[str] | None, truth: Table) -> None:
    """Whether points that both files name stand in the same order."""
    rows, columns = truth.names
    others = rows if truth.array.shape[0] > 1 else columns
    if points is None or others is None or points == others:
        return
    if sorted(points) == sorted(others):
        first = next(i for i, name in enumerate(points) if name != others[i])
        raise ValueError(
            f"{truth.path}: names the points in another order than predictions: point "
            f"{first + 1} is {others[first]!r} and {points[first]!r}; sort one of them"
        )
    if set(points) & set(others) and not (_is_count(points) or _is_count(others)):
        strange = sorted(set(points) ^ set(others))
        warnings.warn(
            f"{truth.path}: names other points than predictions ({listed(strange)}); "
            "they are matched by their order",
            stacklevel=3,
        )


def _is_count(names: list[str]) -> bool:
    return names == [str(i) for i in range(len(names))]
