"""Whether tables of pandas name the same things in the same order."""

from __future__ import annotations

from typing import Any


def are_names(index: Any) -> bool:
    """Whether it is an index of pandas, and not the count 0, 1, 2, … by default.

    Examples
    --------
    >>> import pandas as pd
    >>> are_names(pd.Index([7, 4])), are_names(pd.RangeIndex(2)), are_names(None)
    (True, False, False)
    """
    if not hasattr(index, "get_indexer"):
        return False
    step = getattr(index, "step", None)
    return not (step == 1 and getattr(index, "start", None) == 0)


def are_reordered(first: Any, second: Any) -> bool:
    """Whether two indices have the same names in different orders.

    Examples
    --------
    >>> import pandas as pd
    >>> are_reordered(pd.Index(["a", "b"]), pd.Index(["b", "a"]))
    True
    """
    if not are_names(first) or not are_names(second):
        return False
    order, other = list(first), list(second)
    return order != other and len(order) == len(other) and set(order) == set(other)
