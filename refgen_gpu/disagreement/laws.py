"""`refgen.disagreement.laws` on the device: lists become device arrays."""

from refgen.disagreement import laws as _host
from refgen_gpu.instances import OnDevice
from refgen_gpu.mirror import mirrored


class FiniteLaw(OnDevice, _host.FiniteLaw):
    """`refgen.disagreement.FiniteLaw` with its arrays on the device."""


class ClassifierLaw(OnDevice, _host.ClassifierLaw):
    """`refgen.disagreement.ClassifierLaw` with its arrays on the device."""


class MemberLaw(OnDevice, _host.MemberLaw):
    """`refgen.disagreement.MemberLaw` with its arrays on the device."""


_own = {"FiniteLaw": FiniteLaw, "ClassifierLaw": ClassifierLaw, "MemberLaw": MemberLaw}
__getattr__, __dir__, __all__ = mirrored(__name__, _own)
