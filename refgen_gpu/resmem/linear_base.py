"""`refgen.resmem.linear_base` on the device."""

# Its kernels are registered there.
import refgen_gpu.linalg  # noqa: F401
from refgen_gpu.mirror import mirrored

__getattr__, __dir__, __all__ = mirrored(__name__)
