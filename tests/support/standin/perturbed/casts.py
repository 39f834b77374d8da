"""Casts, ranges and remainders: what one kernel of CuPy computes in its own way."""

from __future__ import annotations

from typing import Any

import numpy as np


def astype(a: Any, dtype: Any, order: str = "K", *_: Any, copy: bool = True) -> Any:
    """A float outside the range of an integer type becomes its end.

    NaN becomes what has the highest bit only, or 0 if neither type has 64 bits (PTX
    ISA, "cvt").
    """
    if a.dtype.kind != "f" or np.dtype(dtype).kind not in "iu":
        return a.astype(dtype, order, copy=copy)
    limits = np.iinfo(dtype)
    wide = 8 in (a.dtype.itemsize, limits.bits // 8)
    highest = limits.min or 1 << (limits.bits - 1)
    whole = np.trunc(np.nan_to_num(a.astype(np.float64), posinf=np.inf, neginf=-np.inf))
    inside = (whole > float(limits.min)) & (whole < float(limits.max))
    result = np.where(inside, whole, 0.0).astype(dtype, order)
    result[~inside & (whole > 0)] = limits.max
    result[~inside & (whole <= 0)] = limits.min
    result[np.isnan(a)] = highest if wide else 0
    return result


def _fused(start: Any, step: Any, count: int) -> Any:
    """start + i·step, rounded once: the compiler fuses the two."""
    i = np.arange(count, dtype=np.longdouble)
    return (np.longdouble(start) + i * np.longdouble(step)).astype(np.float64)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Any:
    plain = np.arange(start, stop, step, dtype)
    if plain.dtype != np.float64:
        return plain
    return _fused(0.0 if stop is None else start, step, plain.size)


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
    dtype: Any = None, axis: int = 0,
) -> Any:  # fmt: skip
    if np.ndim(start) or np.ndim(stop) or retstep or dtype is not None:
        raise NotImplementedError("linspace between arrays, or with retstep or dtype")
    steps = num - 1 if endpoint else num
    values = _fused(start, (stop - start) / steps if steps > 0 else 0.0, num)
    if endpoint and num > 1:
        values[-1] = stop
    return values


def remainder(x: Any, y: Any, out: Any = None) -> Any:
    """x − ⌊x/y⌋ y, where NumPy's is exact."""
    if np.result_type(x, y).kind != "f":
        return np.remainder(x, y, out=out)
    return np.subtract(x, np.floor(np.divide(x, y)) * y, out=out)


def floor_divide(x: Any, y: Any, out: Any = None) -> Any:
    if np.result_type(x, y).kind != "f":
        return np.floor_divide(x, y, out=out)
    return np.floor(np.divide(x, y), out=out)


COMPUTED = {"ndarray.astype": astype, "cupy.arange": arange, "cupy.linspace": linspace}
for _name, _function in (("mod", remainder), ("floordiv", floor_divide)):
    COMPUTED |= {
        f"ndarray.__{_name}__": _function,
        f"ndarray.__r{_name}__": lambda x, y, f=_function: f(y, x),
        f"ndarray.__i{_name}__": lambda x, y, f=_function: f(x, y, out=x),
    }
COMPUTED |= {"cupy.remainder": remainder, "cupy.mod": remainder}
COMPUTED |= {"cupy.floor_divide": floor_divide}
