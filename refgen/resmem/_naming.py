"""Errors of scikit-learn's checks, which do not say which argument they are about."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from refgen._checks import check_integer

# What checks of scikit-learn raise for containers that they do not expect.
_UNEXPECTED = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@contextlib.contextmanager
def naming(*names: str) -> Iterator[None]:
    """Let errors of the block begin with the names of the arguments.

    Examples
    --------
    >>> with naming("cv"):
    ...     raise ValueError("at least 2")
    Traceback (most recent call last):
    ValueError: cv: at least 2
    """
    try:
        # A sum that overflows is how scikit-learn begins to look for infinity.
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except _UNEXPECTED as error:
        kind = ValueError if isinstance(error, ValueError) else TypeError
        text = str(error)
        named = any(re.search(rf"(?<!\w){name}(?!\w)", text) for name in names)
        if named and isinstance(error, TypeError | ValueError):
            raise
        raise kind(f"{' and '.join(names)}: {text}") from error


def check_seed(random_state: Any) -> Any:
    """`random_state`, which has to be None, an integer or a RandomState.

    Examples
    --------
    >>> check_seed(0)
    0
    """
    if isinstance(random_state, bool | np.bool_ | np.timedelta64):
        raise TypeError(
            f"random_state must be None, an integer or a RandomState, got "
            f"{random_state!r}"
        )
    with naming("random_state"):
        check_random_state(random_state)
    return random_state


def check_cv_setting(cv: Any, least: int = 2, most: int | None = None) -> Any:
    """`cv`, which has to be an integer, a splitter, or an iterable of splits.

    Examples
    --------
    >>> check_cv_setting(5)
    5
    """
    if isinstance(cv, int | np.integer):
        count = check_integer("cv", cv, least)
        if most is not None and count > most:
            raise ValueError(f"cv must be at most {most}, got {count}")
        return count
    is_splitter = hasattr(cv, "split") and not isinstance(cv, str | bytes | type)
    is_list = isinstance(cv, list | tuple) or hasattr(cv, "__next__")
    if cv is not None and not is_splitter and not is_list:
        raise TypeError(
            "cv must be an integer, a splitter of scikit-learn, or a list of pairs "
            f"(training rows, test rows), got {type(cv).__name__}"
        )
    if isinstance(cv, list | tuple):
        _check_pairs(cv)
    return cv


def _check_pairs(cv: Any) -> None:
    if not cv:
        raise ValueError("cv holds no split; give an integer, a splitter or a list")
    for fold in cv:
        if not hasattr(fold, "__len__") or len(fold) != 2:
            raise TypeError(
                "cv must hold pairs (training rows, test rows), got "
                f"{type(fold).__name__}"
            )
