"""Checks of what a display of the eigenspace is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._numbers import as_not_negative
from refgen.arrays import as_floats


def by_direction(name: str, value: Any, n_directions: int) -> np.ndarray:
    array = as_floats(name, value, 1)
    if array.ndim > 2 or len(array) != n_directions:
        raise ValueError(
            f"{name} must have one row or number for each of the {n_directions} "
            f"eigenvalues, got shape {array.shape}"
        )
    return array


def ordered_path(name: str, value: Any, order: np.ndarray) -> np.ndarray | None:
    if value is None:
        return None
    path = as_floats(name, value, 2)
    if path.ndim != 2 or path.shape[1] != len(order):
        raise ValueError(
            f"{name} must have shape (n_times, n_directions) with {len(order)} "
            f"directions, one per eigenvalue, got {path.shape}"
        )
    return path[:, order]


def pair_of_shares(linear: Any) -> tuple[float, float]:
    shares = as_not_negative("linear", linear, 1)
    if shares.shape != (2,) or (shares > 1).any():
        raise ValueError(
            "linear must be the shares of teacher and student, two numbers in [0, 1], "
            f"got {shares.tolist()}"
        )
    return float(shares[0]), float(shares[1])


def checked_bottom(
    bottom: Sequence[int] | None, top: int, n_directions: int
) -> tuple[int, ...]:
    if bottom is None:
        below = range(top + 1, n_directions)
        return tuple(sorted({below[len(below) // 2], below[-1]})) if below else ()
    if isinstance(bottom, str) or not isinstance(bottom, Sequence | np.ndarray):
        raise TypeError(
            f"bottom must be a list of integers, got {type(bottom).__name__}"
        )
    listed = [check_integer("bottom", k, 0, n_directions - 1) for k in bottom]
    if top in listed:
        raise ValueError(f"bottom must not hold top={top}; name other directions")
    return tuple(listed)
