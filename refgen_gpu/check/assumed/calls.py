"""What CuPy refuses, returns and raises, as the stand-in does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from refgen_gpu.backend import Backend
from refgen_gpu.check.assumed.belief import Belief


def _square(be: Backend) -> Any:
    return be.xp.ones((2, 2))


def _strict(be: Backend, function: Callable[[], Any]) -> Any:
    with be.linalg_errors():
        return function()


def _quiet(result: Any) -> str:
    """In place of meaningless numbers, which differ between libraries."""
    return "quiet"


BELIEFS = {
    "device + host array": Belief(
        "raises TypeError", lambda be: _square(be) + np.ones((2, 2))
    ),
    "exp of a list": Belief("raises TypeError", lambda be: be.xp.exp([1.0])),
    "index by a host array": Belief(
        "raises TypeError", lambda be: _square(be)[np.array([0])]
    ),
    "index by a list": Belief("raises TypeError", lambda be: _square(be)[[0]]),
    "index out of bounds": Belief(
        "raises IndexError", lambda be: be.xp.arange(3)[be.xp.asarray([5])]
    ),
    "np.asarray of a device array": Belief(
        "raises TypeError", lambda be: np.asarray(_square(be))
    ),
    "np.sum of a device array": Belief(
        "raises TypeError", lambda be: np.sum(_square(be))
    ),
    "a sum is an array": Belief(
        "() float64 4.0", lambda be: be.xp.sum(_square(be))
    ),
    "bool of a comparison": Belief(
        "True", lambda be: bool((_square(be) == 1).all())
    ),
    "max of nothing": Belief(
        "raises ValueError", lambda be: be.xp.zeros(0).max()
    ),
    "sum of nothing": Belief("() float64 0.0", lambda be: be.xp.zeros(0).sum()),
    "stable argsort of ties": Belief(
        "(4,) int64 [1, 3, 0, 2]",
        lambda be: be.xp.argsort(be.xp.asarray([1.0, 0.0, 1.0, 0.0]), kind="stable"),
    ),
    "sort puts NaN last": Belief(
        "(3,) float64 [0.0, inf, nan]",
        lambda be: be.xp.sort(be.xp.asarray([np.nan, np.inf, 0.0])),
    ),
    "maximum keeps NaN": Belief(
        "() float64 nan",
        lambda be: be.xp.maximum(be.xp.asarray(np.nan), be.xp.asarray(1.0)),
    ),
    "argmax of ties is the first": Belief(
        "() int64 1", lambda be: be.xp.asarray([0, 3, 3]).argmax()
    ),
    "rint goes to even": Belief(
        "(4,) float64 [0.0, 2.0, 2.0, -2.0]",
        lambda be: be.xp.rint(be.xp.asarray([0.5, 1.5, 2.5, -2.5])),
    ),
    "division by zero is quiet": Belief(
        "(2,) float64 [inf, nan]",
        lambda be: be.xp.asarray([1.0, 0.0]) / be.xp.asarray([0.0, 0.0]),
    ),
    "subnormal numbers survive": Belief(
        "() float64 1e-323", lambda be: be.xp.asarray(5e-324) * 2
    ),
    "cholesky of -1 is quiet": Belief(
        "quiet", lambda be: _quiet(be.xp.linalg.cholesky(-be.xp.eye(3)))
    ),
    "cholesky of -1 in linalg_errors": Belief(
        "raises LinAlgError",
        lambda be: _strict(be, lambda: be.xp.linalg.cholesky(-be.xp.eye(3))),
    ),
    "solve of a singular system is quiet": Belief(
        "quiet",
        lambda be: _quiet(be.xp.linalg.solve(be.xp.zeros((2, 2)), be.xp.ones(2))),
    ),
    "solve of a singular system in linalg_errors": Belief(
        "raises LinAlgError",
        lambda be: _strict(
            be, lambda: be.xp.linalg.solve(be.xp.zeros((2, 2)), be.xp.ones(2))
        ),
    ),
}  # fmt: skip
