"""`refgen.resmem.simulation` on the device, where a kernel finds the neighbours."""

import refgen_gpu.kernels.designs  # noqa: F401  # registers its kernel
from refgen_gpu.mirror import mirrored

__getattr__, __dir__, __all__ = mirrored(__name__)
