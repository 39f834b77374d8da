"""Arguments that are one number for all members, or one for each."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._numbers import as_counts, as_not_negative, refuse
from refgen._scales import check_scale
from refgen.arrays import as_floats, namespace, plain_array

# Epochs and rows are counted by int64; nothing has nearly as many.
MOST_COUNTED = 2**53


def for_each(name: str, array: Any, n_members: int, xp: Any) -> Any:
    """A number, or one for each member, as an array of shape (n_members,) of its own.

    Raises
    ------
    TypeError
        If it is on another device than the data.
    ValueError
        If it has another shape.

    Examples
    --------
    >>> for_each("step_size", np.array(0.5), 2, np).tolist()
    [0.5, 0.5]
    """
    if array.ndim and array.shape != (n_members,):
        raise ValueError(
            f"{name} must be one number, or have shape (n_members,) = ({n_members},); "
            f"got shape {array.shape}"
        )
    return xp.broadcast_to(placed(name, array, xp), (n_members,)).copy()


def placed(name: str, array: Any, xp: Any) -> Any:
    """`array` in the library of the data; only a single number is moved there.

    Raises
    ------
    TypeError
        If an array is on the host and the data on a device, or the reverse.

    Examples
    --------
    >>> placed("step_size", np.array(0.5), np)
    array(0.5)
    """
    if array.ndim and namespace(array) is not xp:
        raise TypeError(
            f"{name} and X are not in one place: one is on the host, the other on a "
            "device; move one of them"
        )
    return xp.asarray(array if namespace(array) is xp else array.item())


def sizes(name: str, value: Any, n_members: int, xp: Any) -> Any:
    """Numbers of at least 0, in float64, at scales where products stay in range.

    Examples
    --------
    >>> sizes("step_size", [0.5, 0.25], 2, np).tolist()
    [0.5, 0.25]
    """
    array = check_scale(name, as_not_negative(name, value))
    return for_each(name, array, n_members, xp)


def counts(name: str, value: Any, minimum: int, n_members: int, xp: Any) -> Any:
    """Whole numbers from `minimum` on, as int64.

    Examples
    --------
    >>> counts("n_epochs", 3, 0, 2, np).tolist()
    [3, 3]
    """
    array = as_counts(name, value, minimum)
    refuse(name, array, array > MOST_COUNTED, "be at most 2**53")
    return for_each(name, array, n_members, xp).astype(np.int64)


def limits(name: str, value: Any, absent: float, n_members: int, xp: Any) -> Any:
    """Numbers at which a member stops, or `absent`, an infinity, or None for never.

    Examples
    --------
    >>> limits("stop_loss", None, -np.inf, 2, np).tolist()
    [-inf, -inf]
    """
    if value is None:
        return xp.full(n_members, absent)
    array = plain_array(name, value)
    if array.dtype.kind == "f":
        own = namespace(array)
        never = array == absent
        finite = as_floats(name, own.where(never, 0.0, array))
        array = own.where(never, absent, finite)
    else:
        array = as_floats(name, array)
    return for_each(name, array, n_members, xp)
