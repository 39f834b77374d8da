"""Splits into training and test rows, checked before anything is fitted on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

Fold = tuple[np.ndarray, np.ndarray]


def checked_folds(folds: Iterable[Any], n_rows: int) -> list[Fold]:
    """Training and test rows of every split: row numbers, and none on both sides.

    Raises
    ------
    TypeError
        If a split is not a pair of arrays of integers.
    ValueError
        If there is no split, a side is empty, a row number is out of range, or a
        split tests rows that it trains on.

    Examples
    --------
    >>> checked_folds([([0, 1], [2])], 3)
    [(array([0, 1]), array([2]))]
    """
    found = [_checked(fold, n_rows) for fold in folds]
    if not found:
        raise ValueError(
            "cv holds no split (an iterator can be read once only); give an integer, "
            "a splitter or a list"
        )
    return found


def check_each_once(folds: list[Fold], n_rows: int, setting: str) -> None:
    """Refuse splits unless they hold out every row exactly once, as `setting` needs.

    Examples
    --------
    >>> check_each_once([(np.array([0]), np.array([1])),
    ...                  (np.array([1]), np.array([0]))], 2, "cross_val")
    """
    times = _times_held_out(folds, n_rows)
    if (times != 1).any():
        row = int((times != 1).argmax())
        raise ValueError(
            f"cv holds out row {row} {times[row]} time(s), and {setting} "
            f"needs each of the {n_rows} rows exactly once; use KFold or "
            "StratifiedKFold"
        )


def check_at_most_once(folds: list[Fold], n_rows: int) -> None:
    """Refuse splits that hold out a row again: its losses would count as independent.

    Examples
    --------
    >>> check_at_most_once([(np.array([0]), np.array([1]))], 2)
    """
    times = _times_held_out(folds, n_rows)
    if (times > 1).any():
        row = int((times > 1).argmax())
        raise ValueError(
            f"cv holds out row {row} {times[row]} times, and the interval takes the "
            "losses of all rows held out for independent; use KFold, StratifiedKFold, "
            "or a single random split"
        )


def check_pair(fold: Any) -> None:
    """Refuse a split that is no pair of training and test rows.

    Examples
    --------
    >>> check_pair(([0, 1], [2]))
    """
    if not isinstance(fold, tuple | list) or len(fold) != 2:
        raise TypeError(
            f"cv must hold pairs (training rows, test rows), got {type(fold).__name__}"
        )


def _checked(fold: Any, n_rows: int) -> Fold:
    check_pair(fold)
    train, test = (_rows(part, n_rows) for part in fold)
    both = np.intersect1d(train, test)
    if both.size:
        raise ValueError(
            f"cv holds a split that tests rows which it trains on, such as row "
            f"{both[0]}; their losses say nothing about new rows: keep both apart"
        )
    return train, test


def _rows(part: Any, n_rows: int) -> np.ndarray:
    rows = np.asarray(part)
    if rows.ndim != 1 or rows.size == 0:
        raise ValueError(
            f"cv must hold 1-D arrays of row numbers, at least one on each side, got "
            f"shape {rows.shape}"
        )
    if rows.dtype.kind not in "iu":
        raise TypeError(
            f"cv must hold row numbers, which are integers, got dtype {rows.dtype}; "
            "np.flatnonzero(mask) gives those of a mask"
        )
    if rows.min() < 0 or rows.max() >= n_rows:
        bad = rows.min() if rows.min() < 0 else rows.max()
        raise ValueError(
            f"cv holds row {bad}, and rows are numbered from 0 to {n_rows - 1}"
        )
    return rows


def _times_held_out(folds: list[Fold], n_rows: int) -> np.ndarray:
    return np.bincount(np.concatenate([test for _, test in folds]), minlength=n_rows)
