"""Parameters that several estimators have: models, weights, a temperature."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen._checks import as_float, is_number
from refgen._numbers import as_not_negative
from refgen._shown import shown


def check_temperature(value: Any) -> None:
    """Refuse a temperature that is not a positive finite number.

    Examples
    --------
    >>> check_temperature(2.0)
    """
    if not is_positive(value):
        raise ValueError(
            f"temperature must be a positive finite number, got {shown(value)}"
        )


def is_positive(value: Any) -> bool:
    """Whether `value` is a positive finite number.

    Examples
    --------
    >>> is_positive(2), is_positive(0.0), is_positive("2")
    (True, False, False)
    """
    return is_number(value) and 0 < as_float(value) < np.inf


def check_flag(name: str, value: Any) -> None:
    """Refuse anything but True and False.

    Examples
    --------
    >>> check_flag("prefit", True)
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")


def check_kind(
    estimator: Any, is_kind: Callable[[Any], bool], kind: str, role: str = "estimator"
) -> None:
    """Refuse anything but an instance of a regressor or classifier."""
    # scikit-learn reads tags, which only estimators have.
    known = hasattr(estimator, "__sklearn_tags__") and not isinstance(estimator, type)
    if not known or not is_kind(estimator):
        raise TypeError(f"{role} must be a {kind} instance, got {estimator!r}")


def check_same_labels(
    classes: np.ndarray, known: np.ndarray, role: str = "estimator"
) -> None:
    """Refuse text labels if the fitted model knows numbers, and the other way round.

    Examples
    --------
    >>> check_same_labels(np.array(["a"]), np.array(["a", "b"]))
    """
    # A union of both would turn the numbers into text, which differs from them.
    ours, theirs = classes.tolist()[0], known.tolist()[0]
    if isinstance(ours, str) != isinstance(theirs, str):
        raise ValueError(
            f"y holds labels like {ours!r} and the fitted {role} knows {theirs!r}; "
            "give both the same labels, text or numbers"
        )


def row_weights(sample_weight: Any, n: int) -> np.ndarray:
    """Weights of all rows, 1 if there are none; a weight of 0 says: absent.

    Raises
    ------
    ValueError
        If they are negative, of another number than the rows, or all 0.

    Examples
    --------
    >>> row_weights(None, 2)
    array([1., 1.])
    """
    if sample_weight is None:
        return np.ones(n)
    weights = as_not_negative("sample_weight", sample_weight)
    if weights.shape not in ((), (n,)):
        raise ValueError(
            f"sample_weight has shape {weights.shape} for n_samples={n}; give one "
            "weight per row"
        )
    if not weights.any():
        raise ValueError("sample_weight is zero everywhere: no row is left")
    return np.broadcast_to(weights, n)
