"""Module-like objects limited to the names and signatures of the installed CuPy."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import cupy as _cupy
import cupyx.scipy.special as _cupy_special
import numpy as np
import scipy.special

from .arithmetic import computed_by
from .arrays import DeviceArray, sync, unwrap, wrap
from .loops import check_types
from .signatures import (
    UFUNC_METHODS,
    check_call,
    check_ufunc_call,
    signature_of,
)

# Functions whose result's shape depends on the data: the host has to wait.
SYNCING = {
    "nonzero", "unique", "argwhere", "flatnonzero", "array_equal", "allclose",
    "repeat", "bincount", "extract", "compress",
}  # fmt: skip
FROM_HOST = {"asarray", "array", "ascontiguousarray", "asanyarray"}
# CuPy calls methods of these arguments, which lists and numbers do not have.
_ARRAYS = {"a", "ar", "arr", "ary", "array", "condition", "keys", "m", "x"}
_SEQUENCES = {"tup", "arrays"}
_SIZES = {"N", "shape"}

_linalg_raises: ContextVar[bool] = ContextVar("linalg_raises", default=False)


@contextlib.contextmanager
def raising_linalg() -> Iterator[None]:
    """As ``cupyx.errstate(linalg="raise")``."""
    token = _linalg_raises.set(True)
    try:
        yield
    finally:
        _linalg_raises.reset(token)


class Namespace:
    """NumPy's functions under CuPy's names; calls are bound to CuPy's signatures."""

    def __init__(self, host: Any, device: Any, path: str) -> None:
        self._host, self._device, self._path = host, device, path
        self.__name__ = path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if not hasattr(self._device, name):
            raise AttributeError(f"module '{self._path}' has no attribute '{name}'")
        device, host = getattr(self._device, name), getattr(self._host, name, None)
        if inspect.ismodule(device):
            return Namespace(host, device, f"{self._path}.{name}")
        if name == "asnumpy":
            return lambda a: a.get() if isinstance(a, DeviceArray) else np.asarray(a)
        if name == "ndarray":
            return DeviceArray
        if isinstance(host, type) or not callable(host):
            return host
        return _Function(self._path, name, host, device)


class _Function:
    """One function, which accepts only calls that CuPy accepts."""

    def __init__(self, path: str, name: str, host: Any, device: Any) -> None:
        self.path, self.__name__ = path, name
        self.where = f"{path}.{name}"
        self.host, self.device = host, device

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._check(args, kwargs)
        if self.__name__ in SYNCING or (self.__name__ == "where" and len(args) == 1):
            sync(self.where)
        if self.__name__ in FROM_HOST:
            return self._converted(*args, **kwargs)
        args = tuple(map(unwrap, args))
        kwargs = {key: unwrap(value) for key, value in kwargs.items()}
        try:
            found = computed_by(self.where, self.host)(*args, **kwargs)
        except np.linalg.LinAlgError:
            if not self.path.endswith(".linalg") or _linalg_raises.get():
                raise
            # CuPy's default: no exception, meaningless numbers.
            return wrap(np.full(np.shape(args[-1]), np.nan))
        if isinstance(self.device, _cupy.ufunc) and "dtype" not in kwargs:
            check_types(self.where, self.device, args[: self.device.nin], found)
        return wrap(found)

    def _converted(self, value: Any, *args: Any, **kwargs: Any) -> DeviceArray:
        """An array of the device is not copied again; a transfer is always a copy."""
        if isinstance(value, DeviceArray):
            return wrap(self.host(value._a, *args, **kwargs))
        return wrap(np.array(self.host(value, *args, **kwargs)))

    def __getattr__(self, name: str) -> Any:
        # Methods of ufuncs, such as add.reduceat.
        if name not in UFUNC_METHODS or not isinstance(self.device, _cupy.ufunc):
            raise AttributeError(f"{self.where} has no {name!r}")
        return functools.partial(self._call_method, name)

    def _call_method(self, name: str, *args: Any, **kwargs: Any) -> Any:
        where = f"{self.where}.{name}"
        if self.__name__ not in UFUNC_METHODS[name]:
            raise NotImplementedError(f"CuPy does not implement {where}")
        check_call(where, getattr(_cupy.ufunc, name), (self, *args), kwargs)
        if not isinstance(args[0], DeviceArray):
            raise TypeError(f"{where}: Unsupported type {type(args[0])}")
        arguments = {key: unwrap(value) for key, value in kwargs.items()}
        compute = computed_by(where, getattr(self.host, name))
        return wrap(compute(*map(unwrap, args), **arguments))

    def _check(self, args: tuple, kwargs: dict[str, Any]) -> None:
        if isinstance(self.device, _cupy.ufunc):
            check_ufunc_call(self.where, self.device, args, kwargs)
            if any(isinstance(a, list | tuple | np.ndarray) for a in args):
                raise TypeError(f"{self.where}: Unsupported type")
            return
        check_call(self.where, self.device, args, kwargs)
        if self.__name__ not in FROM_HOST and args:
            first = next(iter(signature_of(self.device).parameters))
            _check_arrays(self.where, first, args)
            if first in _SIZES and isinstance(args[0], DeviceArray):
                raise TypeError(f"{self.where}: {first} must be an integer")


def _check_arrays(where: str, name: str, args: tuple) -> None:
    """Refuse lists and numbers where CuPy wants an array, or a list of arrays."""
    parts = args[0] if name in _SEQUENCES else args[:1]
    if name in _ARRAYS | _SEQUENCES:
        for part in parts:
            if not isinstance(part, DeviceArray):
                raise TypeError(f"{where}: {name} must be an array, got {type(part)}")
    if where == "cupy.where" and any(isinstance(a, list | tuple) for a in args):
        raise TypeError(f"{where}: Unsupported type list")
    sought = args[1] if where == "cupy.searchsorted" else 0
    if not isinstance(sought, DeviceArray | int | float):  # no numpy.int64
        raise NotImplementedError(f"{where}: Unsupported type {type(sought)}")
    if where == "cupy.repeat" and isinstance(args[1], DeviceArray):
        raise ValueError(f"{where}: repeats must not be an array")


CUPY = Namespace(np, _cupy, "cupy")
SPECIAL = Namespace(scipy.special, _cupy_special, "cupyx.scipy.special")
