"""refgen on an NVIDIA GPU: the same modules, names and signatures.

Importing it succeeds anywhere and loads no CuPy; the first computation raises
`NoDeviceError`, with the cause, where there is no usable GPU.
"""

import importlib
from typing import Any

from refgen import __version__
from refgen_gpu.backend import NoDeviceError

_SUBMODULES = (
    "arrays",
    "disagreement",
    "linalg",
    "neighbors",
    "random",
    "resmem",
    "special",
)

__all__ = ["NoDeviceError", "__version__", *_SUBMODULES]


def __getattr__(name: str) -> Any:
    if name in _SUBMODULES:
        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_SUBMODULES])
