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


def _after(array: Any, change: Callable[[Any], Any]) -> Any:
    """The array after a call that may change it."""
    change(array)
    return array


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
    "an array as an index of a range": Belief(
        "raises TypeError", lambda be: range(3)[be.xp.arange(3).argmax()]
    ),
    "sum of some, as a method": Belief(
        "raises TypeError", lambda be: _square(be).sum(where=_square(be) > 0)
    ),
    "max with initial, as a method": Belief(
        "raises TypeError", lambda be: _square(be).max(initial=0)
    ),
    "var with correction, as a method": Belief(
        "raises TypeError", lambda be: _square(be).var(correction=1)
    ),
    "add where": Belief(
        "raises TypeError",
        lambda be: be.xp.add(_square(be), 1.0, where=_square(be) > 0),
    ),
    "argsort by quicksort": Belief(
        "raises ValueError", lambda be: be.xp.arange(3).argsort(kind="quicksort")
    ),
    "reduce of maximum": Belief(
        "raises NotImplementedError", lambda be: be.xp.maximum.reduce(_square(be))
    ),
    "reduceat of multiply": Belief(
        "raises NotImplementedError",
        lambda be: be.xp.multiply.reduceat(be.xp.ones(3), be.xp.asarray([0, 1])),
    ),
    "join lists": Belief(
        "raises TypeError", lambda be: be.xp.concatenate([[1.0], [2.0]])
    ),
    "where with a list": Belief(
        "raises TypeError",
        lambda be: be.xp.where(be.xp.ones(2) > 0, be.xp.ones(2), [1.0, 2.0]),
    ),
    "search for NumPy's integer": Belief(
        "raises NotImplementedError",
        lambda be: be.xp.searchsorted(be.xp.arange(3), np.int64(1)),
    ),
    "repeat by an array": Belief(
        "raises ValueError", lambda be: be.xp.repeat(be.xp.ones(2), be.xp.arange(2))
    ),
    "set to a list": Belief(
        "raises TypeError",
        lambda be: be.xp.ones(2).__setitem__(slice(None), [1.0, 2.0]),
    ),
    "length of a number": Belief(
        "raises TypeError", lambda be: len(_square(be).sum())
    ),
    "asarray of a device array shares its memory": Belief(
        "(2,) float64 [2.0, 2.0]",
        lambda be: _after(be.xp.ones(2), lambda a: be.xp.asarray(a).__iadd__(1)),
    ),
    "array of a device array is a copy": Belief(
        "(2,) float64 [1.0, 1.0]",
        lambda be: _after(be.xp.ones(2), lambda a: be.xp.array(a).__iadd__(1)),
    ),
}  # fmt: skip
