"""Rows to explain as numbers, and neighbours as the model takes them."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._estimators.data import check_numbers
from refgen._naming import naming
from refgen._scales import check_scale
from refgen._shown import listed
from refgen.arrays import as_floats

_READ = "an explanation needs numbers; hand over a data frame for a mixed table"

_ALL = slice(None)


class ExplainedRows:
    """The numeric columns of X, which neighbours change; other columns stay.

    Attributes
    ----------
    points : array of shape (n_rows, n_features)
    names : tuple of str, or column labels of a frame
    """

    def __init__(self, X: Any, argument: str = "X") -> None:
        self._frame = X if hasattr(X, "iloc") and hasattr(X, "columns") else None
        if getattr(X, "ndim", 2) == 1:
            raise ValueError(
                f"{argument} has one dimension; of one row give X.reshape(1, -1), or "
                "df.iloc[[i]] of a data frame"
            )
        with naming(argument):
            check_numbers(X, is_read=self._frame is not None, how=_READ)
        if self._frame is None:
            self.points = _matrix(argument, X)
            self.names: tuple = tuple(f"x{j}" for j in range(self.points.shape[1]))
        else:
            self.names = _numeric_columns(argument, X)
            numbers = X[list(self.names)].to_numpy(dtype=float, na_value=np.nan)
            self.points = _matrix(argument, numbers)

    def in_order(self, numbers: np.ndarray, labels: tuple) -> np.ndarray:
        """Numbers with labels, in the order of the columns that have these labels."""
        if self._frame is None:
            return numbers
        known = dict(zip(labels, numbers, strict=True))
        missing = [name for name in self.names if name not in known]
        if missing:
            raise ValueError(
                f"scale has no number for the columns {listed(missing)} of X; give a "
                "Series with their names as its index, or an array"
            )
        return np.array([known[name] for name in self.names])

    def as_given(self, points: Any, rows: slice = _ALL, times: int = 1) -> Any:
        """Points (n·times, n_features) near some rows, as the model takes them."""
        if self._frame is None:
            return points
        numbers = np.repeat(np.arange(len(self._frame))[rows], times)
        frame = self._frame.iloc[numbers].reset_index(drop=True)
        changed = dict(zip(self.names, points.T, strict=True))
        fresh = type(frame)(changed, index=frame.index, columns=list(self.names))
        for name in frame.columns:
            if name not in changed:
                fresh[name] = frame[name]
        return fresh[list(frame.columns)]


def check_same_columns(X: Any, other: Any, name: str) -> None:
    """Two frames have their columns of numbers in the same order.

    Distances take columns by their places, and a model may take them by name.
    """
    if not all(hasattr(table, "columns") for table in (X, other)):
        return
    for theirs, ours in zip(_columns(other, "biuf"), _columns(X, "biuf"), strict=False):
        if theirs != ours:
            raise ValueError(
                f"{name} has the column {theirs!r} where X has {ours!r}; give both the "
                "same columns in the same order"
            )


def _matrix(argument: str, X: Any) -> Any:
    array = as_floats(argument, X, 2)
    if array.ndim != 2:
        raise ValueError(
            f"{argument} must have shape (n_rows, n_features), got {array.shape}"
        )
    return check_scale(argument, array, 2)


def _numeric_columns(argument: str, frame: Any) -> tuple:
    """Columns of numbers; integer codes of categories are numbers, flags are not."""
    found = _columns(frame, "iuf")
    if not found:
        raise ValueError(
            f"{argument} has no column of numbers among {listed(frame.columns)}; "
            "neighbours change numbers only, so convert columns of the type object "
            "that hold numbers by astype(float)"
        )
    return found


def _columns(frame: Any, kinds: str) -> tuple:
    """Names of the columns whose types are of these kinds."""
    pairs = zip(frame.columns, frame.dtypes, strict=True)
    return tuple(name for name, dtype in pairs if getattr(dtype, "kind", "O") in kinds)
