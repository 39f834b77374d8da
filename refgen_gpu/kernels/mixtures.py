"""Sums over the densities of mixtures on the device, one thread a query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128


def mixture_sums(points: Any, queries: Any, factor: Any, amounts: Any) -> Any:
    """Least exponent and sums of powers of the terms e^(least − exponent).

    The bits are those of the kernel of refgen.

    Parameters
    ----------
    points : device array of shape (B, m, d), float64
    queries : device array of shape (B, n, d), float64
    factor : device array of shape (B,), float64
        The exponent of a point is factor ‖q − x‖².
    amounts : device array of shape (B, k, m), float64

    Returns
    -------
    device array of shape (B, n, 3 + k)
        The least exponent, Σ term, Σ term² and Σ term² amount.
    """
    be = backend()
    n_samples, n_queries, n_features = queries.shape
    n_rows, n_amounts = n_samples * n_queries, amounts.shape[1]
    out = be.xp.empty((n_samples, n_queries, 3 + n_amounts), dtype=np.float64)
    be.launch(
        "mixture_sums",
        (n_blocks(n_rows, _THREADS),),
        (_THREADS,),
        (
            be.xp.ascontiguousarray(points.swapaxes(1, 2)),
            be.xp.ascontiguousarray(queries),
            be.xp.ascontiguousarray(factor),
            be.xp.ascontiguousarray(amounts),
            n_rows,
            n_queries,
            points.shape[1],
            n_features,
            n_amounts,
            out,
        ),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Few and many points and features, near queries and far ones."""
    stream = rg.random.Stream(0, "check", "mixtures")
    for m, n, d, k in (
        (1, 3, 1, 0),
        (5, 2, 3, 1),
        (67, 9, 2, 2),
        (size // 64, 129, 7, 1),
    ):
        points = stream.normal((2, m, d))
        queries = 1.5 * stream.child("queries").normal((2, n, d))
        factor = rg.arrays.to_device([0.5, 30.0])
        amounts = stream.child("amounts").uniform((2, k, m))
        arguments = (points, queries, factor, amounts)
        yield "mixture_sums", kernel("mixtures", "mixture_sums")(*arguments)
