"""Which library an array is from: NumPy, CuPy, or one that was registered."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

# Other array types than NumPy's and CuPy's, with their library and special functions.
_libraries: dict[type, tuple[Any, Any]] = {}


def register_library(array_type: type, library: Any, special: Any) -> None:
    """Let formulas run on arrays of another library with CuPy's functions.

    Examples
    --------
    >>> register_library(np.ndarray, np, None)  # known already: no effect
    """
    if array_type is not np.ndarray:
        _libraries[array_type] = (library, special)


def _device_library(array: Any) -> tuple[Any, Callable[[], Any]] | None:
    """Library and special functions of a device array; None for anything else."""
    if type(array) is np.ndarray:  # asked millions of times in a run
        return None
    known = _libraries.get(type(array))
    if known is not None:
        return known[0], lambda: known[1]
    cupy = sys.modules.get("cupy")
    if cupy is not None and isinstance(array, cupy.ndarray):
        return cupy, _cupy_special
    return None


def _cupy_special() -> Any:
    from cupyx.scipy import special

    return special


def namespace(*arrays: Any) -> Any:
    """The array library of the arguments: CuPy if any is a CuPy array, else NumPy.

    Examples
    --------
    >>> namespace([0.5, 0.5]).__name__
    'numpy'
    """
    for array in arrays:
        found = _device_library(array)
        if found is not None:
            return found[0]
    return np


def special_functions(*arrays: Any) -> Any:
    """``scipy.special``, or its counterpart in the device library of the arguments.

    Examples
    --------
    >>> round(float(special_functions(1.0).gammaln(3.0)), 12)  # log 2!
    0.69314718056
    """
    for array in arrays:
        found = _device_library(array)
        if found is not None:
            return found[1]()
    from scipy import special

    return special
