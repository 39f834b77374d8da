"""Nodes and weights of Gauss and Legendre."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np


@functools.cache
def unit_nodes(m: int) -> tuple[Any, Any]:
    """Nodes and weights of m points on [0, 1], exact up to degree 2m − 1.

    They are found once, as that takes longer than using them; arrays on the host that
    cannot be written to.

    Examples
    --------
    >>> x, w = unit_nodes(3)
    >>> round(float((w * x**5).sum()), 12)  # 1/6
    0.166666666667
    """
    x, w = np.polynomial.legendre.leggauss(m)
    nodes, weights = (x + 1) / 2, w / 2
    for array in (nodes, weights):
        array.flags.writeable = False
    return nodes, weights
