"""Secular equations on the device, one thread a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.secular import STEPS
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128

NOT_COMPARED = {"ball_by_cholesky": "a device solves by eigenvalues instead"}


def secular_roots(spectrum: Any, scaled: Any) -> Any:
    """μ ≥ 0 with Σ (scaled/(spectrum + μ))² = 1 for each row, 0 if Σ ≤ 1 there.

    The bits are those of the kernel of refgen.

    Parameters
    ----------
    spectrum, scaled : device arrays of shape (B, d), float64

    Returns
    -------
    device array of shape (B,)
    """
    be = backend()
    n_problems, n = spectrum.shape
    out = be.xp.empty(n_problems, dtype=np.float64)
    columns = [be.xp.ascontiguousarray(a.T) for a in (spectrum, scaled)]
    be.launch(
        "secular_roots",
        (n_blocks(n_problems, _THREADS),),
        (_THREADS,),
        (*columns, n_problems, n, STEPS, out),
    )
    return out


def ball_by_cholesky(
    gram: Any, moment: Any, radius: Any, tolerance: float
) -> tuple[Any, Any]:
    """Leaves every problem to the eigenvalues, which a device finds in batches.

    Parameters
    ----------
    gram : device array of shape (B, d, d), float64
    moment : device array of shape (B, d), float64
    radius : device array of shape (B,), float64
    tolerance : float

    Returns
    -------
    solution : device array of shape (B, d)
        Zeros.
    multiplier : device array of shape (B,)
        −1: not solved.
    """
    xp = backend().xp
    return xp.zeros(moment.shape), xp.full(len(moment), -1.0)


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Roots of random problems, of which some have their solution inside the ball."""
    for shape in ((1, 1), (5, 3), (67, 33), (size // 8 + 1, 8)):
        stream = rg.random.Stream(0, "check", "secular")
        spectrum, scaled = stream.exponential(shape), stream.child("m").normal(shape)
        yield "secular_roots", kernel("secular", "secular_roots")(spectrum, scaled)
