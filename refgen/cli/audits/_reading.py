"""Tables of a command: how its options ask for them, and whether their names fit."""

from __future__ import annotations

import warnings

from refgen._files.options import INFER, Options
from refgen._files.reading import read_table
from refgen._files.table import Table
from refgen._shown import listed


def table_options(name: str, header: bool | None, columns: tuple[str, ...]) -> Options:
    """What the options ``--header`` and ``--index-col`` ask for.

    Examples
    --------
    >>> table_options("predictions", True, ("id", "1")).index_col
    ('id', 1)
    >>> [table_options("labels", given, ()).header for given in (True, False, None)]
    [0, None, 'infer']
    """
    known = {None: INFER, True: 0, False: None}[header]
    if not columns:
        return Options(name, known)
    if columns == ("none",):
        return Options(name, known, None)
    return Options(name, known, [int(c) if c.isdecimal() else c for c in columns])


def read(path: str, options: Options) -> Table:
    """The table of a file; what may have been read wrongly is said as a warning."""
    table = read_table(path, options)
    for doubt in table.doubts:
        warnings.warn(f"{table.path}: {doubt}", stacklevel=2)
    return table


def point_names(table: Table) -> list[str] | None:
    """The points of a row, a column, or a table with a row for each of them.

    Examples
    --------
    >>> import numpy as np
    >>> point_names(Table(np.zeros((1, 2)), names=(None, ["a", "b"])))
    ['a', 'b']
    """
    rows, columns = table.names
    return rows if table.array.shape[0] > 1 else columns


def check_names(points: list[str] | None, truth: Table, others: str) -> None:
    """Whether points that two files name stand in the same order.

    Parameters
    ----------
    points : list of str, or None
        The points of the first file.
    truth : Table
        A row or column with an entry for each point, or a row for each of them.
    others : str
        What messages call the first file.

    Raises
    ------
    ValueError
        If both name the same points in different orders.

    Warns
    -----
    UserWarning
        If they name other points.
    """
    named = point_names(truth)
    if points is None or named is None or points == named:
        return
    if sorted(points) == sorted(named):
        first = next(i for i, name in enumerate(points) if name != named[i])
        raise ValueError(
            f"{truth.path}: names the points in another order than {others}: point "
            f"{first + 1} is {named[first]!r} and {points[first]!r}; sort one of them"
        )
    if set(points) & set(named) and not (_is_count(points) or _is_count(named)):
        strange = sorted(set(points) ^ set(named))
        warnings.warn(
            f"{truth.path}: names other points than {others} ({listed(strange)}); "
            "they are matched by their order",
            stacklevel=3,
        )


def _is_count(names: list[str]) -> bool:
    return names == [str(i) for i in range(len(names))]
