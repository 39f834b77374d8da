"""Curves of fidelity against the scale, of device arrays; drawn by the host."""

from refgen.explainability import fidelity_display as _host
from refgen_gpu.transfer import shows_either


@shows_either
class FidelityDisplay(_host.FidelityDisplay):
    """`refgen.explainability.FidelityDisplay` of NumPy or CuPy arrays."""
