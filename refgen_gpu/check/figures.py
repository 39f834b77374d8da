"""Figures of CuPy and of the card, which the check takes and does not judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from refgen_gpu.backend import Backend


def _memory(be: Backend) -> dict[str, Any]:
    """What too large an array raises, and the cost of asking how much is free."""
    try:
        be.xp.empty(1 << 50, dtype=np.uint8)
    except Exception as error:
        raised = [kind.__name__ for kind in type(error).__mro__]
    start = time.perf_counter()
    for _ in range(100):
        be.free_memory()
    each = (time.perf_counter() - start) / 100
    return {"too large an array raises": raised, "microseconds_of_asking": 1e6 * each}


def _functions() -> dict[str, tuple[str, str, float, float]]:
    """By name: a library, a function of it, and a range of arguments."""
    elementwise = {
        "sqrt": (0, 1e6), "exp": (-700, 700), "log": (1e-300, 1e3), "expm1": (-1, 1),
        "log1p": (-0.999, 10), "sin": (-10, 10), "cos": (-10, 10), "tanh": (-5, 5),
        "arccos": (-1, 1), "arctan": (-10, 10),
    }  # fmt: skip
    special = {
        "erf": (-3, 3), "ndtr": (-8, 8), "ndtri": (1e-9, 1), "gammaln": (0.1, 1e3),
        "betainc": (0, 1),
    }  # fmt: skip
    return {n: ("xp", n, *r) for n, r in elementwise.items()} | {
        n: ("special", n, *r) for n, r in special.items()
    }


def _ulps(be: Backend, case: tuple[str, str, float, float]) -> dict[str, Any]:
    """Largest difference from the host in units of the last place."""
    import scipy.special

    library, name, low, high = case
    x = np.random.default_rng(0).uniform(low, high, 100_000)
    extra = (2.5, 4.0) if name == "betainc" else ()
    host = getattr(np if library == "xp" else scipy.special, name)(*extra, x)
    found = be.to_host(getattr(getattr(be, library), name)(*extra, be.xp.asarray(x)))
    return {"largest": float(np.max(np.abs(found - host) / np.spacing(np.abs(host))))}


def _product_error(be: Backend) -> dict[str, float]:
    """Wrong products of integers, and the error of others over 2γₙ|A||B|."""
    rng = np.random.default_rng(1)
    n = 512
    integers = rng.integers(-1000, 1000, (2, n, n)).astype(float)
    a, b = rng.standard_normal((2, n, n))
    product = be.to_host(be.xp.matmul(*map(be.xp.asarray, (a, b))))
    bound = 2 * n * 2.0**-53 * (np.abs(a) @ np.abs(b))
    exact = be.to_host(be.xp.matmul(*map(be.xp.asarray, integers)))
    return {
        "error_over_bound": float((np.abs(product - a @ b) / bound).max()),
        "integers_wrong": int((exact != integers[0] @ integers[1]).sum()),
    }


def _eigh(be: Backend, size: int) -> dict[str, float]:
    """The largest residual of a batch of eigendecompositions over d ε |A|."""
    xp, batch = be.xp, 2**15 // size
    rows = np.random.default_rng(2).standard_normal((batch, size, size))
    a = xp.asarray(rows + rows.swapaxes(1, 2))
    w, v = xp.linalg.eigh(a)
    residual = xp.abs(xp.matmul(a, v) - v * w[:, None]).max(axis=(1, 2))
    norms = xp.sqrt((a * a).sum(axis=(1, 2)))
    return {"residual": float((residual / norms).max()) / (size * 2.0**-52)}


def _argsort(be: Backend) -> dict[str, Any]:
    """Bytes for each number, besides the rows; `ARGSORT_BYTES` counts them, too."""
    if not be.is_gpu:
        return {"not measured": be.device}
    pool = be.xp.cuda.MemoryPool()
    with be.xp.cuda.using_allocator(pool.malloc):
        rows = be.xp.random.random((1 << 12, 1 << 12))
        before = pool.total_bytes()
        be.xp.argsort(rows, axis=1, kind="stable")
        return {"bytes_each": (pool.total_bytes() - before) / rows.size}


def _workspace(be: Backend, size: int) -> dict[str, Any]:
    """Elements for each matrix of a stack; 1024 + (n + 1)² is assumed."""
    if not be.is_gpu:
        return {"not measured": be.device}
    from cupy_backends.cuda.libs import cublas, cusolver

    handle, info = be.xp.cuda.Device().cusolver_handle, cusolver.createSyevjInfo()
    a = be.xp.empty((1, size, size))
    few, many = (
        cusolver.dsyevjBatched_bufferSize(
            handle, cusolver.CUSOLVER_EIG_MODE_VECTOR, cublas.CUBLAS_FILL_MODE_UPPER,
            size, a.data.ptr, size, a.data.ptr, info, batch,
        )
        for batch in (1 << 10, 1 << 11)
    )  # fmt: skip
    cusolver.destroySyevjInfo(info)
    return {"elements_each": (many - few) / (1 << 10)}


FIGURES: dict[str, Callable[[Backend], dict[str, Any]]] = {
    "memory": _memory,
    "matrix product": _product_error,
    "argsort": _argsort,
    **{
        f"ulps, {name}": partial(_ulps, case=case)
        for name, case in _functions().items()
    },
    **{f"eigh, {n}": partial(_eigh, size=n) for n in (8, 16, 24, 32, 33, 48, 64, 128)},
    **{f"workspace, {n}": partial(_workspace, size=n) for n in (2, 4, 32, 33, 128)},
}
