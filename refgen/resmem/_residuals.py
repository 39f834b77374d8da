"""What a base predicts, on its training rows or out of fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import clone

from refgen._naming import naming
from refgen.resmem._data import real_numbers
from refgen.resmem._folds import check_each_once, checked_folds


def finite_floats(model: Any, values: Any, n_rows: int) -> np.ndarray:
    """Outputs of a base, checked, as float64 with one row per point."""
    name = type(model).__name__
    array = real_numbers(f"estimator ({name})", values)
    if array.ndim == 0 or len(array) != n_rows:
        raise ValueError(
            f"estimator ({name}) returned shape {array.shape} for {n_rows} points; "
            "it must return one row per point"
        )
    bad = ~np.isfinite(array.reshape(n_rows, -1)).all(axis=1)
    if bad.any():
        raise ValueError(
            f"estimator ({name}) returned NaN or infinity for {bad.sum()} of "
            f"n_samples={n_rows} points, and residuals need finite numbers; check its "
            "training data and settings, or clip what it predicts"
        )
    return array


def base_predictions(model: Any, X: Any, n_rows: int, shape: tuple) -> np.ndarray:
    """Predictions of a regressor, of shape (n_rows, *shape)."""
    array = finite_floats(model, model.predict(X), n_rows)
    if array.size != n_rows * int(np.prod(shape)):
        raise ValueError(
            f"estimator ({type(model).__name__}) predicts shape {array.shape} for y "
            f"of shape {('n', *shape)}; wrap it in MultiOutputRegressor, or fit it on "
            "the same targets"
        )
    return array.reshape(n_rows, *shape)


def base_probabilities(
    model: Any, X: Any, n_rows: int, classes: np.ndarray, temperature: float
) -> np.ndarray:
    """softmax(logits/temperature) of a classifier, for `classes`; others have 0."""
    found = np.zeros((n_rows, len(classes)))
    columns = np.searchsorted(classes, model.classes_)
    found[:, columns] = _tempered(model, X, n_rows, temperature)
    return found


def _tempered(model: Any, X: Any, n_rows: int, temperature: float) -> np.ndarray:
    n_classes = len(model.classes_)
    if hasattr(model, "predict_proba"):
        shares = finite_floats(model, model.predict_proba(X), n_rows)
        if (shares < 0).any():
            raise ValueError(
                f"estimator ({type(model).__name__}) gives a class probability "
                f"{shares.min():g}; use a base whose probabilities are at least 0"
            )
        if (shares.reshape(n_rows, -1).max(axis=1) <= 0).any():
            raise ValueError(
                f"estimator ({type(model).__name__}) gives all classes probability 0 "
                "at some points; use a base whose rows sum to 1"
            )
        # Probabilities determine logits up to a constant, which softmax ignores.
        shares = (shares / shares.max(axis=1, keepdims=True)) ** (1 / temperature)
    elif hasattr(model, "decision_function"):
        logits = finite_floats(model, model.decision_function(X), n_rows)
        # Three classes have three pairs: the shape does not tell which is meant.
        by_pairs = getattr(model, "decision_function_shape", "ovr") == "ovo"
        if by_pairs and n_classes == 3:
            raise ValueError(
                f"estimator ({type(model).__name__}) scores pairs of classes; use a "
                "base with one score per class, e.g. "
                "SVC(decision_function_shape='ovr')"
            )
        if logits.ndim == 1:
            logits = np.stack([np.zeros(n_rows), logits], axis=1)
        # What overflows is so far behind that its share is 0.
        with np.errstate(over="ignore"):
            beyond = logits - logits.max(axis=1, keepdims=True)
            shares = np.exp(beyond / temperature)
    else:
        shares = (model.predict(X)[:, None] == model.classes_) * 1.0
    if shares.shape != (n_rows, n_classes):
        raise ValueError(
            f"estimator ({type(model).__name__}) scores {shares.shape[1]} columns for "
            f"{n_classes} classes; use a base with one score per class, e.g. "
            "SVC(decision_function_shape='ovr')"
        )
    return shares / shares.sum(axis=1, keepdims=True)


def dtype_of_scores(model: Any, X: Any) -> np.dtype:
    """In which precision a fitted base says what it knows of one point."""
    score = getattr(model, "predict_proba", model.predict)
    return np.asarray(score(take_points(X, np.array([0])))).dtype


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
    estimator: Any,
    X: Any,
    y: np.ndarray,
    folds: Any,
    params: dict[str, Any],
    predict: Callable[[Any, Any, int], np.ndarray],
) -> np.ndarray:
    """What clones predict for the rows they were not trained on."""
    n, parts = len(y), []
    with naming("cv"):
        folds = checked_folds(folds, n)
    check_each_once(folds, n)
    for train, test in folds:
        own = {name: take_rows(value, train, n) for name, value in params.items()}
        model = clone(estimator).fit(take_points(X, train), y[train], **own)
        parts.append(predict(model, take_points(X, test), len(test)))
    order = np.concatenate([test for _, test in folds])
    return np.concatenate(parts)[np.argsort(order)]
