"""An array that refuses what cupy.ndarray refuses."""

from __future__ import annotations

import contextlib
import functools
import numbers
from collections.abc import Iterator
from contextvars import ContextVar
from types import SimpleNamespace
from typing import Any

import cupy as _cupy  # imports without a GPU; used for names and signatures only
import numpy as np

from .arithmetic import computed_by
from .loops import check_types, ufunc_of
from .signatures import check_call

_no_sync: ContextVar[bool] = ContextVar("no_sync", default=False)


@contextlib.contextmanager
def forbid_sync() -> Iterator[None]:
    """Within the context, whatever would make the host wait for the device fails."""
    token = _no_sync.set(True)
    try:
        yield
    finally:
        _no_sync.reset(token)


def sync(what: str) -> None:
    if _no_sync.get():
        raise AssertionError(f"{what} waits for the device inside forbid_sync()")


class DeviceArray:
    """Holds a NumPy array; as strict as a CuPy array about everything else."""

    __slots__ = ("_a",)
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, a: np.ndarray) -> None:
        object.__setattr__(self, "_a", a)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(
            "Implicit conversion to a NumPy array is not allowed. "
            "Please use `.get()` to construct a NumPy array explicitly."
        )

    def __array_function__(self, function: Any, *args: Any) -> Any:
        raise TypeError(f"numpy.{function.__name__} on a device array")

    def __getattr__(self, name: str) -> Any:
        if not hasattr(_cupy.ndarray, name):
            raise AttributeError(f"'cupy.ndarray' object has no attribute {name!r}")
        value = getattr(self._a, name)
        if name in ("tolist", "item", "nonzero"):
            sync(f".{name}()")
        if callable(value):
            return functools.partial(self._call, name)
        return wrap(value) if isinstance(value, np.ndarray) else value

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        check_call(
            f"cupy.ndarray.{name}", getattr(_cupy.ndarray, name), (self, *args), kwargs
        )
        compute = computed_by(f"ndarray.{name}", getattr(np.ndarray, name))
        arguments = {key: unwrap(value) for key, value in kwargs.items()}
        return wrap(compute(self._a, *map(unwrap, args), **arguments))

    @property
    def device(self) -> Any:
        return SimpleNamespace(id=0)

    def get(self) -> np.ndarray:
        sync(".get()")
        return self._a.copy()

    def __bool__(self) -> bool:
        sync("bool()")
        return bool(self._a)

    def __float__(self) -> float:
        sync("float()")
        return float(self._a)

    def __int__(self) -> int:
        sync("int()")
        return int(self._a)

    def __len__(self) -> int:
        return len(self._a)

    def __iter__(self) -> Any:
        return (wrap(row) for row in self._a)

    def __getitem__(self, key: Any) -> Any:
        return wrap(self._a[_index(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        if isinstance(value, list | tuple):
            raise TypeError(f"Unsupported type {type(value)}")
        self._a[_index(key)] = unwrap(value)

    def __reduce__(self) -> Any:
        return (DeviceArray, (self._a,))

    def __repr__(self) -> str:
        return f"<stand-in, NOT a GPU array: {self._a!r}>"


def _index(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(_index(part) for part in key)
    if isinstance(key, DeviceArray):
        if key._a.dtype == bool:
            sync("boolean-mask indexing")
        return key._a
    if isinstance(key, numbers.Integral | slice) or key is None or key is Ellipsis:
        return key
    raise TypeError(f"index of type {type(key).__name__} is not a device array")


def wrap(value: Any) -> Any:
    """NumPy results as device arrays; reductions stay 0-d arrays, as in CuPy."""
    if isinstance(value, np.ndarray | np.generic):
        return DeviceArray(np.asarray(value))
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(wrap, value))
    return type(value)(map(wrap, value)) if isinstance(value, tuple | list) else value


def unwrap(value: Any) -> Any:
    """The NumPy array inside; host arrays are refused, as CuPy does."""
    if isinstance(value, DeviceArray):
        return value._a
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {type(value)}")
    if isinstance(value, list | tuple) and any(
        isinstance(part, DeviceArray | np.ndarray) for part in value
    ):
        return type(value)(unwrap(part) for part in value)
    return value


def _binary(name: str) -> Any:
    ufunc = ufunc_of(name)

    def operate(self: DeviceArray, other: Any) -> Any:
        if isinstance(other, list | tuple | np.ndarray):
            raise TypeError(f"Unsupported type {type(other)}")
        compute = computed_by(f"ndarray.{name}", getattr(np.ndarray, name))
        result = compute(self._a, unwrap(other))
        if result is NotImplemented:
            return result
        if ufunc is not None:
            check_types(f"cupy.ndarray.{name}", ufunc, (self._a, unwrap(other)), result)
        return wrap(result)

    return operate


def _inplace(name: str) -> Any:
    def operate(self: DeviceArray, other: Any) -> Any:
        if isinstance(other, list | tuple | np.ndarray):
            raise TypeError(f"Unsupported type {type(other)}")
        compute = computed_by(f"ndarray.{name}", getattr(np.ndarray, name))
        compute(self._a, unwrap(other))
        return self

    return operate


def _unary(name: str) -> Any:
    return lambda self: wrap(getattr(self._a, name)())


_OPERATORS = "add sub mul truediv floordiv mod pow matmul and or xor lshift rshift"
for _name in _OPERATORS.split():
    for _pattern in ("__%s__", "__r%s__"):
        setattr(DeviceArray, _pattern % _name, _binary(_pattern % _name))
    if _name != "matmul":
        setattr(DeviceArray, f"__i{_name}__", _inplace(f"__i{_name}__"))
for _name in ("lt", "le", "gt", "ge", "eq", "ne"):
    setattr(DeviceArray, f"__{_name}__", _binary(f"__{_name}__"))
for _name in ("neg", "pos", "abs", "invert"):
    setattr(DeviceArray, f"__{_name}__", _unary(f"__{_name}__"))
