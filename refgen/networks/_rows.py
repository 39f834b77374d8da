"""Which rows of the data each member is trained on."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen._indices import check_indices
from refgen.arrays import plain_array
from refgen.networks._numbers import placed


def chosen_rows(rows: Any, n: int, n_members: int, xp: Any) -> tuple[Any, Any]:
    """Numbers of rows, filled up with zeros, and how many of them count.

    Parameters
    ----------
    rows : as in `train`
    n : int
        The number of all rows.
    n_members : int
    xp : module
        The library of the data.

    Returns
    -------
    rows : int64 array of shape (n_members or 1, n_most)
    counts : int64 array of shape (n_members,)

    Raises
    ------
    TypeError, ValueError
        If they are no rows of the data, there is not one choice for each member, or a
        member has none.

    Examples
    --------
    >>> rows, counts = chosen_rows([[0, 2], [1]], 3, 2, np)
    >>> rows.tolist(), counts.tolist()
    ([[0, 2], [1, 0]], [2, 1])
    """
    if rows is None:
        return _alike(xp.arange(n), n_members, xp)
    if _is_list_of_lists(rows):
        _check_members(len(rows), n_members)
        return _filled([_numbered(own, n, xp, j) for j, own in enumerate(rows)], xp)
    array = placed("rows", plain_array("rows", rows), xp)
    if array.ndim == 1:
        return _alike(_numbered(array, n, xp, 0), n_members, xp)
    if array.dtype.kind == "b" and array.ndim == 2:
        return _masked(array, n, n_members, xp)
    found = check_indices("rows", array, n, 1)
    if found.ndim != 2:
        raise ValueError(
            f"rows must have shape (n_rows,) or (n_members, n_rows), got {found.shape}"
        )
    _check_members(len(found), n_members)
    return xp.ascontiguousarray(found), xp.full(n_members, found.shape[1])


def _is_list_of_lists(rows: Any) -> bool:
    is_list = isinstance(rows, list | tuple) and len(rows) > 0
    return is_list and all(hasattr(own, "__len__") for own in rows)


def _alike(own: Any, n_members: int, xp: Any) -> tuple[Any, Any]:
    return own[None], xp.full(n_members, len(own))


def _numbered(own: Any, n: int, xp: Any, member: int) -> Any:
    """The rows of one member from their numbers, or from a truth value for each row."""
    array = placed("rows", plain_array("rows", own), xp)
    if array.ndim == 1 and array.dtype.kind == "b" and len(array) == n:
        array = xp.flatnonzero(array)
    if array.size == 0:
        raise ValueError(_no_rows(member))
    found = check_indices("rows", array, n, 1)
    if found.ndim != 1:
        raise ValueError(f"rows of a member must be one axis, got shape {found.shape}")
    return found


def _masked(mask: Any, n: int, n_members: int, xp: Any) -> tuple[Any, Any]:
    if mask.shape[1] != n:
        raise ValueError(
            f"rows of True and False must have one for each of the {n} rows of X, got "
            f"{mask.shape[1]}"
        )
    _check_members(len(mask), n_members)
    counts = mask.sum(axis=1)
    if int(counts.min()) < 1:
        raise ValueError(_no_rows(int(counts.argmin())))
    # Rows that are True come first, in their order.
    order = xp.argsort(~mask, axis=1, kind="stable")[:, : int(counts.max())]
    return xp.ascontiguousarray(order).astype(np.int64), counts.astype(np.int64)


def _no_rows(member: int) -> str:
    return f"rows leave member {member} without any row; give each at least one"


def _check_members(found: int, n_members: int) -> None:
    if found != n_members:
        raise ValueError(
            f"rows are given for {found} members, and n_members={n_members}; give one "
            "choice for each"
        )


def _filled(each: list[Any], xp: Any) -> tuple[Any, Any]:
    counts = [len(own) for own in each]
    rows = xp.zeros((len(each), max(counts)), dtype=np.int64)
    for j, own in enumerate(each):
        rows[j, : len(own)] = own
    return rows, xp.asarray(counts)
