"""Labels as users give them, checked and turned into plain arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.arrays import namespace, refuse_special


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


def check_labels(labels: Any, n_points: int) -> Any:
    """True labels as an array of shape (n_points,).

    Examples
    --------
    >>> check_labels([0, 1], 2).tolist()
    [0, 1]
    """
    array = as_labels("labels", labels)
    if array.shape != (n_points,):
        raise ValueError(
            f"labels must have shape ({n_points},), one per point of predictions, "
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
    is_number = array.dtype.kind in "biuf"
    if not is_number or bool(
        ((array < 0) | (array >= n_classes) | (array % 1 != 0)).any()
    ):
        raise ValueError(
            "labels must be class indices 0.."
            f"{n_classes - 1} where predictions are probabilities of {n_classes} "
            "classes; replace each label by the index of its column"
        )
    return array.astype(np.intp)


def as_labels(name: str, values: Any) -> Any:
    """Labels as a plain array of integers, finite numbers, booleans or text.

    Raises
    ------
    TypeError
        For masked or sparse input, mixed or missing labels, or other types.
    ValueError
        If ragged, or holding NaN or infinity.

    Examples
    --------
    >>> as_labels("labels", np.array([1, 2], dtype=object)).dtype.kind
    'i'
    """
    refuse_special(name, values)
    xp = namespace(values)
    array = values if xp is not np else _host_labels(name, values)
    if array.dtype.kind not in "biufUS":
        raise TypeError(
            f"{name} must hold integers, numbers or text, got dtype {array.dtype}"
        )
    if array.dtype.kind == "f" and not bool(xp.isfinite(array).all()):
        raise ValueError(
            f"{name} holds NaN or infinity; drop or re-predict those points"
        )
    return array


def _host_labels(name: str, values: Any) -> np.ndarray:
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: every run must predict the same points"
        ) from error
    listed = not hasattr(values, "dtype")
    if array.dtype.kind == "O" or (listed and array.dtype.kind in "US"):
        # NumPy would turn a list of 1 and "1" into equal texts.
        return _of_one_type(name, np.asarray(values, dtype=object))
    return array


def _of_one_type(name: str, objects: np.ndarray) -> np.ndarray:
    """Python objects that are all text, or all numbers, as such an array."""
    kinds = {type(value) for value in objects.ravel()}
    for family in (str, (int, np.integer), (int, float, np.number, np.bool_)):
        if kinds and all(issubclass(kind, family) for kind in kinds):
            return np.array(objects.tolist())
    shown = sorted(kind.__name__ for kind in kinds)
    raise TypeError(
        f"{name} mixes types ({', '.join(shown)}) or has missing labels; "
        "encode them as all text or all integers"
    )
