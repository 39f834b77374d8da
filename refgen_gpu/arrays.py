"""Arrays on the device: moved there explicitly, checked on the way in.

Lists are created on the device; a Python number has no device and stays what it is.
NumPy arrays are refused by functions, with the remedy; estimators accept both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from refgen import arrays as _host
from refgen._plain import numbers
from refgen.arrays import Instance
from refgen_gpu.backend import backend
from refgen_gpu.placement import (
    as_array,
    is_on_device,
    on_current_device,
    on_device,
)

# Instances that are worth handling at once: with a few dozen numbers each they give
# every thread of the largest devices (132 × 2048) several, and a law's temporaries
# stay below a gigabyte.
BATCH = 2**15


def to_device(value: Any) -> Any:
    """`value` where this package computes: for refgen_gpu, the current GPU.

    Parameters
    ----------
    value : array, list of numbers, or instance (a dataclass of arrays)

    Raises
    ------
    NoDeviceError
        If no GPU is usable.
    TypeError
        If `value` holds anything but numbers, or is masked or sparse.
    ValueError
        If it is ragged, or on another device than the current one.
    """
    be = backend()
    if isinstance(value, Instance):
        return value.map(to_device)
    if is_on_device(value):
        return on_current_device("value", value)
    return be.xp.asarray(numbers("value", value))


def to_host(value: Any) -> Any:
    """`value` as NumPy arrays on the host; instances field by field."""
    if isinstance(value, Instance):
        return value.map(to_host)
    return backend().to_host(value) if is_on_device(value) else np.asarray(value)


def as_floats(name: str, value: Any, ndim: int = 0) -> Any:
    """As `refgen.arrays.as_floats`, on the device; host arrays are refused."""
    return _host.as_floats(name, as_array(name, value), ndim)


def as_probabilities(name: str, value: Any, ndim: int = 1) -> Any:
    """As `refgen.arrays.as_probabilities`, on the device; host arrays are refused."""
    return _host.as_probabilities(name, on_device(name, value), ndim)


def device_label() -> str:
    """Where this package computes, as results carry it.

    Raises
    ------
    NoDeviceError
        If no GPU is usable.
    """
    return backend().device


# All else is the same object as in refgen: it takes arrays of either package.
if TYPE_CHECKING:
    from refgen.arrays import *  # noqa: F403
else:
    __all__ = _host.__all__

    def __getattr__(name: str) -> Any:
        if name in __all__:
            return getattr(_host, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__() -> list[str]:
        return __all__
