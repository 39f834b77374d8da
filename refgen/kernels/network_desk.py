"""A desk: what all parts of the kernel for networks work on, as a row of integers.

Sizes first; then addresses of what is given, and of memory for a block of up to `ROWS`
rows of data, and for one network. Rows of h and of k numbers are filled up with zeros
to hp and kp.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refgen.kernels.linked import address
from refgen.kernels.packed import n_parameters, padded

# Rows of data that are worked on at once: they stay in the cache.
ROWS = 64

# A panel of gradients, which goes from sums of products to steps within the cache.
TALL, WIDE = 8, 512

(
    D, H, K, HP, KP, ACTIVATION, LOSS,  # sizes and kinds
    SCALES, DATA,                       # what is given: factors of layers, points
    TARGETS, WEIGHTS,                   # of the rows that a network is trained on
    X, A, OUT, T, SUMS, G,              # a block: points, neurons, outputs, labels
    TRANSPOSED, GRADIENT, OTHER, PANEL, FACTORS,
) = range(22)  # fmt: skip


def new_desk(sizes: Any, kinds: Any, given: Any) -> tuple[Any, list[Any]]:
    """A desk of sizes (d, h, k), kinds (activation, loss) and arrays, and its memory.

    Memory must be kept as long as the desk is used.
    """
    d, h, k = sizes
    hp, kp, row = padded(h), padded(k), n_parameters(d, h, k)
    lengths = (ROWS * d, ROWS * hp, ROWS * kp, ROWS * kp, ROWS * kp, ROWS * hp,
               k * hp, row, row, TALL * WIDE, 4)  # fmt: skip
    memory = [_on_a_line(n) for n in lengths]
    places = [*map(address, given), 0, 0, *map(address, memory)]
    return np.array([d, h, k, hp, kp, *kinds, *places], np.int64), [memory, given]


def _on_a_line(n: int) -> Any:
    """Zeros that begin where a line of the cache does."""
    found = np.zeros(n + 8)
    first = -address(found) % 64 // 8
    return found[first : first + n]
