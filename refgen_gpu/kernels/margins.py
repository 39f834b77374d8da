"""Noise radii and margins of drawn samples on the device, with the bits of the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.margins import ATTEMPTS, LANES
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128


def noise_radii(dimension: Any, n_draws: int, coordinates: tuple[int, ...]) -> Any:
    """Lengths of the classifiers' noise, one thread a draw.

    Parameters
    ----------
    dimension : device array of shape (B,), float64
    n_draws : int
    coordinates : (replicate, purpose, key, key)

    Returns
    -------
    device array of shape (B, n_draws)
    """
    be = backend()
    n_rows = len(dimension) * n_draws
    out = be.xp.empty((len(dimension), n_draws), dtype=np.float64)
    be.launch(
        "noise_radii",
        (n_blocks(n_rows, _THREADS),),
        (_THREADS,),
        (dimension, n_rows, n_draws, ATTEMPTS, *coordinates, out),
    )
    return out


def margin_summaries(
    numbers: Any, radius: Any, length: int, coordinates: tuple[int, ...]
) -> Any:
    """Smallest margins and counts of errors, one warp a draw.

    Parameters
    ----------
    numbers : device array of shape (B, 3), float64
        The columns m, a and v.
    radius : device array of shape (B, n_draws), float64
    length : int
        Positions of the stream for the normals of a draw, a multiple of 4.
    coordinates : (replicate, purpose, key, key)

    Returns
    -------
    device array of shape (B, n_draws, 3)
    """
    be = backend()
    n_rows, n_draws = radius.size, radius.shape[1]
    out = be.xp.empty((*radius.shape, 3), dtype=np.float64)
    be.launch(
        "margin_summaries",
        (n_blocks(n_rows * LANES, _THREADS),),
        (_THREADS,),
        (numbers, radius, n_rows, n_draws, length, *coordinates, out),
    )
    return out


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Few and many dimensions, several sizes of samples, whole and broken blocks."""
    place = (3, 5, 7, 11)
    radii, summaries = (
        kernel("margins", "noise_radii"),
        kernel("margins", "margin_summaries"),
    )
    stream = rg.random.Stream(0, "check", "margins")
    for m in (2, 5, 67, size // 64 + 129):
        uniform = stream.uniform(3)
        dimension = 2 + 10.0 * rg.arrays.to_device([0.0, 0.1, m])
        radius = radii(dimension, 9, place)
        yield "noise_radii", radius
        sizes = rg.arrays.to_device([2.0, float(m), float(m)])
        numbers = rg.arrays.namespace(sizes).stack(
            [sizes, uniform, uniform / m], axis=-1
        )
        length = (m + 3) // 4 * 4
        yield "margin_summaries", summaries(numbers, radius, length, place)
