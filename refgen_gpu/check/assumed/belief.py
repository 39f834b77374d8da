"""A question to an array library, with the answer that the stand-in gives."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from refgen_gpu.backend import Backend


class Belief(NamedTuple):
    """What the stand-in does. CuPy may be more lenient, but not stricter."""

    answer: str
    ask: Callable[[Backend], Any]
    # What no formula relies on a device may do otherwise.
    is_relied_on: bool = True
