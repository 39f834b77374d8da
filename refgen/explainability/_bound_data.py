"""Points, labels and outputs that a bound is computed from, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refgen._checks import as_float, is_number
from refgen._numbers import first_of
from refgen._scales import check_scale
from refgen._shown import shown
from refgen.arrays import as_floats
from refgen.explainability._explained_rows import check_same_columns

_CATEGORIES = (
    "explanations are linear in numbers; encode categories as numbers in which "
    "neighbours mean something, and let the model take these"
)


@dataclass(frozen=True, eq=False)
class BoundData:
    """A sample and new points, with a model's outputs; the range has its middle at 0.

    Attributes
    ----------
    points, new_points : array of shape (m, d) and (n, d)
    labels, outputs : array of shape (m,)
    new_outputs : array of shape (n,)
    bound : float
        b, half of the range.
    output_range : tuple of float
    """

    points: np.ndarray
    new_points: np.ndarray
    labels: np.ndarray
    outputs: np.ndarray
    new_outputs: np.ndarray
    bound: float
    output_range: tuple[float, float]

    @classmethod
    def of(
        cls, model: Any, X: Any, y: Any, X_unlabeled: Any, output_range: Any
    ) -> BoundData:
        low, high = _checked_range(output_range)
        points, new = _points("X", X), _points("X_unlabeled", X_unlabeled)
        if new.shape[1] != points.shape[1]:
            raise ValueError(
                f"X_unlabeled has {new.shape[1]} features and X {points.shape[1]}; "
                "give both the same"
            )
        check_same_columns(X, X_unlabeled, "X_unlabeled")
        labels = as_floats("y", y)
        if labels.shape != points.shape[:1]:
            raise ValueError(
                f"y must have one number for each of the {len(points)} points, got "
                f"shape {labels.shape}"
            )
        outputs = _outputs(model, X, len(points))
        new_outputs = _outputs(model, X_unlabeled, len(new))
        return cls(
            points,
            new,
            _centered("y", labels, low, high),
            _centered("the model's outputs", outputs, low, high),
            _centered("the model's outputs", new_outputs, low, high),
            (high - low) / 2,
            (low, high),
        )


def positive_number(name: str, value: Any) -> float:
    """`value` as a finite number above 0."""
    if not is_number(value):
        raise TypeError(f"{name} must be a positive number, got {shown(value)}")
    number = as_float(value)
    if not 0 < number < np.inf:
        raise ValueError(f"{name} must be a positive finite number, got {shown(value)}")
    return float(check_scale(name, np.array(number)))


def _checked_range(output_range: Any) -> tuple[float, float]:
    pair = check_scale("output_range", as_floats("output_range", output_range))
    if pair.shape != (2,):
        raise ValueError(
            f"output_range must be a pair (low, high), got {shown(output_range)}"
        )
    low, high = map(float, pair)
    if low >= high:
        raise ValueError(
            f"output_range must be a pair (low, high) with low < high, got ({low:g}, "
            f"{high:g})"
        )
    return low, high


def _points(name: str, X: Any) -> np.ndarray:
    from refgen._estimators.data import check_numbers
    from refgen._naming import naming

    with naming(name):
        check_numbers(X, how=_CATEGORIES)
    points = check_scale(name, as_floats(name, X, 2), 2)
    if points.ndim != 2:
        raise ValueError(
            f"{name} must have shape (n_points, n_features), got {points.shape}"
        )
    return points


def _outputs(model: Any, X: Any, n: int) -> np.ndarray:
    from refgen._estimators.outputs import finite_floats

    predict = getattr(model, "predict", model)
    if not callable(predict):
        raise TypeError(
            "model must have a method predict, or be a function of X, got "
            f"{shown(model)}"
        )
    values = finite_floats(model, predict(X), n, "model")
    if values.size != n:
        raise ValueError(
            f"model returned shape {values.shape} for {n} points, and must return one "
            "number for each; explain one output at a time"
        )
    return values.reshape(n)


def _centered(name: str, values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers that have to lie in the range, less its middle."""
    bad = (values < low) | (values > high)
    if bad.any():
        raise ValueError(
            f"{name} must lie in output_range, [{low:g}, {high:g}], got "
            f"{first_of(values, bad):g}; clip what the model returns, or declare the "
            "range that labels and outputs have by their nature"
        )
    bound = (high - low) / 2
    return np.clip(values - (low + high) / 2, -bound, bound)
