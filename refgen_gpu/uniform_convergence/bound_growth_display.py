"""Bounds as the sample grows, of device arrays; trained and drawn by the host."""

from refgen.uniform_convergence import bound_growth_display as _host
from refgen_gpu.transfer import shows_either


@shows_either
class BoundGrowthDisplay(_host.BoundGrowthDisplay):
    """`refgen.uniform_convergence.BoundGrowthDisplay` of NumPy or CuPy arrays."""
