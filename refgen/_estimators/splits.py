"""How a user may say which rows are held out: what `cv` may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import LARGEST_INTEGER, check_integer
from refgen._estimators.folds import check_pair


def check_cv_setting(cv: Any, least: int = 2, most: int = LARGEST_INTEGER) -> Any:
    """`cv`, which has to be an integer, a splitter, or an iterable of splits.

    Examples
    --------
    >>> check_cv_setting(5)
    5
    """
    if isinstance(cv, int | np.integer):
        return check_integer("cv", cv, least, most)
    is_splitter = hasattr(cv, "split") and not isinstance(cv, str | bytes | type)
    is_list = isinstance(cv, list | tuple) or hasattr(cv, "__next__")
    if cv is not None and not is_splitter and not is_list:
        raise TypeError(
            "cv must be an integer, a splitter of scikit-learn, or a list of pairs "
            f"(training rows, test rows), got {_kind(cv)}"
        )
    if isinstance(cv, list | tuple):
        if not cv:
            raise ValueError("cv holds no split; give an integer, a splitter or a list")
        for fold in cv:
            check_pair(fold)
    return cv


def _kind(cv: Any) -> str:
    return f"the class {cv.__name__}" if isinstance(cv, type) else type(cv).__name__
