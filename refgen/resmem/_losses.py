"""How predictions are judged, row by row."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier

_LOSSES = {"regressor": ("squared_error",), "classifier": ("zero_one", "brier")}


def check_loss(estimator: Any, loss: str | None) -> str:
    """`loss`, or the default, after a check that it fits the estimator."""
    kind = "classifier" if is_classifier(estimator) else "regressor"
    if loss is None:
        return _LOSSES[kind][0]
    if loss not in _LOSSES[kind]:
        raise ValueError(
            f"loss must be one of {_LOSSES[kind]} for a {kind}, got {loss!r}"
        )
    return loss


def losses(model: Any, y: np.ndarray, scores: np.ndarray, loss: str) -> np.ndarray:
    """Loss of each row, from the scores of its classes or outputs."""
    if loss == "zero_one":
        return (model.classes_[scores.argmax(axis=1)] != y).astype(float)
    if loss == "brier":
        return ((scores - (y[:, None] == model.classes_)) ** 2).sum(axis=1)
    return ((scores - y).reshape(len(y), -1) ** 2).mean(axis=1)
