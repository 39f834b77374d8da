"""Checks of the two ratios that place an example in the phase diagram."""

from __future__ import annotations

from typing import Any

from refgen._numbers import as_positive, together
from refgen._scales import check_scale


def as_ratio(name: str, value: Any) -> Any:
    """`value` as positive ratios, of which products neither overflow nor vanish.

    Raises
    ------
    ValueError
        If one is not positive, or outside of 2^±300.

    Examples
    --------
    >>> as_ratio("sample_ratio", 0.5)
    array(0.5)
    """
    return check_scale(name, as_positive(name, value))


def as_ratios(signal_ratio: Any, sample_ratio: Any) -> list[Any]:
    """Ratios α and β that broadcast.

    Raises
    ------
    ValueError
        If one is out of range, or shapes do not broadcast.

    Examples
    --------
    >>> as_ratios([0.5, 1.0], 2.0)[1].tolist()
    [2.0, 2.0]
    """
    return together(
        signal_ratio=as_ratio("signal_ratio", signal_ratio),
        sample_ratio=as_ratio("sample_ratio", sample_ratio),
    )
