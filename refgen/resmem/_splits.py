"""How a user may say which rows are held out: what `cv` may be."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer


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
