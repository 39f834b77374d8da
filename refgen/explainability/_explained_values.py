"""Points as numbers, and what a model says of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.utils import check_array

from refgen._estimators.data import check_numbers
from refgen._estimators.outputs import finite_floats
from refgen._naming import naming

_HOW = "distances between points need numbers: encode such columns first"


def explained(name: str, X: Any, estimator: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points, (n, n_features), and one output of the model for each of them.

    Parameters
    ----------
    name : str
        Of the argument X.
    X : array or frame
    estimator : fitted regressor or callable

    Raises
    ------
    TypeError
        If the model is a classifier or cannot be asked, or X holds no numbers.
    ValueError
        If the model returns another shape, or NaN.
    """
    ask = _function(estimator)
    with naming(name):
        check_numbers(X, how=_HOW)
        points = check_array(X, dtype=np.float64)
    outputs = finite_floats(estimator, ask(X), len(points))
    if outputs.size != len(points):
        raise ValueError(
            f"estimator returned shape {outputs.shape} for {len(points)} points; it "
            "must return one number per point"
        )
    return points, outputs.reshape(len(points))


def _function(estimator: Any) -> Callable[[Any], Any]:
    if isinstance(estimator, type) or not (
        hasattr(estimator, "predict") or callable(estimator)
    ):
        raise TypeError(
            "estimator must be a fitted regressor, or a function of X, got "
            f"{getattr(estimator, '__name__', type(estimator).__name__)}"
        )
    if hasattr(estimator, "predict"):
        if is_classifier(estimator):
            raise TypeError(
                "estimator is a classifier, whose labels are no numbers to explain; "
                "give a function, such as lambda X: model.predict_proba(X)[:, 1]"
            )
        predict: Callable[[Any], Any] = estimator.predict
        return predict
    function: Callable[[Any], Any] = estimator
    return function
