"""What may differ between runs, of any learner."""

from __future__ import annotations

from typing import Any, Literal

from refgen._checks import is_number
from refgen._shown import shown

Vary = Literal["init", "order", "data", "all"]

MOST_RUNS = 10**6


def checked_share(max_samples: Any) -> float:
    """The share of each class's rows in a subset.

    Raises
    ------
    ValueError
        If it is not in (0, 1].

    Examples
    --------
    >>> checked_share(0.5)
    0.5
    """
    if not is_number(max_samples) or not 0 < max_samples <= 1:
        raise ValueError(
            "max_samples must be a share of the rows in (0, 1], got "
            f"{shown(max_samples)}"
        )
    return float(max_samples)


def refuse_same_rows(max_samples: float, n_samples: int, vary: str) -> None:
    """Refuse subsets that are all of the rows, where nothing else differs.

    Raises
    ------
    ValueError

    Examples
    --------
    >>> refuse_same_rows(1.0, 10, "all")
    """
    if vary == "data":
        raise ValueError(
            f"max_samples={max_samples!r} with vary='data' trains every run on the "
            f"same rows, all n_samples = {n_samples}; choose a smaller share, or "
            "another vary"
        )
