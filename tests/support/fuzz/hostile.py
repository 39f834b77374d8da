"""What a hostile value is, and which ones there are for a valid value."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from refgen.arrays import Instance
from refgen.random import Stream


@dataclass(frozen=True)
class Hostile:
    """A value in place of a valid one.

    `expects` says what may happen apart from a clear error: "nothing", a "sane" result,
    or the result of the call with the value of `like`; "flat" compares it without axes
    of length 1.
    """

    name: str
    family: str
    make: Callable[[], Any]
    expects: str = "nothing"
    like: Callable[[], Any] | None = None


def kind_of(value):
    """The kind of a valid value: it decides which values are hostile to it."""
    if isinstance(value, np.ndarray):
        return {"f": "reals", "i": "integers", "u": "integers"}.get(
            value.dtype.kind, "other array"
        )
    for kind, types in (
        ("flag", bool | np.bool_),
        ("integer", int | np.integer),
        ("number", float | np.floating),
        ("word", str),
        ("path", Path),
        ("instance", Instance),
        ("stream", Stream),
        ("nothing", type(None)),
    ):
        if isinstance(value, types):
            return kind
    if isinstance(value, type) and issubclass(value, np.generic):
        return "dtype"
    if isinstance(value, tuple | list):
        return _kind_of_sequence(value)
    if hasattr(value, "fit"):
        return "estimator"
    return "function" if callable(value) else "object"


def _kind_of_sequence(value):
    if all(isinstance(part, int) for part in value):
        return "shape"
    numbers = all(isinstance(part, int | float) for part in value)
    return "reals" if numbers else "object"
