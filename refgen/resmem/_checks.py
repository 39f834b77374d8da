"""What ResMem's estimators refuse, and how they say it."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_choice, check_integer
from refgen._estimators.data import check_numbers, check_squares, real_numbers
from refgen._estimators.parameters import check_flag, is_positive
from refgen._estimators.splits import check_cv_setting
from refgen._shown import shown
from refgen.resmem.smoother import WEIGHTS

RESIDUALS = ("train", "cross_val")

_HOW = (
    "distances need numbers; make numbers of them, or give an embedding that does, "
    "such as a ColumnTransformer, with a base that takes them"
)


def check_parameters(model: Any, base: Any) -> None:
    """Refuse parameters out of range; `base` is the estimator or its default."""
    check_choice("weights", model.weights, WEIGHTS)
    _check_n_neighbors(model.n_neighbors)
    _check_bandwidth(model.bandwidth)
    _check_residuals(model)
    check_cv_setting(model.cv)
    _check_embedding(model.embedding, base)


def _check_n_neighbors(value: Any) -> None:
    if not isinstance(value, str):
        check_integer("n_neighbors", value, 1)
    elif value != "auto":
        raise ValueError(
            f"n_neighbors must be an integer of at least 1 or 'auto', got {value!r}"
        )


def _check_bandwidth(value: Any) -> None:
    if not is_positive(value) and not (isinstance(value, str) and value == "auto"):
        raise ValueError(
            f"bandwidth must be a positive finite number or 'auto', got "
            f"{shown(value)}; its limit 0 is weights='nearest'"
        )


def _check_residuals(model: Any) -> None:
    check_choice("residuals", model.residuals, RESIDUALS)
    check_flag("prefit", model.prefit)
    if model.prefit and model.residuals == "cross_val":
        raise ValueError(
            "residuals='cross_val' trains clones of the base, and prefit=True says "
            "it must not be trained; set residuals='train' and give fit rows that "
            "the base was not trained on"
        )
    if model.prefit and model.estimator is None:
        raise ValueError("prefit=True needs a fitted estimator, got None")


def _check_embedding(embedding: Any, base: Any) -> None:
    if isinstance(embedding, type):
        raise TypeError(f"embedding must be an instance, got the class {embedding!r}")
    if embedding is None or hasattr(embedding, "transform") or callable(embedding):
        return
    if not isinstance(embedding, str) or embedding != "decision_function":
        raise ValueError(
            "embedding must be None, a callable, a transformer or "
            f"'decision_function', got {embedding!r}"
        )
    if not hasattr(base, "decision_function"):
        raise ValueError(
            "embedding='decision_function' needs a base that has one, and "
            f"{type(base).__name__} has none; give a callable, e.g. "
            "embedding=model.predict_proba of a fitted model"
        )


def check_points(X: Any, is_embedded: bool) -> None:
    """Refuse points without distances, unless an embedding reads them."""
    check_numbers(X, is_embedded, _HOW)


def as_columns(values: Any) -> np.ndarray:
    """Scores of shape (n,) as (n, 1)."""
    array = np.asarray(values)
    return array[:, None] if array.ndim == 1 else array


def embedded_floats(points: Any, n_rows: int) -> np.ndarray:
    """What an embedding returned, checked, as floats."""
    if hasattr(points, "tocsr"):
        raise TypeError(
            "embedding returned a sparse matrix, and neighbours need dense points; "
            "return a dense array, e.g. by TruncatedSVD"
        )
    points = real_numbers("embedding", points)
    if points.ndim != 2 or len(points) != n_rows or points.shape[1] == 0:
        is_of_members = points.ndim == 3 and len(points) != n_rows == points.shape[1]
        remedy = "z[0] of one member" if is_of_members else "z.reshape(len(z), -1)"
        raise ValueError(
            f"embedding returned shape {points.shape} for {n_rows} points; it must "
            f"return ({n_rows}, n_dimensions), e.g. {remedy}"
        )
    if not np.isfinite(points).all():
        raise ValueError(
            "embedding returned NaN or infinity, and distances need finite numbers"
        )
    check_squares("X", "coordinates of points", points)
    return points
