"""Draws of a stream, with the bits of the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 256
_WORDS_PER_THREAD = 4  # a thread computes one block of Philox

_DTYPES = {"words": np.uint64, "integers": np.int64}


def fill(
    kind: str, n: int, offset: int, coordinates: tuple[int, ...], extra: int = 1
) -> Any:
    """`n` draws from position `offset`.

    Parameters
    ----------
    kind : str
        The kernel is ``stream_<kind>``.
    n, offset : int
    coordinates : (replicate, purpose, key, key)
    extra : int
        The bound of integers, and the length of Dirichlet rows.

    Returns
    -------
    device array of shape (n,)
    """
    be = backend()
    out = be.xp.empty(n, dtype=_DTYPES.get(kind, np.float64))
    if n == 0:
        return out
    sizes: tuple[int, ...] = (n,)
    n_threads = n // _WORDS_PER_THREAD + 2
    if kind == "dirichlet":  # a thread computes one row
        n_threads = n // extra
        sizes = (n_threads, extra)
    bound = (extra,) if kind == "integers" else ()
    place = divmod(offset, _WORDS_PER_THREAD)
    be.launch(
        f"stream_{kind}",
        (n_blocks(n_threads, _THREADS),),
        (_THREADS,),
        (out, *sizes, *place, *coordinates, *bound),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Draws of every kind. Odd offsets do not begin with the first word of a block."""
    stream = rg.random.Stream(0, "check", "bits")
    for n in (1, 2, 5, 67, size + 31):
        for kind in ("words", "uniform", "normal", "exponential", "signs"):
            for offset in (0, 3):
                yield kind, getattr(stream, kind)(n, offset=offset)
        yield "integers", stream.integers(1000, n, offset=3)
        yield "integers, large", stream.integers(2**63 - 1, n)
        yield "dirichlet", stream.dirichlet((n // 5 + 1, 5), offset=2)
        yield "normal, float32", stream.normal(n, offset=1, dtype=np.float32)
        yield "permutation", stream.permutation(n)
        yield "offset near the end", stream.normal(n, offset=2**66 - n)
        yield "replicate", stream.at(2**64 - 1).child("x").normal(n)
