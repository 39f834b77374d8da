"""Sums and products of many terms in another order than NumPy's.

A reduction goes as in a block of CUDA: every lane adds up its own terms, then halves
of the lanes are added. Products of matrices add up the second half of the terms first,
backwards. Running sums double their reach in each step, as a parallel scan does, so
that those of positive terms need not increase.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

_LANES = 256


def _tree(terms: Any, operation: Any) -> Any:
    """Reduction of the first axis."""
    lanes = np.array(terms[:_LANES])
    for start in range(_LANES, len(terms), _LANES):
        part = terms[start : start + _LANES]
        lanes[: len(part)] = operation(lanes[: len(part)], part)
    while len(lanes) > 1:
        half = 1 << (len(lanes) - 1).bit_length() - 1
        low, high = lanes[:half], lanes[half:]
        low[: len(high)] = operation(low[: len(high)], high)
        lanes = low
    return lanes[0]


def _terms_first(a: Any, axis: Any) -> tuple[Any, tuple[int, ...]]:
    """`a` with the reduced axes made one, in front; their numbers."""
    axes = range(a.ndim) if axis is None else np.atleast_1d(axis)
    axes = tuple(int(k) % a.ndim for k in axes)
    a = np.moveaxis(a, axes, range(len(axes)))
    return a.reshape(-1, *a.shape[len(axes) :]), axes


def _finished(result: Any, a: Any, axes: tuple, out: Any, keepdims: bool) -> Any:
    if keepdims:
        result = np.expand_dims(result, axes)
    if out is None:
        return result
    np.copyto(out, result, casting="same_kind")
    return out


def _reduction(operation: Any) -> Callable[..., Any]:
    def reduce(
        a: Any, axis: Any = None, dtype: Any = None, out: Any = None,
        keepdims: bool = False,
    ) -> Any:  # fmt: skip
        if a.ndim == 0 or a.size == 0 or np.dtype(dtype or a.dtype).kind not in "fc":
            method = np.sum if operation is np.add else np.prod
            return method(a, axis, dtype, out, keepdims=bool(keepdims))
        terms, axes = _terms_first(a.astype(dtype or a.dtype, copy=False), axis)
        return _finished(_tree(terms, operation), a, axes, out, bool(keepdims))

    return reduce


sum_ = _reduction(np.add)
prod = _reduction(np.multiply)


def _reduced_count(a: Any, axis: Any) -> int:
    axes = range(a.ndim) if axis is None else np.atleast_1d(axis)
    return int(np.prod([a.shape[k] for k in axes], dtype=np.int64))


def mean(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, keepdims: bool = False
) -> Any:
    if a.size == 0:
        return np.mean(a, axis, dtype, out, keepdims=keepdims)
    kind = dtype or (a.dtype if a.dtype.kind in "fc" else np.float64)
    total = sum_(a, axis, kind, None, keepdims)
    result = np.asarray(total / np.dtype(kind).type(_reduced_count(a, axis)))
    return _finished(result, a, (), out, False)


def var(
    a: Any, axis: Any = None, dtype: Any = None, out: Any = None, ddof: int = 0,
    keepdims: bool = False,
) -> Any:  # fmt: skip
    """As CuPy: the sum of squares times the reciprocal of their number."""
    kind = dtype or (a.dtype if a.dtype.kind == "f" else np.float64)
    squares = np.square(a - mean(a, axis, kind, None, True))
    share = np.dtype(kind).type(1 / max(_reduced_count(a, axis) - ddof, 0))
    result = np.asarray(sum_(squares, axis, kind, None, keepdims) * share)
    return _finished(result, a, (), out, False)


def std(*args: Any, **kwargs: Any) -> Any:
    return np.sqrt(var(*args, **kwargs))


def _scan(operation: Any, numpy: Any) -> Callable[..., Any]:
    def scan(a: Any, axis: Any = None, dtype: Any = None, out: Any = None) -> Any:
        if np.dtype(dtype or a.dtype).kind not in "fc" or a.ndim == 0:
            return numpy(a, axis, dtype, out)
        a = a.astype(dtype or a.dtype)
        sums = a.ravel() if axis is None else np.moveaxis(a, axis, 0)
        reach = 1
        while reach < len(sums):
            sums[reach:] = operation(sums[reach:], sums[:-reach])
            reach *= 2
        result = sums if axis is None else np.moveaxis(sums, 0, axis)
        return _finished(result, a, (), out, False)

    return scan


cumsum = _scan(np.add, np.cumsum)
cumprod = _scan(np.multiply, np.cumprod)


def add_reduceat(
    array: Any, indices: Any, axis: int = 0, dtype: Any = None, out: Any = None
) -> Any:
    """As CuPy: differences of running sums (cupy/_core/_routines_indexing.pyx)."""
    axis %= array.ndim
    indices = np.append(indices, array.shape[axis])
    first = np.zeros([1 if k == axis else n for k, n in enumerate(array.shape)])
    running = cumsum(array, axis, dtype)
    running = np.append(first.astype(running.dtype), running, axis)
    empty = (indices[:-1] >= indices[1:]).reshape(-1, *[1] * (array.ndim - axis - 1))
    sums = running.take(indices[1:], axis) - running.take(indices[:-1], axis)
    result = np.where(empty, array.take(indices[:-1], axis), sums)
    return _finished(result, array, (), out, False)


def matmul(a: Any, b: Any, out: Any = None) -> Any:
    inner = a.shape[-1]
    if np.result_type(a, b).kind not in "fc" or inner < 2:
        return np.matmul(a, b, out=out)
    half, rows = inner // 2, b if b.ndim > 1 else b[:, None]
    if rows.shape[-2] != inner:
        return np.matmul(a, b)  # which raises
    last, first = (
        np.matmul(a[..., part], rows[..., part, :])
        for part in (slice(None, half - 1, -1), slice(half - 1, None, -1))
    )
    result = last + first
    result = result if b.ndim > 1 else result[..., 0]
    return _finished(result, a, (), out, False)


def dot(a: Any, b: Any, out: Any = None) -> Any:
    if a.ndim > 2 or b.ndim > 2:
        raise NotImplementedError("dot of more than two dimensions: use matmul")
    product = np.multiply if 0 in (a.ndim, b.ndim) else matmul
    return product(a, b, out=out)


def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None,
    out: Any = None,
) -> Any:  # fmt: skip
    return sum_(np.diagonal(a, offset, axis1, axis2), -1, dtype, out)


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Any:
    """Weights are added up from the last on, as atomic operations may."""
    weights = weights if weights is None else weights[::-1]
    return np.bincount(x[::-1], weights, minlength)


COMPUTED = {
    "cupy.sum": sum_,
    "cupy.bincount": bincount,
    "cupy.prod": prod,
    "cupy.mean": mean,
    "cupy.var": var,
    "cupy.std": std,
    "cupy.cumsum": cumsum,
    "cupy.cumprod": cumprod,
    "cupy.add.reduce": lambda array, axis=0, *args, **kwargs: sum_(
        array, axis, *args, **kwargs
    ),
    "cupy.add.accumulate": lambda array, axis=0, *args, **kwargs: cumsum(
        array, axis, *args, **kwargs
    ),
    "cupy.multiply.reduce": lambda array, axis=0, *args, **kwargs: prod(
        array, axis, *args, **kwargs
    ),
    "cupy.multiply.accumulate": lambda array, axis=0, *args, **kwargs: cumprod(
        array, axis, *args, **kwargs
    ),
    "cupy.add.reduceat": add_reduceat,
    "cupy.matmul": matmul,
    "cupy.dot": dot,
    "cupy.trace": trace,
    "ndarray.__matmul__": matmul,
    "ndarray.__rmatmul__": lambda a, b: matmul(b, a),
}
