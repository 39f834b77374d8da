"""Sums over pairs of ReLU neurons on the device, with the bits of the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.relu_pairs import COUNTS, CUT, LANES, LEAST, nodes_and_weights
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128


def relu_pairs(kinks: Any, cosines: Any, loads: Any, rests: Any) -> Any:
    """Σ loads_j loads_l × what each pair adds, one warp a row.

    Parameters
    ----------
    kinks : device array of shape (B, n_rows, k), float64
        At most 1000 in absolute value.
    cosines : device array of shape (B, k, k), float64
    loads : device array of shape (B, k), float64
    rests : device array of shape (B, n_rows), float64
        1 − a in (0, 1]; 1 is the whole integral.

    Returns
    -------
    device array of shape (B, n_rows)
    """
    be = backend()
    batch, n_rows, k = kinks.shape
    out = be.xp.empty((batch, n_rows), dtype=np.float64)
    nodes = be.xp.asarray(nodes_and_weights())
    arrays = (be.xp.ascontiguousarray(a) for a in (kinks, cosines, loads, rests, nodes))
    be.launch(
        "relu_pairs",
        (n_blocks(out.size * LANES, _THREADS),),
        (_THREADS,),
        (*arrays, out.size, n_rows, k, *COUNTS, CUT, LEAST, out),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Few and many neurons; parallel ones, of kinks near and far, and of no load."""
    for k in (1, 2, 33, 100):
        n_rows = size // (10 * k * k) + 3
        stream = rg.random.Stream(0, "check", "relu_pairs")
        kinks = 4 * stream.normal((2, n_rows, k))
        kinks[:, 0] = 1000 * stream.child("far").signs((2, k))
        kinks[:, 1] = kinks[:, 1, :1]
        cosines = 2 * stream.child("cosines").uniform((2, k, k)) - 1
        cosines[1] = 1.0
        loads = stream.child("loads").normal((2, k))
        loads[0, 0] = 0.0
        rests = 1 - stream.child("rests").uniform((2, n_rows))
        pairs = kernel("relu_pairs", "relu_pairs")
        yield "relu_pairs", pairs(kinks, cosines, loads, rests)
