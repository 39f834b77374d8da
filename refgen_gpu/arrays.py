"""Arrays on the device: moved there explicitly, checked on the way in.

Lists are created on the device; a Python number has no device and stays what it is.
NumPy arrays are refused by functions, with the remedy; estimators accept both.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from numbers import Number
from typing import Any

import numpy as np

from refgen import arrays as _host
from refgen.arrays import (
    NORMALIZATION_TOLERANCE,
    UNIT_ROUNDOFF,
    Instance,
    label_of,
    namespace,
    refuse_special,
    register_device_label,
    register_library,
    special_functions,
)
from refgen_gpu.backend import Backend, backend

# Instances that are worth handling at once: with a few dozen numbers each they give
# every thread of the largest devices (132 × 2048) several, and a law's temporaries
# stay below a gigabyte.
BATCH = 2**15

__all__ = [
    "BATCH",
    "NORMALIZATION_TOLERANCE",
    "UNIT_ROUNDOFF",
    "Instance",
    "as_floats",
    "as_probabilities",
    "device_label",
    "label_of",
    "namespace",
    "refuse_special",
    "register_device_label",
    "register_library",
    "special_functions",
    "to_device",
    "to_host",
]


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
    if namespace(value) is be.xp:
        return _on_current_device("value", value)
    return be.xp.asarray(_numbers("value", value))


def _numbers(name: str, value: Any) -> np.ndarray:
    """A host array that can live on a device."""
    refuse_special(name, value)
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ValueError(
            f"{name} is ragged: its rows have different lengths; "
            "give a rectangular array"
        ) from error
    if array.dtype.kind not in "fiub":
        raise TypeError(
            f"{name} must hold numbers to live on a device, got dtype {array.dtype}; "
            "encode labels as integers, e.g. np.unique(labels, return_inverse=True)[1]"
        )
    return array


def to_host(value: Any) -> Any:
    """`value` as NumPy arrays on the host; instances field by field."""
    if isinstance(value, Instance):
        return value.map(to_host)
    if namespace(value) is np:
        return np.asarray(value)
    return backend().to_host(value)


def as_floats(name: str, value: Any, ndim: int = 0) -> Any:
    """As `refgen.arrays.as_floats`, on the device; host arrays are refused."""
    placed = to_device(value) if isinstance(value, Number) else on_device(name, value)
    return _host.as_floats(name, placed, ndim)


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


register_device_label(device_label)


def on_device(name: str, value: Any) -> Any:
    """An argument of a device function: created there from lists, never moved.

    Raises
    ------
    TypeError
        For NumPy arrays and instances that hold them, naming `name` and the remedy;
        for lists that hold anything but numbers.
    ValueError
        For arrays of another device than the current one, and ragged lists.
    """
    be = backend()
    if isinstance(value, Instance):
        _check_fields(be, name, value)
        return value
    if namespace(value) is be.xp:
        return _on_current_device(name, value)
    if isinstance(value, list | tuple):
        if any(_is_device_array(be, part) for part in value):
            raise TypeError(f"{name} is a list of device arrays; stack them first")
        return be.xp.asarray(_numbers(name, value))
    if hasattr(value, "__array__") and np.ndim(value) > 0:
        raise TypeError(
            f"{name} is on the host ({type(value).__name__}) and refgen_gpu moves "
            f"nothing silently; move it with refgen_gpu.arrays.to_device({name})"
        )
    return value


def _is_device_array(be: Backend, value: Any) -> bool:
    return namespace(value) is be.xp


def _check_fields(be: Backend, name: str, instance: Any) -> None:
    for field in fields(instance):
        value = getattr(instance, field.name)
        if _is_device_array(be, value):
            _on_current_device(f"{name}.{field.name}", value)
        elif np.ndim(value) > 0:
            raise TypeError(
                f"{name}.{field.name} is on the host and refgen_gpu moves nothing "
                f"silently; move it with refgen_gpu.arrays.to_device({name})"
            )


def _on_current_device(name: str, array: Any) -> Any:
    current = _current_device()
    if array.device.id != current:
        raise ValueError(
            f"{name} is on device {array.device.id} and the current device is "
            f"{current}; compute inside `with cupy.cuda.Device({array.device.id})`, "
            "or copy the array"
        )
    return array


def _current_device() -> int:
    if not backend().is_gpu:
        return 0
    import cupy

    return cupy.cuda.Device().id


def device_function(function: Callable) -> Callable:
    """`function` of refgen for device arrays: every argument goes by `on_device`."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        backend()  # says that there is no device before anything else
        bound = signature.bind(*args, **kwargs)
        for name, value in bound.arguments.items():
            bound.arguments[name] = on_device(name, value)
        return function(*bound.args, **bound.kwargs)

    return call
