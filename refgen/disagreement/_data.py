"""What learners would take without a word, and should not: masks, times, records."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets

from refgen._checks import is_integer
from refgen._naming import check_seed, naming
from refgen._numbers import as_not_negative
from refgen._shown import shown
from refgen.arrays import refuse_masked

# By kinds of dtypes.
_NO_FEATURES = {"M": "times", "m": "times", "V": "records"}

_ENCODE = "encode classes as integers or text"


def check_features(X: Any) -> None:
    """Refuse arrays that hold no plain numbers or text; frames are left as they are.

    A learner may be a pipeline that knows what to do with the columns of a frame.

    Raises
    ------
    TypeError
        If they are masked, times or records.
    ValueError
        If they are complex.

    Examples
    --------
    >>> check_features([[0.0], [1.0]])
    """
    refuse_masked("X", X)
    _refuse_kind("X", X)


def check_columns(X: Any) -> None:
    """As `check_features`, and refuse frames with a column that holds times.

    Examples
    --------
    >>> check_columns([[0.0], [1.0]])
    """
    check_features(X)
    for name in getattr(X, "columns", ()):
        _refuse_kind(f"X column {name!r}", X[name])


def _refuse_kind(name: str, values: Any) -> None:
    kind = getattr(getattr(values, "dtype", None), "kind", "")
    if kind == "c":
        raise ValueError(f"Complex data not supported: {name} holds complex numbers")
    held = _NO_FEATURES.get(kind)
    if held is not None:
        raise TypeError(
            f"{name} holds {held}; convert them to numbers in a unit of your choice"
        )


def class_labels(y: Any) -> np.ndarray:
    """The classes of training rows, 1-D.

    Raises
    ------
    TypeError
        If they are masked, or times.
    ValueError
        If they are not 1-D, or not classes.

    Examples
    --------
    >>> class_labels(["cat", "dog"]).tolist()
    ['cat', 'dog']
    """
    refuse_masked("y", y)
    with naming("y"):
        labels = column_or_1d(y)
        if labels.dtype.kind in "mMVc":
            raise TypeError(f"y holds {labels.dtype}, which are no classes; {_ENCODE}")
        if labels.dtype.kind == "f" and not np.isfinite(labels).all():
            raise ValueError("y holds NaN or infinity; drop rows without a class")
        try:
            check_classification_targets(labels)
        except ValueError as error:
            raise ValueError(f"y holds no classes: {error} {_ENCODE}") from error
    return labels


def checked_weights(sample_weight: Any, n_samples: int) -> np.ndarray | None:
    """Weights of training rows, not negative; None stays None.

    Raises
    ------
    TypeError
        If they are masked, or no numbers.
    ValueError
        If they are negative or not finite, or not one for each row.

    Examples
    --------
    >>> checked_weights([1, 2], 2).tolist()
    [1.0, 2.0]
    """
    if sample_weight is None:
        return None
    weights = as_not_negative("sample_weight", sample_weight)
    if weights.shape != (n_samples,):
        raise ValueError(
            f"sample_weight has shape {weights.shape} and X has {n_samples} rows; give "
            "one weight for each row"
        )
    return weights


def seeded(random_state: Any) -> np.random.RandomState:
    """The generator that `random_state` stands for.

    Raises
    ------
    ValueError, TypeError
        If it is no seed.

    Examples
    --------
    >>> seeded(0).randint(10)
    5
    """
    return check_random_state(check_seed(random_state))


def check_jobs(n_jobs: Any) -> None:
    """Refuse numbers of jobs that joblib does not have.

    Raises
    ------
    TypeError
        If it is neither None nor an integer.
    ValueError
        If it is 0, or beyond what 16 bits hold.

    Examples
    --------
    >>> check_jobs(-1)
    """
    if n_jobs is None:
        return
    if not is_integer(n_jobs):
        raise TypeError(f"n_jobs must be None or an integer, got {shown(n_jobs)}")
    if n_jobs == 0 or not -(2**15) <= n_jobs < 2**15:
        raise ValueError(
            "n_jobs must be None, a number of jobs, or -1 for all cores, got "
            f"{shown(n_jobs)}"
        )
