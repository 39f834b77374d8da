"""The types that CuPy's ufuncs take and return, which need not be NumPy's."""

from __future__ import annotations

import functools
from typing import Any

import cupy as _cupy
import numpy as np

# CuPy has one more, bfloat16, where the package ml_dtypes is installed.
_CODES = frozenset(np.typecodes["All"])
# Python's own numbers take the type of the arrays, unless those are of a lower kind.
_KINDS = {bool: "biufc", int: "iufc", float: "fc", complex: "c"}
_OPERATORS = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "true_divide",
    "floordiv": "floor_divide", "mod": "remainder", "pow": "power",
    "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor",
    "lshift": "left_shift", "rshift": "right_shift", "lt": "less",
    "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal",
    "ne": "not_equal",
}  # fmt: skip


def ufunc_of(operator: str) -> Any:
    """CuPy's ufunc behind ``__add__``, ``__radd__`` and so on; None for ``@``."""
    bare = operator.strip("_")
    name = _OPERATORS.get(bare) or _OPERATORS.get(bare.removeprefix("r"))
    return None if name is None else getattr(_cupy, name)


def check_types(where: str, ufunc: Any, arguments: tuple, results: Any) -> None:
    """Refuse a call whose result has another type on a device, or that has none there.

    Raises
    ------
    TypeError
        If CuPy has no loop for the types of the arguments.
    AssertionError
        If the result's type is another one than NumPy's.
    """
    keys = _keys(arguments)
    wanted = _loop(ufunc, keys)
    if wanted is None:
        raise TypeError(f"{where}: CuPy has no loop for {', '.join(map(str, keys))}")
    found = results if isinstance(results, tuple) else (results,)
    types = tuple(np.asarray(result).dtype for result in found)
    assert types == wanted, f"{where}: CuPy returns {wanted}, and NumPy {types}"


def _keys(arguments: tuple) -> tuple:
    """For each argument a dtype, or a type of Python's numbers that follows them."""
    dtypes = [np.asarray(a).dtype for a in arguments]
    arrays = [
        d for a, d in zip(arguments, dtypes, strict=True) if type(a) not in _KINDS
    ]
    return tuple(
        dtype
        if type(argument) not in _KINDS or _is_lower(arrays, type(argument))
        else type(argument)
        for argument, dtype in zip(arguments, dtypes, strict=True)
    )


def _is_lower(arrays: list[np.dtype], number: type) -> bool:
    return not any(dtype.kind in _KINDS[number] for dtype in arrays)


@functools.cache
def _loop(ufunc: Any, keys: tuple) -> tuple[np.dtype, ...] | None:
    """Types of results in the first loop that takes the arguments, as CuPy looks."""
    for loop in ufunc.types:
        taken, _, returned = loop.partition("->")
        if not set(taken + returned) <= _CODES:
            continue
        if len(taken) == len(keys) and all(map(_fits, keys, taken)):
            return tuple(map(np.dtype, returned))
    return None


def _fits(key: Any, code: str) -> bool:
    if isinstance(key, np.dtype):
        return np.can_cast(key, code)
    return np.dtype(code).kind in _KINDS[key]
