"""`refgen.disagreement.files`: files are read by the host."""

from refgen_gpu.mirror import mirrored

__getattr__, __dir__, __all__ = mirrored(__name__)
