"""Errors of scikit-learn's checks, which do not say which argument they are about."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen._shown import shown

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

    Raises
    ------
    TypeError, ValueError
        If it is no seed; True and False are none.

    Examples
    --------
    >>> check_seed(0)
    0
    """
    from sklearn.utils import check_random_state

    if isinstance(random_state, bool | np.bool_ | np.timedelta64):
        raise TypeError(
            "random_state must be None, an integer or a RandomState, got "
            f"{shown(random_state)}"
        )
    with naming("random_state"):
        check_random_state(random_state)
    return random_state
