"""Predictions and labels as users give them, checked for their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._label_types import as_labels


def n_axes(predictions: Any) -> int:
    """How many axes predictions have: 3 for probabilities; 0 for ragged lists.

    Examples
    --------
    >>> n_axes([[0, 1], [1, 1]])
    2
    """
    if hasattr(predictions, "ndim"):
        return predictions.ndim
    try:
        return np.ndim(predictions)
    except ValueError:
        return 0


def check_predictions(predictions: Any, minimum_runs: int = 1) -> Any:
    """Hard labels as an array of shape (n_runs, n_points).

    Raises
    ------
    ValueError
        If ragged, not 2-D, empty, holding NaN, or with fewer than `minimum_runs` runs.

    Examples
    --------
    >>> check_predictions([["cat", "dog"], ["cat", "cat"]]).shape
    (2, 2)
    """
    array = as_labels("predictions", predictions)
    if array.ndim != 2:
        raise ValueError(
            "predictions must have shape (n_runs, n_points), got "
            f"shape {array.shape}; for class probabilities of shape (n_runs, n_points, "
            "n_classes) pass argmax(axis=-1) or use disagreement_estimate"
        )
    if array.size == 0:
        raise ValueError(
            f"predictions is empty (shape {array.shape}); "
            "give at least one run and one point"
        )
    check_runs(array.shape[0], minimum_runs)
    return array


def check_runs(n_runs: int, minimum: int) -> None:
    """Raise ValueError unless there are at least `minimum` runs.

    Examples
    --------
    >>> check_runs(2, minimum=2)
    """
    if n_runs < minimum:
        raise ValueError(
            f"predictions holds {n_runs} run(s); at least {minimum} are needed: "
            "train more runs that differ in initialization, data order or data"
        )


def check_given(name: str, labels: Any) -> None:
    """Refuse None where true labels are needed.

    Examples
    --------
    >>> check_given("labels", [0, 1])
    """
    if labels is None:
        raise TypeError(f"{name} must be the true labels of the points, got None")


def check_labels(labels: Any, n_points: int, name: str = "labels") -> Any:
    """True labels, called `name`, as an array of shape (n_points,).

    Raises
    ------
    TypeError
        As `as_labels`.
    ValueError
        If they are not as many as the points, or as `as_labels`.

    Examples
    --------
    >>> check_labels([0, 1], 2).tolist()
    [0, 1]
    """
    array = as_labels(name, labels)
    if array.shape != (n_points,):
        raise ValueError(
            f"{name} must have shape ({n_points},), one per point of predictions, "
            f"got {array.shape}"
        )
    return array


def class_indices(labels: Any, n_points: int, n_classes: int) -> Any:
    """True labels as columns of class probabilities, shape (n_points,).

    Raises
    ------
    ValueError
        If a label is not one of 0 … n_classes − 1.

    Examples
    --------
    >>> class_indices([0.0, 1.0], 2, 2).tolist()
    [0, 1]
    """
    array = check_labels(labels, n_points)
    is_number = array.dtype.kind in "iu"
    if not is_number or bool(((array < 0) | (array >= n_classes)).any()):
        raise ValueError(
            "labels must be class indices 0.."
            f"{n_classes - 1} where predictions are probabilities of {n_classes} "
            "classes; replace each label by the index of its column"
        )
    return array.astype(np.intp)
