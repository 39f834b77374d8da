"""`refgen.random` on the device: the same bits, drawn where they are used."""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen import random as _host
from refgen_gpu.backend import backend
from refgen_gpu.kernels.random import fill

__all__ = ["Stream"]


class Stream(_host.Stream):
    """`refgen.random.Stream`, drawn on the device: the same bits."""

    def _fill(self, kind: str, n: int, offset: int, *extra: int) -> Any:
        return fill(kind, n, offset, self._coordinates(), *extra)

    def _order(self, words: Any) -> Any:
        return backend().xp.argsort(words, kind="stable").astype(np.int64, copy=False)
