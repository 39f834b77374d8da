"""Logistic gradient flows on the device, one thread a problem."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.kernels import kernel
from refgen.kernels.flows import FIRST_STEPS, MOST_STEPS
from refgen_gpu.backend import backend
from refgen_gpu.launch import n_blocks

_THREADS = 128


def logistic_duals(
    time: Any, model: Any, rest: Any, tolerance: float
) -> tuple[Any, Any]:
    """Dual weights of both kinds of points, and by how much halving moved margins.

    The bits are those of the kernel of refgen.

    Parameters
    ----------
    time : device array of shape (B,), float64
    model : device array of shape (B, 4), float64
        The columns n_clean, n_flipped, μ² and κ.
    rest : device array of shape (B, 2), float64
        What the targets of both kinds are short of 1.
    tolerance : float

    Returns
    -------
    duals : device array of shape (B, 2)
    error : device array of shape (B,)
    """
    be = backend()
    columns = be.xp.concatenate([time[:, None], model, rest], axis=1)
    n_problems = len(time)
    found = be.xp.empty((3, n_problems), dtype=np.float64)
    be.launch(
        "logistic_duals",
        (n_blocks(n_problems, _THREADS),),
        (_THREADS,),
        (
            be.xp.ascontiguousarray(columns.T),
            n_problems,
            tolerance,
            FIRST_STEPS,
            MOST_STEPS,
            found,
        ),
    )
    return found[:2].T, found[2]


def cases(rg: Any, size: int) -> Iterator[tuple[str, Any]]:
    """Teachers and students of random models, of long and of short training."""
    for n in (1, 5, 67, size // 1024 + 1):
        stream = rg.random.Stream(0, "check", "flows")
        model = 0.1 + stream.exponential((n, 4))
        model[:, :2] = 1 + stream.child("n").integers(9, (n, 2))
        time = stream.child("time").exponential(n) * 8 / (1 + model[:, 2])
        rest = stream.child("rest").uniform((n, 2))
        for slack in (0 * rest, rest):
            arguments = (time, model, slack, 1e-10)
            yield "logistic_duals", kernel("flows", "logistic_duals")(*arguments)
