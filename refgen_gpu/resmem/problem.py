"""`refgen.resmem.problem` on the device: lists become device arrays."""

from refgen.resmem import problem as _host
from refgen_gpu.instances import OnDevice
from refgen_gpu.mirror import mirrored


class LinearProblem(OnDevice, _host.LinearProblem):
    """`refgen.resmem.LinearProblem` with its arrays on the device."""


__getattr__, __dir__, __all__ = mirrored(__name__, {"LinearProblem": LinearProblem})
