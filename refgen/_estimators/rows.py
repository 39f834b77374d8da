"""Rows of data, and what a model predicts for those that it was not trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._estimators.folds import check_each_once, checked_folds
from refgen._naming import naming


def take_rows(value: Any, rows: np.ndarray, n_rows: int) -> Any:
    """The rows of a value that has one row per sample; any other value as it is."""
    if isinstance(value, str) or not hasattr(value, "__len__"):
        return value
    # Sparse matrices have a shape and no length, and are never metadata.
    if len(value) != n_rows:
        return value
    if hasattr(value, "iloc"):
        return value.iloc[rows]
    return np.asarray(value)[rows]


def take_points(X: Any, rows: np.ndarray) -> Any:
    """Rows of an array, sparse matrix or data frame."""
    return X.iloc[rows] if hasattr(X, "iloc") else X[rows]


def out_of_fold(
    train: Callable[..., Any],
    X: Any,
    y: np.ndarray,
    folds: Any,
    params: dict[str, Any],
    predict: Callable[[Any, Any, int], np.ndarray],
    setting: str,
) -> np.ndarray:
    """What models predict for the rows they were not trained on, as `setting` asks.

    ``train(X, y, **params)`` gives a fitted model.
    """
    n, parts = len(y), []
    with naming("cv"):
        folds = checked_folds(folds, n)
    check_each_once(folds, n, setting)
    for rows, test in folds:
        own = {name: take_rows(value, rows, n) for name, value in params.items()}
        model = train(take_points(X, rows), y[rows], **own)
        parts.append(predict(model, take_points(X, test), len(test)))
    order = np.concatenate([test for _, test in folds])
    return np.concatenate(parts)[np.argsort(order)]
