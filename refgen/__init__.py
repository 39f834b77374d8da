"""Theorems about why learning generalizes, as code that is run, stressed and refuted.

Submodules load on first use, so that ``import refgen`` stays cheap.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_SUBMODULES = (
    "arrays",
    "claims",
    "disagreement",
    "intervals",
    "linalg",
    "neighbors",
    "random",
    "resmem",
    "special",
    "verify",
)

__all__ = [*_SUBMODULES]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_SUBMODULES])
