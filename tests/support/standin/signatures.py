"""Which calls the installed CuPy accepts, as far as can be known without a GPU.

Functions written in Python have signatures. What is compiled, as all methods of arrays
and ufuncs are, begins its docstring with one.
"""

from __future__ import annotations

import functools
import inspect
import re
from typing import Any

_TYPES = re.compile(r"\b(?:_ndarray_base|Py_ssize_t|int|bool) (?=\w)")
UFUNC_KEYWORDS = {"out", "dtype", "casting"}
_EINSUM_KEYWORDS = {"dtype", "casting", "optimize"}

# The ufuncs whose methods CuPy implements (cupy/_core/_kernel.pyx). `at` is left out:
# it adds up in another order each time.
UFUNC_METHODS = {
    "reduce": {"add", "multiply"},
    "accumulate": {"add", "multiply"},
    "reduceat": {"add"},
    "outer": {"add", "multiply", "subtract"},
}


def embedded(documented: Any) -> inspect.Signature:
    """The signature with which the docstring of a compiled function begins.

    Raises
    ------
    TypeError
        If there is none: nobody could say which calls CuPy accepts.
    """
    line = (documented.__doc__ or "").partition("\n")[0]
    found = re.match(r"[\w.]+\((.*)\)(?: -> [\w.]+)?$", line)
    if found is None:
        raise TypeError(f"{documented!r}: CuPy's docstring has no signature")
    parameters = _TYPES.sub("", found[1])
    return inspect.signature(eval(f"lambda {parameters}: None", {"float": float}))


@functools.cache
def signature_of(function: Any) -> inspect.Signature:
    """Of a function, or of a method, with the array or ufunc as first parameter."""
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return embedded(function)


def check_call(where: str, function: Any, args: tuple, kwargs: dict[str, Any]) -> None:
    """Check names and numbers of arguments, and values that NumPy takes but CuPy not.

    Raises
    ------
    TypeError
        If CuPy would not accept the call.
    ValueError
        If it would refuse a value.
    """
    _check_names(where, function, len(args), tuple(kwargs))
    # After the array and an axis.
    kind = kwargs.get("kind", args[2] if len(args) > 2 else None)
    if where.endswith("sort") and kind not in (None, "stable"):
        raise ValueError(f"{where}: CuPy sorts with kind=None or 'stable' only")
    if where.endswith(".astype") and {"casting", "subok"} & set(kwargs):
        raise TypeError(f"{where}: casting and subok are not supported")
    if where.endswith(".einsum") and set(kwargs) - _EINSUM_KEYWORDS:
        raise TypeError(f"{where} got an unexpected keyword in {set(kwargs)}")


@functools.cache
def _check_names(where: str, function: Any, n_args: int, names: tuple) -> None:
    try:
        signature_of(function).bind(*range(n_args), **dict.fromkeys(names))
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from None


def check_ufunc_call(where: str, ufunc: Any, args: tuple, kwargs: dict) -> None:
    if set(kwargs) - UFUNC_KEYWORDS:
        raise TypeError(f"{where} got an unexpected keyword in {set(kwargs)}")
    if not ufunc.nin <= len(args) <= ufunc.nargs:
        raise TypeError(f"{where}: wrong number of arguments ({len(args)})")
