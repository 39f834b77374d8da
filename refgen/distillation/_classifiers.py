"""A teacher and its student: two fitted classifiers that know the same classes."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils.validation import _num_samples, check_is_fitted

from refgen._estimators.outputs import finite_floats
from refgen._label_types import as_labels
from refgen.arrays import refuse_masked


def common_classes(teacher: Any, student: Any) -> np.ndarray:
    """Classes that both estimators know."""
    for name, estimator in (("teacher", teacher), ("student", student)):
        if not hasattr(estimator, "predict_proba"):
            raise TypeError(
                f"{name} must be a classifier with predict_proba, got "
                f"{type(estimator).__name__}; for probabilities of your own use "
                "ConfidenceDisplay.from_predictions"
            )
        check_is_fitted(estimator)
    known, others = as_labels("teacher", teacher.classes_), student.classes_
    if not np.array_equal(known, others):
        raise ValueError(
            f"teacher knows the classes {known.tolist()} and student "
            f"{np.asarray(others).tolist()}; train both on the same classes"
        )
    return known


def probabilities_of_pair(teacher: Any, student: Any, X: Any) -> list[np.ndarray]:
    """Finite class probabilities of both for three points at least."""
    refuse_masked("X", X)
    n_rows = _num_samples(X)
    if n_rows < 3:
        raise ValueError(
            f"X has {n_rows} row(s), and the interval of a slope needs at least 3"
        )
    return [
        finite_floats(model, model.predict_proba(X), n_rows, name)
        for name, model in (("teacher", teacher), ("student", student))
    ]


def columns_of(y: Any, classes: np.ndarray) -> np.ndarray:
    """Labels as columns of the probabilities."""
    labels = as_labels("y", y)
    unknown = ~np.isin(labels, classes)
    if unknown.any():
        raise ValueError(
            f"y must hold classes of the teacher, {classes.tolist()}, got "
            f"{labels[unknown].tolist()[0]!r}"
        )
    return np.searchsorted(classes, labels)
