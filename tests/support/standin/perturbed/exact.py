"""Functions without rounding, or with one that IEEE prescribes; flushing of float32."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

_OPERATORS = "add sub mul truediv and or xor lshift rshift"
_COMPARISONS = "lt le gt ge eq ne neg pos abs invert"
_METHODS = """
    all any argmax argmin argpartition argsort choose clip compress conj conjugate copy
    diagonal fill flatten item max min nonzero partition ptp put ravel repeat reshape
    round searchsorted sort squeeze swapaxes take tobytes tolist transpose view
    __copy__ __deepcopy__
"""
_FUNCTIONS = """
    abs absolute add all allclose any append argmax argmin argpartition argsort argwhere
    array_equal atleast_1d atleast_2d bitwise_and bitwise_not bitwise_or bitwise_xor
    broadcast_arrays broadcast_shapes broadcast_to ceil clip concatenate
    copysign diag diagonal diff divide empty empty_like equal expand_dims eye fabs
    fill_diagonal flatnonzero flip floor fmax fmin frexp full full_like greater
    greater_equal identity indices invert isclose isfinite isinf isnan ldexp left_shift
    less less_equal lexsort logical_and logical_not logical_or logical_xor max maximum
    meshgrid min minimum moveaxis multiply ndim negative nonzero not_equal ones
    ones_like outer positive put_along_axis ravel reciprocal repeat reshape result_type
    right_shift rint roll round searchsorted shape sign signbit size sort sqrt square
    squeeze stack subtract swapaxes take take_along_axis tile transpose tri tril triu
    true_divide trunc unique unravel_index where zeros zeros_like
"""

EXACT = {
    "ndarray": {
        *(f"__{p}{n}__" for n in _OPERATORS.split() for p in ("", "r", "i")),
        *(f"__{name}__" for name in _COMPARISONS.split()),
        *_METHODS.split(),
    },
    "cupy": set(_FUNCTIONS.split()),
    "cupy.add": {"outer"},
    "cupy.subtract": {"outer"},
    "cupy.multiply": {"outer"},
    "cupy.fft": {"rfftfreq", "fftfreq"},
}


def flushed(compute: Callable[..., Any], writes: bool = False) -> Callable[..., Any]:
    """`compute` with float32's subnormal results flushed to zero, as -ftz=true does.

    What is only another view of an argument stays as it is. Where `compute` writes, an
    argument that it returns is its output.
    """

    @functools.wraps(compute)
    def function(*args: Any, **kwargs: Any) -> Any:
        result = compute(*args, **kwargs)
        if getattr(result, "dtype", None) != np.float32:
            return result
        is_small = np.abs(result) < np.finfo(np.float32).tiny
        zeros = np.copysign(np.float32(0), result)
        if writes and any(result is given for given in (*args, kwargs.get("out"))):
            np.copyto(result, zeros, where=is_small)
            return result
        return result if _is_view(result, args) else np.where(is_small, zeros, result)

    return function


def _is_view(result: Any, args: tuple) -> bool:
    return any(
        isinstance(a, np.ndarray) and np.may_share_memory(a, result) for a in args
    )
