"""Where arguments are: lists are created on the device, arrays are never moved there.

A Python number has no device and stays what it is. NumPy arrays are refused, with the
remedy; estimators accept both (`refgen_gpu.transfer`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import fields
from numbers import Number
from typing import Any

import numpy as np

from refgen._plain import numbers
from refgen.arrays import Instance, kept_lists, namespace
from refgen_gpu.backend import backend
from refgen_gpu.chunks import asking_once


def is_on_device(value: Any) -> bool:
    """Whether `value` is a device array."""
    return namespace(value) is not np


def on_current_device(name: str, array: Any) -> Any:
    """A device array, after a check that it is on the current device.

    Raises
    ------
    ValueError
        If it is not.
    """
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
        _check_fields(name, name, value)
        return value
    if is_on_device(value):
        return on_current_device(name, value)
    if isinstance(value, list | tuple):
        if any(is_on_device(part) for part in value):
            raise TypeError(f"{name} is a list of device arrays; stack them first")
        return be.xp.asarray(numbers(name, value))
    if _is_host_array(value):
        raise TypeError(
            f"{name} is on the host ({type(value).__name__}) and refgen_gpu moves "
            f"nothing silently; move it with refgen_gpu.arrays.to_device({name})"
        )
    return value


def each_on_device(name: str, value: Any) -> Any:
    """As `on_device`, but lists of arrays or of lists remain lists of device arrays."""
    if isinstance(value, list | tuple) and all(hasattr(v, "__len__") for v in value):
        return [on_device(f"{name}[{i}]", own) for i, own in enumerate(value)]
    return on_device(name, value)


def as_array(name: str, value: Any) -> Any:
    """As `on_device`, and single numbers become arrays there, too."""
    if isinstance(value, Number):
        return backend().xp.asarray(numbers(name, value))
    return on_device(name, value)


def _is_host_array(value: Any) -> bool:
    return hasattr(value, "__array__") and np.ndim(value) > 0


def _check_fields(name: str, path: str, instance: Any) -> None:
    """Refuse fields that are elsewhere; `name` is that of the whole argument."""
    for field in fields(instance):
        value, where = getattr(instance, field.name), f"{path}.{field.name}"
        if isinstance(value, Instance):
            _check_fields(name, where, value)
        elif is_on_device(value):
            on_current_device(where, value)
        elif np.ndim(value) > 0:
            raise TypeError(
                f"{where} is on the host and refgen_gpu moves nothing silently; "
                f"move it with refgen_gpu.arrays.to_device({name})"
            )


def device_function(function: Callable, module: str, name: str) -> Callable:
    """`function` of refgen for device arrays: every argument goes by `on_device`.

    Parameters
    ----------
    function : callable
    module, name : str
        Where the result is found, for `pickle` and for readers.
    """
    signature, lists = inspect.signature(function), kept_lists(function)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        backend()  # says that there is no device before anything else
        bound = signature.bind(*args, **kwargs)
        for parameter, value in bound.arguments.items():
            place = each_on_device if parameter in lists else on_device
            bound.arguments[parameter] = place(parameter, value)
        with asking_once():
            return function(*bound.args, **bound.kwargs)

    call.__module__, call.__qualname__ = module, name
    call.__doc__ = docstring_of(function)
    return call


def docstring_of(function: Callable) -> str:
    """The docstring of a function of refgen without its examples, for another version.

    Examples have NumPy arrays where a device function wants its own.

    Examples
    --------
    >>> from refgen.linalg import solve_positive
    >>> docstring_of(solve_positive).rstrip().splitlines()[-1].strip()
    'Examples: see `refgen.linalg.solve_positive`.'
    """
    text = inspect.getdoc(function) or ""
    kept, found, _ = text.partition("\nExamples\n--------\n")
    where = f"{function.__module__}.{function.__qualname__}"
    return f"{kept.rstrip()}\n\nExamples: see `{where}`.\n" if found else text
