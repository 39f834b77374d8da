"""`refgen.disagreement.families` on the device: lists become device arrays."""

from refgen.disagreement import families as _host
from refgen_gpu.instances import OnDevice
from refgen_gpu.mirror import mirrored


class BetaReliability(OnDevice, _host.BetaReliability):
    """`refgen.disagreement.BetaReliability` with its arrays on the device."""


__getattr__, __dir__, __all__ = mirrored(__name__, {"BetaReliability": BetaReliability})
