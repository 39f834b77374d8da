"""A value as an error message shows it: a line at most, however large it is."""

from __future__ import annotations

import reprlib
from typing import Any

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 60


def shown(value: Any) -> str:
    """`value` in at most a line; long ones are cut.

    Examples
    --------
    >>> shown(2.7), shown([1] * 10**6)
    ('2.7', '[1, 1, 1, 1, 1, 1, ...]')
    """
    # Python refuses to print integers of more than a few thousand digits.
    if isinstance(value, int) and value.bit_length() > 1000:
        return f"an integer of {value.bit_length()} bits"
    return " ".join(_SHORT.repr(value).split())
