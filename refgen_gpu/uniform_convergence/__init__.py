"""Uniform convergence, on the device; the names of `refgen.uniform_convergence`."""

from typing import TYPE_CHECKING

from refgen_gpu.mirror import mirrored

if TYPE_CHECKING:
    from refgen.uniform_convergence import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
