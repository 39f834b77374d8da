"""What a model of scikit-learn says of points: numbers, or shares of classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._estimators.data import real_numbers
from refgen._estimators.rows import take_points


def finite_floats(
    model: Any, values: Any, n_rows: int, role: str = "estimator"
) -> np.ndarray:
    """Outputs of a model, checked, as float64 with one row per point.

    `role` is what its user calls it: the name of the argument.
    """
    name = f"{role} ({type(model).__name__})"
    array = real_numbers(name, values)
    if array.ndim == 0 or len(array) != n_rows:
        raise ValueError(
            f"{name} returned shape {array.shape} for {n_rows} points; "
            "it must return one row per point"
        )
    bad = ~np.isfinite(array.reshape(n_rows, -1)).all(axis=1)
    if bad.any():
        raise ValueError(
            f"{name} returned NaN or infinity for {bad.sum()} of {n_rows} points, "
            "and its outputs must be finite numbers; check its training data "
            "and settings, or clip what it predicts"
        )
    return array


def predictions_of(
    model: Any, X: Any, n_rows: int, shape: tuple, role: str = "estimator"
) -> np.ndarray:
    """Predictions of a regressor, of shape (n_rows, *shape)."""
    array = finite_floats(model, model.predict(X), n_rows, role)
    if array.size != n_rows * int(np.prod(shape)):
        raise ValueError(
            f"{role} ({type(model).__name__}) predicts shape {array.shape} for y "
            f"of shape {('n', *shape)}; wrap it in MultiOutputRegressor, or fit it on "
            "the same targets"
        )
    return array.reshape(n_rows, *shape)


def labels_predicted(
    model: Any, X: Any, n_rows: int, role: str = "estimator"
) -> np.ndarray:
    """Classes that a classifier predicts, one for each point.

    Another shape would be compared with labels all the same, by broadcasting.
    """
    answers = np.asarray(model.predict(X))
    if answers.shape != (n_rows,):
        raise ValueError(
            f"{role} predicted an array of shape {answers.shape} for {n_rows} points; "
            "it must predict one class for each"
        )
    return answers


def probabilities_of(
    model: Any,
    X: Any,
    n_rows: int,
    classes: np.ndarray,
    temperature: float = 1.0,
    role: str = "estimator",
) -> np.ndarray:
    """softmax(logits/temperature) of a classifier, for `classes`; others have 0."""
    found = np.zeros((n_rows, len(classes)))
    columns = np.searchsorted(classes, model.classes_)
    found[:, columns] = _tempered(model, X, n_rows, temperature, role)
    return found


def _tempered(
    model: Any, X: Any, n_rows: int, temperature: float, role: str
) -> np.ndarray:
    n_classes, name = len(model.classes_), f"{role} ({type(model).__name__})"
    if hasattr(model, "predict_proba"):
        found = finite_floats(model, model.predict_proba(X), n_rows, role)
        shares = _of_probabilities(name, found, temperature)
    elif hasattr(model, "decision_function"):
        logits = finite_floats(model, model.decision_function(X), n_rows, role)
        # Three classes have three pairs: the shape does not tell which is meant.
        by_pairs = getattr(model, "decision_function_shape", "ovr") == "ovo"
        if by_pairs and n_classes == 3:
            raise ValueError(
                f"{name} scores pairs of classes; use one with one score per class, "
                "e.g. SVC(decision_function_shape='ovr')"
            )
        shares = _of_logits(logits, temperature)
    else:
        shares = (model.predict(X)[:, None] == model.classes_) * 1.0
    if shares.shape != (n_rows, n_classes):
        raise ValueError(
            f"{name} scores {shares.shape[1]} columns for {n_classes} classes; use "
            "one with one score per class, e.g. SVC(decision_function_shape='ovr')"
        )
    return shares / shares.sum(axis=1, keepdims=True)


def _of_probabilities(name: str, shares: np.ndarray, temperature: float) -> np.ndarray:
    if (shares < 0).any():
        raise ValueError(
            f"{name} gives a class probability {shares.min():g}; use one whose "
            "probabilities are at least 0"
        )
    if (shares.reshape(len(shares), -1).max(axis=1) <= 0).any():
        raise ValueError(
            f"{name} gives all classes probability 0 at some points; use one "
            "whose rows sum to 1"
        )
    # Probabilities determine logits up to a constant, which softmax ignores.
    return (shares / shares.max(axis=1, keepdims=True)) ** (1 / temperature)


def _of_logits(logits: np.ndarray, temperature: float) -> np.ndarray:
    if logits.ndim == 1:
        logits = np.stack([np.zeros(len(logits)), logits], axis=1)
    # What overflows is so far behind that its share is 0.
    with np.errstate(over="ignore"):
        beyond = logits - logits.max(axis=1, keepdims=True)
        return np.exp(beyond / temperature)


def dtype_of_scores(model: Any, X: Any) -> np.dtype:
    """In which precision a fitted base says what it knows of one point."""
    score = getattr(model, "predict_proba", model.predict)
    return np.asarray(score(take_points(X, np.array([0])))).dtype
