"""The display of risks whose neighbours are searched on the device."""

from refgen.resmem import display as _host
from refgen_gpu.transfer import shows_either


@shows_either
class ResMemDisplay(_host.ResMemDisplay):
    """`refgen.resmem.ResMemDisplay` of NumPy or CuPy arrays; drawn by the host."""
