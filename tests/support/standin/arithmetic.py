"""Which arithmetic the stand-in uses: NumPy's, or a perturbed one.

A table maps CuPy's names to functions of NumPy arrays, used in place of NumPy's.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any

# Gives the function to use for a name and NumPy's function of that name.
Arithmetic = Callable[[str, Callable[..., Any]], Callable[..., Any]]

_arithmetic: ContextVar[Arithmetic | None] = ContextVar("arithmetic", default=None)


@contextlib.contextmanager
def use_arithmetic(arithmetic: Arithmetic | None) -> Iterator[None]:
    token = _arithmetic.set(arithmetic)
    try:
        yield
    finally:
        _arithmetic.reset(token)


def computed_by(name: str, numpy: Callable[..., Any]) -> Callable[..., Any]:
    """What computes CuPy's function `name`; NumPy's own unless perturbed."""
    arithmetic = _arithmetic.get()
    return numpy if arithmetic is None else arithmetic(name, numpy)
