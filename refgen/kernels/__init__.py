"""The Numba side of the kernels, and where device kernels are found; private."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from refgen.arrays import namespace

# Filled by refgen_gpu, which refgen never imports.
_device_kernels: dict[str, Callable] = {}


def compiled(function: Callable, **options: Any) -> Any:
    """Compile with Numba, cached on disk where there is a place to write.

    Where neither the package nor the home directory is writable, Numba refuses to
    cache; the kernel then compiles once per process, with the same results. The lock
    of the interpreter is released, so that threads may share the work. `options` are
    further ones of ``numba.njit``.
    """
    from numba import njit

    try:
        return njit(cache=True, nogil=True, **options)(function)
    except RuntimeError as error:
        if "no locator available" not in str(error):
            raise
        return njit(nogil=True, **options)(function)


def dispatched(kernel: Callable) -> Callable:
    """A kernel that runs where its first argument is.

    NumPy arrays go to `kernel`, device arrays to the kernel of the same name that
    refgen_gpu has registered.
    """
    name = kernel.__name__

    @functools.wraps(kernel)
    def call(array: Any, *args: Any) -> Any:
        if namespace(array) is np:
            return kernel(array, *args)
        if name not in _device_kernels:
            raise RuntimeError(
                f"{name} on device arrays is part of refgen_gpu: import refgen_gpu"
            )
        return _device_kernels[name](array, *args)

    return call


def register_device_kernel(kernel: Callable) -> Callable:
    """Make `kernel` the device's version of the kernel of that name."""
    _device_kernels[kernel.__name__] = kernel
    return kernel
