"""Checks of probabilities, margins and examples; a refusal names the argument."""

from __future__ import annotations

from typing import Any

from refgen._numbers import as_not_negative, as_open_unit
from refgen._scales import check_scale


def as_delta(value: Any) -> Any:
    """`value` as failure probabilities δ in (0, 1).

    Raises
    ------
    ValueError
        If one is outside.

    Examples
    --------
    >>> as_delta(0.05)
    array(0.05)
    """
    return as_open_unit("delta", value)


def as_gamma(value: Any) -> Any:
    """`value` as margins γ ≥ 0 of the ramp loss; 0 is the 0-1 loss.

    Raises
    ------
    ValueError
        If one is negative, or so large or small that quotients leave float64.

    Examples
    --------
    >>> as_gamma(0)
    array(0.)
    """
    return check_scale("gamma", as_not_negative("gamma", value))
