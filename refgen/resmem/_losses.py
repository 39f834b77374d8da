"""How predictions are judged, row by row, and what rounding may change of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_array, check_consistent_length, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from refgen._checks import check_choice
from refgen._estimators.data import check_labels, check_squares, check_targets
from refgen._estimators.outputs import dtype_of_scores
from refgen._naming import naming
from refgen.arrays import UNIT_ROUNDOFF
from refgen.resmem._checks import check_points

_LOSSES = {"regressor": ("squared_error",), "classifier": ("zero_one", "brier")}

# A sum of n numbers has n roundings of at most half a unit each. Taken as independent
# they stay below _DEVIATIONS √n of these, but for a probability of 2 exp(−8²/2) = 3e-14
# (Higham & Mary 2019, "A new approach to probabilistic rounding error analysis").
_DEVIATIONS = 8.0


def check_loss(estimator: Any, loss: str | None) -> str:
    """`loss`, or the default, after a check that it fits the estimator."""
    kind = "classifier" if is_classifier(estimator) else "regressor"
    if loss is None:
        return _LOSSES[kind][0]
    return check_choice("loss", loss, _LOSSES[kind], f" for a {kind}")


def paired_data(estimator: Any, X: Any, y: Any) -> tuple[Any, np.ndarray]:
    """X with rows that can be selected, and y as `losses` reads it, labels 1-D."""
    check_points(X, estimator.embedding is not None)
    with naming("y"):
        y = _labels(y) if is_classifier(estimator) else _numbers(y)
    with naming("X"):
        if hasattr(X, "tocsr"):
            X = X.tocsr()
        elif not hasattr(X, "shape"):
            X = np.asarray(X)
        check_consistent_length(X)
    with naming("X", "y"):
        check_consistent_length(X, y)
    return X, y


def _labels(y: Any) -> np.ndarray:
    check_labels(y)
    # A column of labels would be compared with every prediction.
    labels = column_or_1d(y, warn=True)
    check_classification_targets(labels)
    return labels


def _numbers(y: Any) -> np.ndarray:
    check_targets(y)
    y = check_array(y, ensure_2d=False, dtype="numeric", input_name="y")
    check_squares("y", "values", y)
    # Longer types would be rounded here and not there.
    return y if y.dtype.itemsize <= 8 else y.astype(float)


def losses(model: Any, y: np.ndarray, scores: np.ndarray, loss: str) -> np.ndarray:
    """Loss of each row, from the scores of its classes or outputs."""
    if loss == "zero_one":
        return (model.classes_[scores.argmax(axis=1)] != y).astype(float)
    if loss == "brier":
        return ((scores - (y[:, None] == model.classes_)) ** 2).sum(axis=1)
    with np.errstate(over="ignore"):
        found = ((scores - y).reshape(len(y), -1) ** 2).mean(axis=1)
    if not np.isfinite(found).all():
        raise ValueError(
            "estimator predicts so far from y that squared errors overflow float64; "
            "check its settings"
        )
    return found


def rounding_of_gain(
    model: Any, X: Any, y: np.ndarray, base: Any, added: Any, loss: str
) -> np.ndarray:
    """How much rounding may change each row's loss of the base minus that of ResMem.

    A prediction made of n training rows is known up to n roundings of the largest
    number that it may sum, S = max |y| + max |base|: δ = `_roundings` · u · S. Memory
    repeats that error in the residuals and sums once more: 3δ for ResMem. A squared
    error e² then is known up to 2|e|δ + δ². Labels that are right or wrong have no
    such error.
    """
    if loss == "zero_one":
        return np.zeros(len(y))
    target = y[:, None] == model.classes_ if loss == "brier" else y
    fitted, scores, more, target = (
        np.asarray(part, float).reshape(len(part), -1)
        for part in (model.targets_, base, added, target)
    )
    largest = abs(fitted).max(axis=0) + abs(scores).max(axis=0)
    delta = _roundings(len(fitted)) * _unit(model, X) * largest
    first, second = abs(scores - target), abs(scores + more - target)
    rounding = delta * (2 * first + delta + 3 * (2 * second + 3 * delta))
    return rounding.sum(axis=1) if loss == "brier" else rounding.mean(axis=1)


def _roundings(n: int) -> float:
    # A few more for the weights and for the loss itself.
    return min(n + 5.0, _DEVIATIONS * np.sqrt(n + 5.0))


def _unit(model: Any, X: Any) -> float:
    """The unit roundoff of the base's scores, if it is coarser than that of float64."""
    dtype = dtype_of_scores(model.estimator_, X)
    if not np.issubdtype(dtype, np.floating):
        return UNIT_ROUNDOFF
    return max(UNIT_ROUNDOFF, float(np.finfo(dtype).eps / 2))
