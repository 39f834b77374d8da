"""Sums over level sets and segments, one row at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.levels import PIECE
from refgen_gpu.backend import backend
from refgen_gpu.chunks import ARGSORT_BYTES, in_chunks
from refgen_gpu.launch import n_blocks

# Up to this length one thread takes a row, in the order of a plain loop; beyond it a
# block of threads splits the row.
_SHORT_ROW = 4096
_ROWS_PER_BLOCK = 128
_CHUNKS_PER_ROW = 256
_SUMS_PER_BLOCK = 4  # each by a warp


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

    # More than the order and both sorted arrays, which are there when it is done.
    in_chunks(n_rows, ARGSORT_BYTES * n, compute)
    return out


def _sorted_rows(xp: Any, levels: Any, values: Any) -> tuple[Any, Any]:
    order = xp.argsort(levels, axis=-1, kind="stable")
    by_level = (xp.take_along_axis(rows, order, axis=-1) for rows in (levels, values))
    sorted_levels, sorted_values = map(xp.ascontiguousarray, by_level)
    return sorted_levels, sorted_values


def segment_sums(values: Any, starts: Any) -> Any:
    """Σ of the values of each segment, for each row: (n_rows, n_segments).

    The bits are those of the kernel of refgen, whose docstring has the error.

    Parameters
    ----------
    values : device array of shape (R, n), float64
    starts : device array of shape (S,), int64
        First index of each segment; they do not fall. An empty one has the sum 0.

    Returns
    -------
    device array of shape (R, S)
    """
    xp = backend().xp
    if len(starts) == 0:
        return xp.empty((len(values), 0))
    bounds = xp.append(starts, values.shape[1])
    while True:
        n_pieces = (xp.diff(bounds) + (PIECE - 1)) // PIECE
        if int(n_pieces.max()) <= 1:
            return _sums_between(values, bounds)
        # Pieces become the terms: those of segment s begin at firsts[s].
        firsts = xp.append(xp.zeros(1, dtype=np.int64), xp.cumsum(n_pieces))
        values = _sums_between(values, _piece_bounds(xp, bounds, firsts))
        bounds = firsts


def _piece_bounds(xp: Any, bounds: Any, firsts: Any) -> Any:
    """Where the pieces of all segments begin, and where the last one ends."""
    piece = xp.arange(int(firsts[-1]))
    segment = xp.searchsorted(firsts, piece, side="right") - 1
    begin = bounds[segment] + PIECE * (piece - firsts[segment])
    return xp.append(begin, bounds[-1:])


def _sums_between(values: Any, bounds: Any) -> Any:
    be = backend()
    n_rows, n = values.shape
    out = be.xp.empty((n_rows, len(bounds) - 1), dtype=np.float64)
    be.launch(
        "segment_sums",
        (n_blocks(out.size, _SUMS_PER_BLOCK),),
        (32 * _SUMS_PER_BLOCK,),
        (values, bounds, n_rows, n, len(bounds) - 1, out),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Sums of integers, which are exact in any order; rows on both sides of 4096.

    Segments have real numbers, as their order is fixed: none, one, a few, many pieces.
    """
    for shape in ((3, 1), (size // 33 + 5, 33), (2, 5000)):
        stream = rg.random.Stream(0, "check", "levels")
        levels = stream.integers(9, shape).astype(np.float64)
        values = stream.child("values").integers(9, shape) - 4.0
        for name in ("absolute_level_sums", "cumulative_level_area"):
            yield name, kernel("levels", name)(levels, values)
    segments = kernel("levels", "segment_sums")
    for n, starts in (
        (70, [0, 0, 1, 3, 35, 35]),
        (size + 3000, [0, 1, 1025, 2100, 2100]),
        (3_000_000 if size > 10_000 else 3000, [0]),
    ):
        values = rg.random.Stream(0, "check", "segments").normal((2, n))
        yield "segment_sums", segments(values, rg.arrays.to_device(starts))
