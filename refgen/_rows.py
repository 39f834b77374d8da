"""Functions that need many nodes for each instance, applied to some at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from refgen.arrays import namespace

# Numbers that are in memory at once, for each of the arrays of a function.
_AT_ONCE = 2**18


def by_rows(
    function: Callable[..., Any], n_nodes: int, batch: tuple[int, ...], *arrays: Any
) -> Any:
    """`function` of arrays (n, ...), which returns (n,), for leading axes `batch`.

    Examples
    --------
    >>> import numpy as np
    >>> by_rows(lambda x: x.sum(axis=-1), 3, (2, 1), np.ones((2, 1, 5))).tolist()
    [[5.0], [5.0]]
    """
    n = math.prod(batch)
    flat = [array.reshape(n, *array.shape[len(batch) :]) for array in arrays]
    step = max(1, _AT_ONCE // n_nodes)
    found = [
        function(*(array[i : i + step] for array in flat)) for i in range(0, n, step)
    ]
    return namespace(*flat).concatenate(found).reshape(batch)


def by_entries(function: Callable[..., Any], n_nodes: int, *arrays: Any) -> Any:
    """`function` of arrays (n,) that returns (n,), for arrays that broadcast.

    Examples
    --------
    >>> import numpy as np
    >>> by_entries(lambda x, y: x + y, 3, np.ones((2, 1)), np.array(1.0)).tolist()
    [[2.0], [2.0]]
    """
    spread = namespace(*arrays).broadcast_arrays(*arrays)
    return by_rows(function, n_nodes, spread[0].shape, *spread)
