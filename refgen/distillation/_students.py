"""Training with weights, and of a classifier on shares of classes."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils import get_tags

from refgen._estimators.rows import take_points


def fitted(model: Any, X: Any, y: Any, weights: Any, role: str) -> Any:
    """`model` trained on weighted rows; weights of None are not passed on."""
    if weights is None:
        return model.fit(X, y)
    check_takes_weights(model, role, "sample_weight was given to fit", "")
    return _last_step_fitted(
        model, X, y, lambda last, points: last.fit(points, y, sample_weight=weights)
    )


def fitted_on_shares(
    model: Any, X: Any, labels: np.ndarray, shares: np.ndarray, classes: np.ndarray
) -> Any:
    """A classifier trained on rows that belong to every class with some share.

    A row is repeated for every class of which it has a share, with the share as its
    weight. Steps of a pipeline before the classifier see each row once, with its label.
    """
    rows, columns = np.nonzero(shares)
    if len(classes) > 1 and (columns == columns[0]).all():
        only = classes.tolist()[columns[0]]
        raise ValueError(
            f"teacher gives class {only!r} all its weight in every row, so the student "
            "would see no other class; raise label_weight or temperature, or use a "
            "better teacher"
        )

    def fit(last: Any, points: Any) -> Any:
        return last.fit(
            take_points(points, rows),
            classes[columns],
            sample_weight=shares[rows, columns],
        )

    return _last_step_fitted(model, X, labels, fit)


def check_takes_weights(model: Any, role: str, why: str, instead: str) -> None:
    """Refuse a model whose ``fit`` has no ``sample_weight``."""
    if not _takes_weights(model):
        raise ValueError(
            f"{role} ({type(model).__name__}) takes no sample_weight in fit, and "
            f"{why}; use a {role} that does{instead}"
        )


def check_learns_shares(student: Any, n_classes: int) -> None:
    """Refuse a student of shares of classes that has no way to learn them."""
    tags = get_tags(student)
    if tags.estimator_type == "classifier":
        why = "soft targets are weights of its rows"
        instead = ", or a regressor, which learns the shares of classes themselves"
        check_takes_weights(student, "student", why, instead)
    elif n_classes > 2 and not tags.target_tags.multi_output:
        raise ValueError(
            f"student ({type(student).__name__}) predicts one number, and there are "
            f"{n_classes} classes; wrap it in MultiOutputRegressor, or use a classifier"
        )


def _takes_weights(model: Any) -> bool:
    if isinstance(model, Pipeline):
        return _takes_weights(model.steps[-1][1])
    parameters = inspect.signature(model.fit).parameters
    passes_on = any(p.kind == p.VAR_KEYWORD for p in parameters.values())
    return "sample_weight" in parameters or passes_on


def _last_step_fitted(
    model: Any, X: Any, y: Any, fit: Callable[[Any, Any], Any]
) -> Any:
    """`model` after `fit` of its last step on what the steps before make of X."""
    if not isinstance(model, Pipeline):
        return fit(model, X.tocsr() if hasattr(X, "tocsr") else X)
    *before, (name, last) = model.steps
    if before:
        front = model[:-1]
        X = front.fit_transform(X, y)
        # With a memory, steps that were fitted are not those that were given.
        before = front.steps
    model.steps = [*before, (name, _last_step_fitted(last, X, y, fit))]
    return model
