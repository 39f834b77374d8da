"""How predictions are judged, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_consistent_length, column_or_1d

from refgen._checks import check_choice

_LOSSES = {"regressor": ("squared_error",), "classifier": ("zero_one", "brier")}


def check_loss(estimator: Any, loss: str | None) -> str:
    """`loss`, or the default, after a check that it fits the estimator."""
    kind = "classifier" if is_classifier(estimator) else "regressor"
    if loss is None:
        return _LOSSES[kind][0]
    return check_choice("loss", loss, _LOSSES[kind], f" for a {kind}")


def paired_data(estimator: Any, X: Any, y: Any) -> tuple[Any, np.ndarray]:
    """X with rows that can be selected, and y as `losses` reads it, labels 1-D."""
    check_consistent_length(X, y)
    if hasattr(X, "tocsr"):
        X = X.tocsr()
    elif not hasattr(X, "shape"):
        X = np.asarray(X)
    # A column of labels would be compared with every prediction.
    return X, column_or_1d(y, warn=True) if is_classifier(estimator) else np.asarray(y)


def losses(model: Any, y: np.ndarray, scores: np.ndarray, loss: str) -> np.ndarray:
    """Loss of each row, from the scores of its classes or outputs."""
    if loss == "zero_one":
        return (model.classes_[scores.argmax(axis=1)] != y).astype(float)
    if loss == "brier":
        return ((scores - (y[:, None] == model.classes_)) ** 2).sum(axis=1)
    return ((scores - y).reshape(len(y), -1) ** 2).mean(axis=1)
