"""`refgen.disagreement.rates` on the device."""

from refgen_gpu.mirror import mirrored

__getattr__, __dir__, __all__ = mirrored(__name__)
