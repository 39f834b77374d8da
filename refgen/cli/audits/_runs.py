"""Predictions of runs and labels from files, and whether they fit together."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from refgen._files.options import Options
from refgen._files.reading import labels_of
from refgen._files.table import Table
from refgen.cli.audits._reading import check_names, read
from refgen.disagreement._doubts import check_axes, many_runs
from refgen.disagreement.files import predictions_of


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
        table = read(*predictions)
        array = predictions_of(table, bool(transpose))
        path, options = labels
        truth = None if path is None else read(path, options)
        known = None if truth is None else labels_of(truth)
        _check_sizes(table, array, truth, known, transpose)
        if truth is not None:
            check_names(table.names[0 if transpose else 1], truth, "predictions")
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
