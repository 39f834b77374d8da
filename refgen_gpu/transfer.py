"""Arrays of either side for estimators and displays, which work with the host's.

scikit-learn and matplotlib take NumPy arrays only. Device arrays go to the host on the
way in, and results go back to the device where X came from there.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from refgen.arrays import Instance
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.placement import docstring_of, is_on_device

_Class = TypeVar("_Class", bound=type)


def on_host(value: Any) -> Any:
    """Device arrays, also of instances, as NumPy arrays; anything else as it is."""
    if isinstance(value, Instance):
        return value.map(on_host)
    return to_host(value) if is_on_device(value) else value


def like(X: Any, result: Any) -> Any:
    """`result` where X is; what is not an array as it is.

    Raises
    ------
    TypeError
        If X is on the device and `result` holds text labels.
    """
    if not is_on_device(X):
        return on_host(result)
    if not isinstance(result, np.ndarray):
        return result
    if result.dtype.kind not in "iufb":
        raise TypeError(
            f"y held labels of dtype {result.dtype}, which no device can hold; "
            "predict on NumPy X, or fit on integer codes of the labels"
        )
    return to_device(result)


def host_function(function: Callable, module: str, name: str) -> Callable:
    """`function` of refgen for arrays of either side, which it gets on the host.

    Parameters
    ----------
    function : callable
    module, name : str
        Where the result is found, for `pickle` and for readers.
    """

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        moved = {key: on_host(value) for key, value in kwargs.items()}
        return function(*map(on_host, args), **moved)

    call.__module__, call.__qualname__ = module, name
    call.__doc__ = docstring_of(function)
    return call


def takes_either(estimator: _Class) -> _Class:
    """Let an estimator take NumPy or CuPy arrays, and return what it was given.

    This is about its public methods that take X. Inside, all of them see NumPy arrays.
    """
    for name, method in inspect.getmembers(estimator, inspect.isfunction):
        if not name.startswith("_") and "X" in inspect.signature(method).parameters:
            setattr(estimator, name, _returning_alike(estimator, name, method))
    return estimator


def _returning_alike(estimator: type, name: str, method: Callable) -> Any:
    on_the_host = host_function(
        method, estimator.__module__, f"{estimator.__qualname__}.{name}"
    )

    @functools.wraps(on_the_host)
    def call(self: Any, X: Any, *args: Any, **kwargs: Any) -> Any:
        return like(X, on_the_host(self, X, *args, **kwargs))

    is_there = getattr(inspect.getattr_static(estimator, name), "check", None)
    if is_there is None:
        return call
    # A method that some instances lack, such as predict_proba of some students.
    from sklearn.utils.metaestimators import available_if

    return available_if(is_there)(call)


def shows_either(display: _Class) -> _Class:
    """Let a display take NumPy or CuPy arrays.

    This is about ``__init__`` and the class methods that it inherits. Its own class
    methods get what is given, to compute on the device before the host draws.
    """
    for name, method in inspect.getmembers(display):
        inherited = inspect.ismethod(method) and name not in vars(display)
        if name != "__init__" and (name.startswith("_") or not inherited):
            continue
        function = getattr(method, "__func__", method)
        moved = host_function(
            function, display.__module__, f"{display.__qualname__}.{name}"
        )
        setattr(display, name, classmethod(moved) if inherited else moved)
    return display
