"""Results as JSON holds them: nothing that a section finds may stop the record."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

# Longer texts and lists of a result are cut: the record stays small.
_MOST_CHARACTERS = 2000
_MOST_ENTRIES = 1000


def plain(value: Any) -> Any:
    """`value` of dictionaries, lists, texts, numbers and None.

    Numbers that JSON lacks become the texts "nan", "inf" and "-inf". What is of another
    kind becomes what it shows of itself.

    Examples
    --------
    >>> plain({"ok": np.bool_(True), 3: np.float64("nan"), "x": np.arange(2)})
    {'ok': True, '3': 'nan', 'x': [0, 1]}
    >>> plain({1}), plain(1j)
    ('{1}', '1j')
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.generic | np.ndarray):
        return plain(value.tolist())
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, Mapping):
        return {_key(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value[:_MOST_ENTRIES]]
    return _shown(value)[:_MOST_CHARACTERS]


def _key(value: Any) -> str:
    """A key as `str` shows it, and as JSON can hold it."""
    try:
        return _shown(str(value))
    except Exception:
        return _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        # A surrogate cannot be written as UTF-8.
        return value.encode("utf-8", "replace").decode("utf-8")
    try:
        return repr(value)
    except Exception as error:
        return f"a {type(value).__name__} whose repr raises {type(error).__name__}"


def not_finite(value: Any, name: str = "") -> Iterator[str]:
    """Where a result holds a number that is not finite, in words.

    Examples
    --------
    >>> list(not_finite({"a": [1.0, float("nan")], "b": np.inf, "c": "nan"}))
    ['a.1 is nan', 'b is inf']
    """
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from not_finite(part, f"{name}.{_key(key)}" if name else _key(key))
    elif isinstance(value, list | tuple):
        for i, part in enumerate(value):
            yield from not_finite(part, f"{name}.{i}" if name else str(i))
    elif isinstance(value, float | np.floating) and not math.isfinite(value):
        yield f"{name or 'the result'} is {float(value)}"
