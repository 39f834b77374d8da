"""`refgen.random` on the device: the same bits, drawn where they are used."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen import random as _host
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks
from refgen_gpu.mirror import mirrored

_THREADS = 256
_WORDS_PER_THREAD = 4  # a thread computes one block of Philox

_DTYPES = {"words": np.uint64, "integers": np.int64}


class Stream(_host.Stream):
    """`refgen.random.Stream`, drawn on the device: the same bits."""

    def _fill(self, kind: str, n: int, offset: int, *extra: int) -> Any:
        be = backend()
        out = be.xp.empty(n, dtype=_DTYPES.get(kind, np.float64))
        if n == 0:
            return out
        sizes: tuple[int, ...] = (n,)
        n_threads = n // _WORDS_PER_THREAD + 2
        if kind == "dirichlet":  # a thread computes one row
            n_threads = n // extra[0]
            sizes, extra = (n_threads, extra[0]), ()
        place = divmod(offset, _WORDS_PER_THREAD)
        arguments = (out, *sizes, *place, *self._coordinates(), *extra)
        grid = (n_blocks(n_threads, _THREADS),)
        be.launch(f"stream_{kind}", grid, (_THREADS,), arguments)
        return out

    def _order(self, words: Any) -> Any:
        return backend().xp.argsort(words, kind="stable").astype(np.int64, copy=False)


__getattr__, __dir__, __all__ = mirrored(__name__, {"Stream": Stream})
