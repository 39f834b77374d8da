"""refgen on an NVIDIA GPU: the same modules, names and signatures.

Importing it succeeds anywhere and loads no CuPy; the first computation raises
`NoDeviceError`, with the cause, where there is no usable GPU.
"""

from typing import TYPE_CHECKING

from refgen import __version__
from refgen._lazy import lazy
from refgen.theories import THEORIES
from refgen_gpu.backend import NoDeviceError

__all__ = [
    "NoDeviceError",
    "__version__",
    "arrays",
    "linalg",
    "neighbors",
    "random",
    "special",
    *THEORIES,
]

if TYPE_CHECKING:
    from refgen.theories import *  # noqa: F403
    from refgen_gpu import arrays, linalg, neighbors, random, special
else:
    __getattr__, __dir__ = lazy(__name__, __all__)
