"""`refgen.disagreement.laws` on the device: lists become device arrays."""

from refgen.disagreement import laws as _host
from refgen_gpu.instances import OnDevice
from refgen_gpu.mirror import mirrored


class FiniteLaw(OnDevice, _host.FiniteLaw):
    __doc__ = _host.FiniteLaw.__doc__


class ClassifierLaw(OnDevice, _host.ClassifierLaw):
    __doc__ = _host.ClassifierLaw.__doc__


class MemberLaw(OnDevice, _host.MemberLaw):
    __doc__ = _host.MemberLaw.__doc__


_own = {"FiniteLaw": FiniteLaw, "ClassifierLaw": ClassifierLaw, "MemberLaw": MemberLaw}
__getattr__, __dir__, __all__ = mirrored(__name__, _own)
