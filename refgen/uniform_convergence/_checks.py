"""Checks of probabilities, margins and examples; a refusal names the argument."""

from __future__ import annotations

import math
from typing import Any

from refgen._checks import MOST_ENTRIES
from refgen._numbers import as_not_negative, as_open_unit, refuse
from refgen._scales import check_scale
from refgen.arrays import namespace


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


def as_epsilon(value: Any) -> Any:
    """`value` as test errors ε in (0, ½).

    Raises
    ------
    ValueError
        If one is outside.

    Examples
    --------
    >>> as_epsilon(0.01)
    array(0.01)
    """
    epsilon = as_open_unit("epsilon", value)
    refuse("epsilon", epsilon, epsilon >= 0.5, "be below ½, the error of a guess")
    return epsilon


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


def one_size(name: str, values: Any) -> int:
    """The one number that all examples share, as an int.

    Raises
    ------
    ValueError
        If there are several.

    Examples
    --------
    >>> import numpy as np
    >>> one_size("n_samples", np.array([3.0, 3.0]))
    3
    """
    low, high = float(values.min()), float(values.max())
    if low != high:
        raise ValueError(
            f"{name} must be the same for all examples, got {low:g} and {high:g}; "
            "draw from one at a time"
        )
    return int(low)


def check_together(example: Any, drawn: Any) -> None:
    """Refuse an example and a stream that are not in the same place.

    Parameters
    ----------
    example : LinearExample
    drawn : array
        From the stream.

    Raises
    ------
    TypeError
        If one is on the host and the other on a device.

    Examples
    --------
    >>> import numpy as np
    >>> from refgen.uniform_convergence import LinearExample
    >>> check_together(LinearExample.published(3, 50), np.zeros(3))
    """
    if namespace(example.signal) is not namespace(drawn):
        raise TypeError(
            "example and stream must be of the same package: one is of refgen, the "
            "other of refgen_gpu; make both in one of them"
        )


def check_amount(name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    """`shape`, of at most 2⁴⁰ numbers that are drawn.

    Raises
    ------
    ValueError
        If there would be more.

    Examples
    --------
    >>> check_amount("n_draws", (2, 3))
    (2, 3)
    """
    if math.prod(shape) > MOST_ENTRIES:
        raise ValueError(
            f"{name} must be so small that at most 2**40 numbers are drawn, got an "
            f"array of shape {shape}"
        )
    return shape
