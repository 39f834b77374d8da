"""Values as messages show them: a line at most, however large or many they are."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Iterable
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


def has(name: str) -> str:
    """The verb after the name of an argument: "has", or "have" after several things.

    Examples
    --------
    >>> has("radius"), has("residuals"), has("low and high")
    ('has', 'have', 'have')
    """
    several = " and " in name or (name.endswith("s") and not name.endswith("us"))
    return "have" if several else "has"


def listed(
    values: Iterable[Any], most: int = 4, show: Callable[[Any], str] = repr
) -> str:
    """The first few values, as a message shows them, and how many more there are.

    Parameters
    ----------
    values : iterable
    most : int
        How many to show.
    show : function
        The text of a value.

    Examples
    --------
    >>> listed(["cat", "dog"])
    "'cat', 'dog'"
    >>> listed(range(3000), most=2)
    '0, 1, … and 2,998 more'
    """
    known = list(values)
    first = ", ".join(shortened(show(value)) for value in known[:most])
    return first if len(known) <= most else f"{first}, … and {len(known) - most:,} more"


def bare(label: Any) -> str:
    """A label without quotes, where nobody needs them to see what it is.

    Examples
    --------
    >>> bare("cat"), bare(" cat"), bare(7)
    ('cat', "' cat'", '7')
    """
    text = str(label)
    is_plain = text == text.strip() and "," not in text and text.isprintable()
    return text if text and is_plain else repr(label)


def shortened(text: str, longest: int = 60) -> str:
    """A text of at most `longest` characters; the middle of a longer one is left out.

    Examples
    --------
    >>> shortened("a" * 100, longest=9), shortened("a" * 9, longest=9)
    ('aaaa…aaaa', 'aaaaaaaaa')
    """
    half = (longest - 1) // 2
    return text if len(text) <= longest else f"{text[:half]}…{text[-half:]}"
