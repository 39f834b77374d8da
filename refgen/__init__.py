"""Theorems about why learning generalizes, as code that is run, stressed and refuted.

Submodules load on first use, so that ``import refgen`` stays cheap.
"""

from typing import TYPE_CHECKING

from refgen._lazy import lazy
from refgen.theories import THEORIES

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "arrays",
    "claims",
    "domains",
    "intervals",
    "linalg",
    "neighbors",
    "random",
    "special",
    "verify",
    *THEORIES,
]

if TYPE_CHECKING:
    from refgen import (
        arrays,
        claims,
        domains,
        intervals,
        linalg,
        neighbors,
        random,
        special,
        verify,
    )
    from refgen.theories import *  # noqa: F403
else:
    __getattr__, __dir__ = lazy(__name__, __all__)
