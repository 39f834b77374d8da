"""Elementwise functions moved by as many units in the last place as CUDA documents.

The errors are those of "Mathematical Functions" in the CUDA C++ Programming Guide: the
largest distance from the correctly rounded result, which NumPy's nearly always is. How
far a result moves depends on the bits of the arguments alone. Assumed besides:

* zeros, infinities, NaN, and the values in `_EXACT` are exact;
* odd and even functions are exactly so;
* no result leaves the closed range of its function;
* functions that CuPy ported from Cephes err by at most `CEPHES`; nobody documents it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.special

CEPHES = 16
ULPS = {
    "exp": 1, "exp2": 1, "expm1": 1, "log": 1, "log2": 1, "log10": 1, "log1p": 1,
    "sin": 2, "cos": 2, "tan": 2, "arcsin": 2, "arccos": 2, "arctan": 2, "arctan2": 2,
    "sinh": 2, "cosh": 2, "tanh": 2, "arcsinh": 3, "arccosh": 3, "arctanh": 2,
    "power": 2, "cbrt": 1, "hypot": 2,
}  # fmt: skip
SPECIAL_ULPS = {
    "erf": 2, "erfc": 5, "erfinv": 5, "erfcinv": 6, "erfcx": 4, "ndtr": 5, "ndtri": 8,
    "gammaln": 4, "gamma": 10, "xlogy": 2, "xlog1py": 2, "log_ndtr": CEPHES,
    "beta": CEPHES, "betaln": CEPHES, "betainc": CEPHES, "betaincinv": CEPHES,
    "gammainc": CEPHES, "gammaincc": CEPHES, "gammaincinv": CEPHES,
    "gammainccinv": CEPHES, "bdtr": CEPHES, "bdtrc": CEPHES,
}  # fmt: skip
_ALIASES = {
    "power": "pow", "arcsin": "asin", "arccos": "acos", "arctan": "atan",
    "arctan2": "atan2", "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh",
}  # fmt: skip

# In the first argument.
_EVEN_OR_ODD = {
    "sin", "cos", "tan", "arcsin", "arctan", "arctan2", "sinh", "cosh", "tanh",
    "arcsinh", "arctanh", "cbrt", "erf", "erfinv", "hypot", "power", "xlogy", "xlog1py",
}  # fmt: skip
_UNIT, _INFINITE = (0.0, 1.0), np.inf
_RANGES = {
    "exp": (0.0, _INFINITE), "exp2": (0.0, _INFINITE), "expm1": (-1.0, _INFINITE),
    "sin": (-1.0, 1.0), "cos": (-1.0, 1.0), "tanh": (-1.0, 1.0), "erf": (-1.0, 1.0),
    "cosh": (1.0, _INFINITE), "arcsin": (-np.pi / 2, np.pi / 2),
    "arctan": (-np.pi / 2, np.pi / 2), "arccos": (0.0, np.pi),
    "arctan2": (-np.pi, np.pi), "erfc": (0.0, 2.0), "ndtr": _UNIT, "betainc": _UNIT,
    "betaincinv": _UNIT, "gammainc": _UNIT, "gammaincc": _UNIT, "bdtr": _UNIT,
    "bdtrc": _UNIT,
}  # fmt: skip
# Arguments at which a result that is neither 0 nor infinite is exact.
_EXACT: dict[str, Callable[..., Any]] = {
    **dict.fromkeys(("exp", "exp2", "cos", "cosh"), lambda x: x == 0),
    "power": lambda x, y: (y == 0) | (abs(x) == 1) | (y == 1),
    "arctan2": lambda y, x: (y == 0) | (x == 0),
}


def moved(values: Any, ulps: int, *arguments: Any, salt: int = 0) -> Any:
    """`values` moved by −ulps..ulps, depending on bits of `arguments` and on `salt`.

    Zeros, infinities, NaN, and what might become one of them, are not moved.
    """
    values = np.asarray(values)
    unsigned = np.dtype(f"u{values.dtype.itemsize}")
    signed = np.dtype(f"i{values.dtype.itemsize}")
    steps = (_hash(arguments, salt) % np.uint64(2 * ulps + 1)).astype(signed) - ulps
    size = np.asarray(np.abs(values)).view(unsigned).astype(signed)
    largest = np.asarray(np.finfo(values.dtype).max).view(signed)
    size = size + np.where((size > ulps) & (size <= largest - ulps), steps, 0)
    return np.copysign(np.asarray(size, signed).view(values.dtype), values)


def _hash(arguments: tuple, salt: int) -> Any:
    """64 bits that look random, of the bits of numbers (as splitmix64 mixes them)."""
    mixed = np.uint64(0x9E3779B97F4A7C15 ^ salt)
    with np.errstate(over="ignore"):  # numbers warn where arrays wrap around
        for argument in arguments:
            # Adding 0 takes the sign from zeros.
            bits = np.asarray(np.asarray(argument, np.float64) + 0.0).view(np.uint64)
            mixed = mixed ^ bits
            for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
                mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        return mixed ^ (mixed >> np.uint64(31))


def _is_fixed(name: str, arguments: tuple) -> Any:
    """Where a result is exact: special values, and infinite arguments."""
    fixed = _EXACT[name](*arguments) if name in _EXACT else False
    for argument in arguments:
        fixed = fixed | ~np.isfinite(argument)
    return fixed


def _unmoved(name: str, host: Any, args: tuple, kwargs: dict[str, Any]) -> Any:
    """NumPy's result; powers of −x are those of x but for their sign."""
    values = np.asarray(host(*args, **kwargs))
    if np.iscomplexobj(values):
        raise NotImplementedError(f"{name} of complex numbers")
    if name != "power" or values.dtype.kind != "f":
        return values
    size = host(np.abs(args[0]), args[1], **kwargs)
    return np.where(np.isnan(values), values, np.copysign(size, values))


def _in_range(name: str, args: tuple, values: Any) -> Any:
    if name == "power":  # at most 1 if the exact power is
        small = (np.abs(args[0]) <= 1) & (np.asarray(args[1]) >= 0)
        return np.where(small, np.clip(values, -1, 1), values)
    if name not in _RANGES:
        return values
    return np.clip(values, *map(values.dtype.type, _RANGES[name]))


def _function(name: str, host: Any, ulps: int) -> Callable[..., Any]:
    salt = zlib.crc32(name.encode())  # not hash(), which differs between processes

    def compute(*args: Any, out: Any = None, **kwargs: Any) -> Any:
        args, out = args[: host.nin], args[host.nin] if args[host.nin :] else out
        values = _unmoved(name, host, args, kwargs)
        if values.dtype.kind == "f":
            result = moved(values, ulps, *_key(name, args), salt=salt)
            result = np.where(_is_fixed(name, args), values, result)
            values = _in_range(name, args, result)
        if out is None:
            return values
        np.copyto(out, values, casting="same_kind")
        return out

    return compute


def _key(name: str, args: tuple) -> tuple:
    """What the error depends on: no sign of an argument that the size ignores."""
    if name == "hypot":
        return tuple(map(np.abs, args))
    return (np.abs(args[0]), *args[1:]) if name in _EVEN_OR_ODD else args


def _table() -> dict[str, Callable[..., Any]]:
    table = {}
    for name, ulps in ULPS.items():
        table[f"cupy.{name}"] = _function(name, getattr(np, name), ulps)
        if name in _ALIASES:
            table[f"cupy.{_ALIASES[name]}"] = table[f"cupy.{name}"]
    for name, ulps in SPECIAL_ULPS.items():
        host = getattr(scipy.special, name)
        table[f"cupyx.scipy.special.{name}"] = _function(name, host, ulps)
    power = table["cupy.power"]
    table["cupy.float_power"] = _function("power", np.float_power, ULPS["power"])
    # CuPy's x**y is pow(x, y), also for y = 2 (cupy/_core/_routines_math.pyx).
    table["ndarray.__pow__"] = power
    table["ndarray.__rpow__"] = lambda x, y: power(y, x)
    table["ndarray.__ipow__"] = lambda x, y: power(x, y, out=x)
    return table


COMPUTED = _table()
