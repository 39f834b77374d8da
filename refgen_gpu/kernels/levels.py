"""Sums over level sets, one row at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen_gpu.backend import backend
from refgen_gpu.chunks import in_chunks
from refgen_gpu.launch import n_blocks

# Up to this length one thread takes a row, in the order of a plain loop; beyond it a
# block of threads splits the row.
_SHORT_ROW = 4096
_ROWS_PER_BLOCK = 128
_CHUNKS_PER_ROW = 256


def absolute_level_sums(levels: Any, values: Any) -> Any:
    """Σ over distinct levels of |Σ values at that level|, for each row.

    Parameters
    ----------
    levels, values : device arrays of shape (R, n), float64

    Returns
    -------
    device array of shape (R,)
    """
    part_bytes = 32  # three sums and a flag
    return _by_row("absolute_level_sums", levels, values, part_bytes)


def cumulative_level_area(levels: Any, values: Any) -> Any:
    """∫ |Σ values at levels ≤ t| dt for each row: W₁ between two laws.

    Parameters
    ----------
    levels, values : device arrays of shape (R, n), float64

    Returns
    -------
    device array of shape (R,)
    """
    return _by_row("cumulative_level_area", levels, values, 8)


def _by_row(kernel: str, levels: Any, values: Any, part_bytes: int) -> Any:
    be = backend()
    n_rows, n = levels.shape
    out = be.xp.zeros(n_rows, dtype=be.xp.float64)
    if n == 0:
        return out
    block = (1, _ROWS_PER_BLOCK) if n <= _SHORT_ROW else (_CHUNKS_PER_ROW, 1)

    def compute(start: int, stop: int) -> None:
        rows = _sorted_rows(be.xp, levels[start:stop], values[start:stop])
        grid = (n_blocks(stop - start, block[1]),)
        args = (*rows, stop - start, n, out[start:stop])
        be.launch(
            kernel, grid, block, args, shared_mem=part_bytes * block[0] * block[1]
        )

    # The order, the sorted keys inside the sort, and both sorted arrays.
    in_chunks(n_rows, 5 * 8 * n, compute)
    return out


def _sorted_rows(xp: Any, levels: Any, values: Any) -> tuple[Any, Any]:
    order = xp.argsort(levels, axis=-1, kind="stable")
    by_level = (xp.take_along_axis(rows, order, axis=-1) for rows in (levels, values))
    sorted_levels, sorted_values = map(xp.ascontiguousarray, by_level)
    return sorted_levels, sorted_values


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Sums of integers, which are exact in any order; rows on both sides of 4096."""
    for shape in ((3, 1), (size // 33 + 5, 33), (2, 5000)):
        stream = rg.random.Stream(0, "check", "levels")
        levels = stream.integers(9, shape).astype(np.float64)
        values = stream.child("values").integers(9, shape) - 4.0
        for name in ("absolute_level_sums", "cumulative_level_area"):
            yield name, kernel("levels", name)(levels, values)
