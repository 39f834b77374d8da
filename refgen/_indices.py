"""Checks of indices: a negative or too large one would read some other entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._checks import check_integer
from refgen.arrays import namespace, plain_array


def check_index(name: str, value: Any, length: int) -> int:
    """`value` as an integer in [0, length).

    Raises
    ------
    TypeError
        If it is not an integer; True and False are not.
    ValueError
        If it is out of range.

    Examples
    --------
    >>> check_index("label", 2, 3)
    2
    """
    index = check_integer(name, value, 0)
    if index >= length:
        raise ValueError(f"{name} must lie in [0, {length}), got {index}")
    return index


def check_indices(name: str, indices: Any, length: int, ndim: int = 0) -> Any:
    """`indices` as an int64 array of at least `ndim` dimensions, all in [0, length).

    Parameters
    ----------
    name : str
        Name of the argument.
    indices : array of integers
        On a device, too; it stays where it is.
    length : int
        Number of entries that the indices choose from.
    ndim : int

    Raises
    ------
    TypeError
        If the entries are not integers; True and False are not.
    ValueError
        If it is ragged or empty, has too few dimensions, or an index is out of range.

    Examples
    --------
    >>> check_indices("indices", [[0, 2], [1, 0]], 3)
    array([[0, 2],
           [1, 0]])
    """
    array = plain_array(name, indices)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must hold integers, got dtype {array.dtype}")
    if array.ndim < ndim:
        raise ValueError(
            f"{name} must have at least {ndim} dimension(s), got shape {array.shape}"
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty (shape {array.shape}); give at least one")
    xp = namespace(array)
    outside = (array < 0) | (array >= length)
    if bool(outside.any()):
        first = int(array.ravel()[int(xp.argmax(outside.ravel()))])
        raise ValueError(f"{name} must lie in [0, {length}), got {first}")
    return array.astype(np.int64, copy=False)
