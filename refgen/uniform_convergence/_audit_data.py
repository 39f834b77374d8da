"""What an audit works on: samples that share no point, and how to transform them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen._estimators.data import check_labels, check_numbers
from refgen._label_types import as_labels
from refgen._naming import naming
from refgen._shown import shown
from refgen.arrays import as_floats
from refgen.uniform_convergence.noise import asymmetry_p_value

Data = tuple[np.ndarray, np.ndarray]


def points_and_labels(X: Any, y: Any) -> Data:
    """X as a matrix of floats and y as labels of two classes or more.

    Raises
    ------
    TypeError, ValueError
        If they are not, or do not fit together.
    """
    check_numbers(X, how="the audit needs numbers")
    check_labels(y)
    points, labels = np.asarray(as_floats("X", X, 2)), np.asarray(as_labels("y", y))
    if points.ndim != 2 or labels.shape != points.shape[:1]:
        raise ValueError(
            "X must have shape (n_points, n_features) and y (n_points,), got "
            f"{points.shape} and {labels.shape}"
        )
    if len(np.unique(labels)) < 2:
        raise ValueError("y holds one class only; a classifier needs two")
    return points, labels


def noise_columns(noise_features: Any, n_features: int) -> np.ndarray:
    """Numbers of columns, which may be given as a mask.

    Raises
    ------
    TypeError, ValueError
        If it names no column, one that X does not have, or one twice.

    Examples
    --------
    >>> noise_columns([False, True, True], 3).tolist()
    [1, 2]
    """
    with naming("noise_features"):
        given = np.asarray(noise_features)
    if given.dtype.kind == "b":
        if given.shape != (n_features,):
            raise ValueError(
                f"noise_features must have an entry for each of {n_features} columns "
                f"of X if it is a mask, got shape {given.shape}"
            )
        given = np.flatnonzero(given)
    if given.ndim != 1 or given.size == 0 or given.dtype.kind not in "iu":
        raise ValueError(
            "noise_features must name columns of X, by a list of numbers from 0 or by "
            f"a mask, got {shown(noise_features)}"
        )
    outside = (given < 0) | (given >= n_features)
    if outside.any() or len(np.unique(given)) < len(given):
        raise ValueError(
            f"noise_features must be different numbers in [0, {n_features}), got "
            f"{int(given[outside][0]) if outside.any() else 'one of them twice'}"
        )
    return given


def negation(columns: np.ndarray) -> Callable[[np.ndarray, np.ndarray], Data]:
    """The transform that changes the sign of some columns of all points, in place."""

    def transform(X: np.ndarray, y: np.ndarray) -> Data:
        X[:, columns] *= -1
        return X, y

    return transform


def transformed(transform: Any, X: np.ndarray, y: np.ndarray, classes: Any) -> Data:
    """What a transform makes of a sample, which it may change in place.

    Raises
    ------
    TypeError, ValueError
        If that is no sample of as many points with the same features and classes.
    """
    found = transform(X, y)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise TypeError(
            f"transform must return a pair (X, y), got {shown(found)}; y is the labels "
            "of the transformed points"
        )
    points = np.asarray(as_floats("X of transform", found[0], 2))
    labels = np.asarray(as_labels("y of transform", found[1]))
    if points.shape != X.shape or labels.shape != y.shape:
        raise ValueError(
            f"transform must return as many points and features as it was given, "
            f"{X.shape}, got {points.shape} and labels {labels.shape}"
        )
    strange = labels[~np.isin(labels, classes)]
    if strange.size:
        raise ValueError(
            f"transform returned the label {shown(strange[0].item())}, which y does "
            "not have; it must preserve the law of the points"
        )
    return points, labels


def disjoint_samples(
    y: np.ndarray, n_samples: Any, sample_size: Any, rng: np.random.RandomState
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each sample its points, and all points that are not in it.

    Raises
    ------
    TypeError, ValueError
        If there are too few points, or a sample has one class only.
    """
    n = len(y)
    count = check_integer("n_samples", n_samples, 1, n)
    size = max(n // max(count, 2), 2) if sample_size is None else sample_size
    size = check_integer("sample_size", size, 2)
    if size * count > n or size >= n:
        raise ValueError(
            f"n_samples and sample_size ask for {count} samples of {size} points that "
            f"share none, and for other points to test on; there are {n} points"
        )
    order = rng.permutation(n)
    found = []
    for i in range(count):
        own = order[i * size : (i + 1) * size]
        if len(np.unique(y[own])) < 2:
            raise ValueError(
                f"sample {i + 1} of {size} points has one class only; ask for fewer "
                "or larger samples by n_samples and sample_size"
            )
        found.append((own, np.setdiff1d(order, own)))
    return found


def denial(X: np.ndarray, y: np.ndarray, columns: np.ndarray) -> float:
    """The p-value of noise columns that might as well have the other sign.

    Within each class; the smallest, times the number of classes.
    """
    classes = np.unique(y)
    values = [float(asymmetry_p_value(X[y == c][:, columns])) for c in classes]
    return min(1.0, len(classes) * min(values))
