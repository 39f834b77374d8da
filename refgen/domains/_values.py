"""Raw values of a record's fields: sizes as integers, batches, and those of records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Values = Mapping[str, Any]


def sizes_of(values: Values) -> dict[str, int]:
    """The sizes among the values of a record.

    Examples
    --------
    >>> import numpy as np
    >>> sizes_of({"n": 2, "slope": np.ones((5, 2))})
    {'n': 2}
    """
    return {name: value for name, value in values.items() if isinstance(value, int)}


def mapped(function: Callable[[Any], Any], values: Values) -> dict[str, Any]:
    """The values with `function` applied to every batch; sizes stay.

    Examples
    --------
    >>> import numpy as np
    >>> mapped(np.sum, {"n": 2, "line": {"slope": np.ones((5, 2))}})
    {'n': 2, 'line': {'slope': np.float64(10.0)}}
    """
    return {name: _mapped(function, value) for name, value in values.items()}


def _mapped(function: Callable[[Any], Any], value: Any) -> Any:
    if isinstance(value, int):
        return value
    return mapped(function, value) if isinstance(value, Mapping) else function(value)
