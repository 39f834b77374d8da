"""Module-like objects limited to the names and signatures of the installed CuPy."""

from __future__ import annotations

import contextlib
import inspect
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import cupy as _cupy
import cupyx.scipy.special as _cupy_special
import numpy as np
import scipy.special

from .arrays import DeviceArray, sync, unwrap, wrap

# Functions whose result's shape depends on the data: the host has to wait.
SYNCING = {
    "nonzero", "unique", "argwhere", "flatnonzero", "array_equal", "allclose",
    "repeat", "bincount", "extract", "compress",
}  # fmt: skip
FROM_HOST = {"asarray", "array", "ascontiguousarray"}
UFUNC_KEYWORDS = {"out", "dtype", "casting", "where"}

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
        self.host, self.device = host, device

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self._bind(args, kwargs)
        if self.__name__ in SYNCING:
            sync(f"{self.path}.{self.__name__}")
        if self.__name__ in FROM_HOST:
            args = tuple(a._a if isinstance(a, DeviceArray) else a for a in args)
            # A transfer never shares memory.
            return wrap(np.array(self.host(*args, **kwargs)))
        args = tuple(map(unwrap, args))
        kwargs = {key: unwrap(value) for key, value in kwargs.items()}
        try:
            return wrap(self.host(*args, **kwargs))
        except np.linalg.LinAlgError:
            if not self.path.endswith(".linalg") or _linalg_raises.get():
                raise
            # CuPy's default: no exception, meaningless numbers.
            return wrap(np.full(np.shape(args[-1]), np.nan))

    def __getattr__(self, name: str) -> Any:
        # Methods of ufuncs, such as add.reduceat.
        if name.startswith("__") or not hasattr(self.device, name):
            raise AttributeError(f"{self.path}.{self.__name__} has no {name!r}")
        method = getattr(self.host, name)
        return lambda *args, **kwargs: wrap(
            method(*map(unwrap, args), **{k: unwrap(v) for k, v in kwargs.items()})
        )

    def _bind(self, args: tuple, kwargs: dict[str, Any]) -> None:
        where = f"{self.path}.{self.__name__}"
        if isinstance(self.device, _cupy.ufunc):
            if set(kwargs) - UFUNC_KEYWORDS:
                raise TypeError(f"{where} got an unexpected keyword in {set(kwargs)}")
            if any(isinstance(a, list | np.ndarray) for a in args):
                raise TypeError(f"{where}: Unsupported type")
            return
        try:
            signature = inspect.signature(self.device)
        except (TypeError, ValueError):
            return
        try:
            signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{where}: {error}") from None


CUPY = Namespace(np, _cupy, "cupy")
SPECIAL = Namespace(scipy.special, _cupy_special, "cupyx.scipy.special")
