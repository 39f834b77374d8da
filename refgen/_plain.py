"""An argument as a plain array; what an array would distort is refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._libraries import namespace


def plain_array(name: str, value: Any) -> Any:
    """`value` as an array of its own library, with its numbers in native byte order.

    Raises
    ------
    TypeError
        For masked arrays and sparse matrices.
    ValueError
        For ragged lists.

    Examples
    --------
    >>> import numpy as np
    >>> plain_array("labels", np.array([1, 2], ">i4")).dtype
    dtype('int32')
    """
    refuse_special(name, value)
    try:
        array = namespace(value).asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: its rows have different lengths; "
            "give a rectangular array"
        ) from error
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    return array


def numbers(name: str, value: Any) -> Any:
    """`value` as an array that may live on a device: of numbers or truth values.

    Raises
    ------
    TypeError
        If it holds anything else, or is masked or sparse.
    ValueError
        If it is ragged.

    Examples
    --------
    >>> numbers("value", [1, 2]).tolist()
    [1, 2]
    """
    array = plain_array(name, value)
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold numbers to live on a device, got dtype {array.dtype}; "
            "encode labels as integers, e.g. np.unique(labels, return_inverse=True)[1]"
        )
    return array


def refuse_special(name: str, value: Any) -> None:
    """Refuse containers whose meaning a plain array would lose.

    Raises
    ------
    TypeError
        For masked arrays and sparse matrices.

    Examples
    --------
    >>> refuse_special("x", [1.0])
    """
    refuse_masked(name, value)
    if hasattr(value, "tocsr"):
        raise TypeError(f"{name} is sparse; pass {name}.toarray()")


def refuse_masked(name: str, value: Any) -> None:
    """Refuse masked arrays, also as parts of a list: a plain array loses the mask.

    A masked array is refused also if nothing is masked: a program should not begin to
    fail on the day when something is.

    Raises
    ------
    TypeError
        If a mask would be lost.

    Examples
    --------
    >>> refuse_masked("x", [[1.0]])
    """
    if _is_masked(value):
        raise TypeError(
            f"{name} is a masked array, whose mask would be lost; keep the unmasked "
            "points, or fill them, and pass a plain array"
        )


def _is_masked(value: Any) -> bool:
    if not isinstance(value, list | tuple):
        return isinstance(value, np.ma.MaskedArray)
    # Lists of numbers are left after one look at their types.
    looked_into = (list, tuple, np.ma.MaskedArray)
    if not any(issubclass(kind, looked_into) for kind in set(map(type, value))):
        return False
    return any(map(_is_masked, value))
