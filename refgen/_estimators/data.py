"""What X, y and weights must not be: masked, no numbers, or of extreme size."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from refgen._shown import has
from refgen.arrays import refuse_masked

# Outside of these sizes squares, or their sums over any data that fit into memory,
# overflow or lose digits in float64.
_LARGEST, _SMALLEST = 2.0**450, 2.0**-450

_HELD = {
    "M": "times",
    "m": "times",
    "V": "records",
    "U": "text",
    "S": "text",
    "categor": "categories",
    "enum": "categories",
    "period": "times",
    "interval": "intervals",
}
_HOW = "the model needs numbers; make numbers of them, e.g. by a ColumnTransformer"


def check_numbers(X: Any, is_read: bool = False, how: str = _HOW) -> None:
    """Refuse points that hold something else than numbers.

    Columns of a frame may hold anything if something reads them that can, and an array
    text. Sparse matrices pass, and what scikit-learn refuses by itself. `how` ends the
    message: what needs numbers, and what to do.

    Raises
    ------
    TypeError
        If the points are masked, or times, categories, text or records.
    ValueError
        If two columns have the same name.
    """
    refuse_masked("X", X)
    if hasattr(X, "columns"):
        _check_columns(X, is_read, how)
    elif _kind(getattr(X, "dtype", None)) in ("mMV" if is_read else "mMVUS"):
        _refuse_held("X", X.dtype, how)


def _check_columns(X: Any, is_read: bool, how: str) -> None:
    names = list(X.columns)
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"X has several columns of the name {twice!r}; rename them")
    if not is_read:
        for name, dtype in zip(names, X.dtypes, strict=True):
            if str(dtype).lower().startswith("sparse"):
                raise TypeError(
                    f"X column {name!r} is sparse; pass X.sparse.to_dense()"
                )
            _refuse_held(f"X column {name!r}", dtype, how)


def check_targets(y: Any) -> None:
    """Refuse numbers to predict that are masked, times, records or text.

    Raises
    ------
    TypeError
        If they are.
    """
    refuse_masked("y", y)
    held = _held_by(y, "mMVUS")
    if held is None and _has_text(y):
        held = "text"
    if held == "times":
        raise TypeError(
            "y holds times; convert them to numbers in a unit of your choice, e.g. "
            "(y - y.min()) / np.timedelta64(1, 'D')"
        )
    if held is not None:
        raise TypeError(f"y holds {held}; give numbers, or use a classifier")


def check_labels(y: Any) -> None:
    """Refuse classes that are masked, times or records.

    Raises
    ------
    TypeError
        If they are.
    """
    refuse_masked("y", y)
    held = _held_by(y, "mMV")
    if held is not None:
        raise TypeError(f"y holds {held}; encode the classes as integers or text")


def check_squares(name: str, what: str, array: np.ndarray) -> None:
    """Refuse numbers whose squares overflow, or all lose digits, in float64.

    Raises
    ------
    ValueError
        If the largest is above 2⁴⁵⁰ or, without being 0, below 2⁻⁴⁵⁰.

    Examples
    --------
    >>> check_squares("y", "errors of predictions of y", np.array([0.0, 1.0]))
    """
    with np.errstate(over="ignore"):
        largest = float(abs(array.astype(float)).max()) if array.size else 0.0
    if largest == 0 or _SMALLEST <= largest <= _LARGEST:
        return
    happens = "overflow" if largest > _LARGEST else "vanish"
    raise ValueError(
        f"{name} {has(name)} a scale at which squares {happens} in float64 ({what} up "
        f"to {largest:.3g}); divide {name} by a typical value"
    )


def real_numbers(giver: str, values: Any) -> np.ndarray:
    """What an estimator or embedding returned as float64, before any other check.

    Raises
    ------
    TypeError
        If it is masked, complex, text, times or records: a cast would lose that.

    Examples
    --------
    >>> real_numbers("embedding", [[1, 2]])
    array([[1., 2.]])
    """
    if isinstance(values, np.ma.MaskedArray):
        raise TypeError(f"{giver} returned a masked array, whose mask would be lost")
    array = np.asarray(values)
    if array.dtype.kind not in "fiubO":
        raise TypeError(
            f"{giver} returned dtype {array.dtype}, and must return real numbers"
        )
    # Numbers of a longer type may overflow, and are refused afterwards.
    with np.errstate(over="ignore"):
        return array.astype(float)


def _held_by(y: Any, kinds: str) -> str | None:
    """What `y` holds if its type is of one of the kinds."""
    dtypes = y.dtypes if hasattr(y, "columns") else [getattr(y, "dtype", None)]
    found = [_HELD[_kind(dtype)] for dtype in dtypes if _kind(dtype) in kinds]
    return found[0] if found else None


def _has_text(y: Any) -> bool:
    """Whether an array of objects, or a list, holds text: NumPy would read numbers."""
    with np.errstate(all="ignore"), contextlib.suppress(ValueError, TypeError):
        array = np.asarray(y)
        if array.dtype.kind in "US":
            return True
        return array.dtype.kind == "O" and any(
            isinstance(value, str | bytes) for value in array.ravel()
        )
    return False


def _kind(dtype: Any) -> str:
    return str(getattr(dtype, "kind", "O"))


def _refuse_held(name: str, dtype: Any, how: str) -> None:
    text = str(dtype).lower()
    held = _HELD.get(_kind(dtype))
    for start in ("categor", "enum", "period", "interval"):
        if text.startswith(start):
            held = _HELD[start]
    if held is not None:
        raise TypeError(f"{name} holds {held}, and {how}")
