"""Coefficients of teacher and student, of device arrays; drawn by the host."""

from refgen.distillation import eigenspace_display as _host
from refgen_gpu.transfer import shows_either


@shows_either
class EigenspaceDisplay(_host.EigenspaceDisplay):
    """`refgen.distillation.EigenspaceDisplay` of NumPy or CuPy arrays."""
