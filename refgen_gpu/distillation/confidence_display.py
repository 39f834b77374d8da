"""The logit–logit plot of device arrays; drawn by the host."""

from refgen.distillation import confidence_display as _host
from refgen_gpu.transfer import shows_either


@shows_either
class ConfidenceDisplay(_host.ConfidenceDisplay):
    """`refgen.distillation.ConfidenceDisplay` of NumPy or CuPy arrays."""
