"""Class probabilities as learners store them, often with few bits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refgen.arrays import as_probabilities, plain_array

# Relative rounding error of float32, in which learners compute at least.
_UNIT = 2.0**-24


def stored_probabilities(name: str, value: Any, ndim: int) -> Any:
    """Float64 probabilities, (..., n_classes); rows of few bits add up to 1.

    Rows that are stored in float32 or float16 are divided by their sums, if these are
    off by no more than rounding: what their computation in float32 and their storage
    may add up to.

    Parameters
    ----------
    name : str
        What errors call them.
    value : array of shape (..., n_classes)
    ndim : int
        The number of axes that it has at least.

    Raises
    ------
    TypeError
        If they are no real numbers, masked, or sparse.
    ValueError
        If they are no probabilities.

    Examples
    --------
    >>> third = np.full((1, 3), 1 / 3, np.float32)
    >>> bool(abs(third.sum(dtype=np.float64) - 1) > 1e-9)
    True
    >>> float(stored_probabilities("p", third, 2).sum())
    1.0
    """
    array = plain_array(name, value)
    if array.dtype.kind == "f" and array.dtype.itemsize < 8 and array.size:
        allowed = _rounding(array.dtype, array.shape[-1])
        array = array.astype(np.float64)
        totals = array.sum(axis=-1, keepdims=True)
        if float(abs(totals - 1).max()) <= allowed:
            array = array / totals
    return as_probabilities(name, array, ndim)


def _rounding(dtype: Any, n_classes: int) -> float:
    """By how much rounding may move the sum of a row.

    Libraries add in blocks, with 32 + log₂ K roundings at most in a row. Storing moves
    each entry by half a unit: of the entry, or of the smallest number.
    """
    stored = np.finfo(dtype)
    least = n_classes * float(stored.smallest_subnormal) / 2
    return (32 + math.log2(n_classes)) * _UNIT + float(stored.eps) / 2 + least
