"""The Numba side of the kernels; private."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numba import njit


def compiled(function: Callable) -> Any:
    """Compile with Numba, cached on disk where there is a place to write.

    Where neither the package nor the home directory is writable, Numba refuses to
    cache; the kernel then compiles once per process, with the same results.
    """
    try:
        return njit(cache=True)(function)
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        return njit(function)
