"""Labels as integers in a small range, by tables where that is faster than sorting."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._label_types import as_labels, comparable
from refgen._shown import listed
from refgen.arrays import namespace

# Below this range of integer labels a table of all of them is faster than sorting.
_TABLE_SIZE = 1 << 16


def label_range(values: Any) -> tuple[int, int] | None:
    """Smallest and largest label, if they are integers that fit a lookup table.

    Examples
    --------
    >>> label_range(np.array([3, 5]))
    (3, 5)
    """
    if values.dtype.kind not in "iu":
        return None
    low, high = int(values.min()), int(values.max())
    return (low, high) if high - low < _TABLE_SIZE and high < 2**63 else None


def encoded(
    array: Any,
    truth: Any = None,
    classes: Any = None,
    name: str = "labels",
    predicted: str = "predictions",
) -> tuple[Any, Any, Any]:
    """Class codes of checked labels, and the classes that codes stand for.

    Parameters
    ----------
    array : array of shape (n_runs, n_points)
        As from `check_predictions`.
    truth : array of shape (n_points,), optional
        As from `check_labels`.
    classes : array of shape (n_classes,), optional
        All classes, distinct; by default those that occur.
    name, predicted : str
        What errors call `truth` and `array`.

    Returns
    -------
    codes, truth, classes : arrays
        Codes of `array` and of `truth` (None without), and the classes.

    Raises
    ------
    ValueError
        If a label is not among `classes`, or `classes` repeats.
    TypeError
        If the labels are of types that cannot be equal.

    Examples
    --------
    >>> codes, _, classes = encoded(np.array([["cat", "dog"], ["cat", "cat"]]))
    >>> codes.tolist(), classes.tolist()
    ([[0, 1], [0, 0]], ['cat', 'dog'])
    """
    given = {predicted: array, name: truth, "classes": classes}
    if classes is not None:
        given["classes"] = as_labels("classes", classes)
    array, truth, classes = comparable(given)
    if classes is None:
        labels = [_distinct(a) for a in (array, truth) if a is not None]
        known = _distinct(namespace(array).concatenate(labels))
    else:
        known = _checked_classes(classes, array)
    codes = _codes(predicted, array, known)
    return codes, None if truth is None else _codes(name, truth, known), known


def _checked_classes(classes: Any, array: Any) -> Any:
    xp = namespace(array)
    if namespace(classes) is not xp:
        raise TypeError(
            "classes and predictions are on different devices; move one of them"
        )
    n = len(classes) if classes.ndim == 1 else 0
    if n == 0 or len(xp.unique(classes)) != n:
        raise ValueError("classes must be a 1-D array of distinct labels")
    return classes


def _distinct(values: Any) -> Any:
    """Sorted distinct labels."""
    xp, bounds = namespace(values), label_range(values)
    if bounds is None:
        return xp.unique(values)
    low, high = bounds
    present = xp.zeros(high - low + 1, bool)
    present[_places(values, low)] = True
    return (xp.flatnonzero(present) + low).astype(values.dtype)


def _places(values: Any, low: int) -> Any:
    """Places in a lookup table; narrow types would wrap around."""
    return values.astype(np.int64, copy=False) - low


def _codes(name: str, values: Any, classes: Any) -> Any:
    xp = namespace(values)
    bounds = label_range(values)
    if bounds is not None and label_range(classes) is not None:
        codes = _codes_by_table(values, bounds, classes)
        is_strange = codes < 0
    else:
        order = xp.argsort(classes)
        position = xp.searchsorted(classes, values, sorter=order)
        codes = order[xp.minimum(position, len(classes) - 1)]
        is_strange = classes[codes] != values
    if bool(is_strange.any()):
        found = values[is_strange].ravel()[0].item()
        raise ValueError(
            f"{name} holds {found!r}, which is not among the classes "
            f"{listed(classes.tolist())}"
        )
    return codes


def _codes_by_table(values: Any, bounds: tuple[int, int], classes: Any) -> Any:
    """The place of each value in `classes`; negative where it is not there."""
    xp, (low, high) = namespace(values), bounds
    table = xp.full(high - low + 1, -1)
    places = _places(classes, low)
    inside = (places >= 0) & (places < len(table))
    table[places[inside]] = xp.flatnonzero(inside)
    return table[_places(values, low)]
