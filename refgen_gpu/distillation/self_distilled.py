"""Ridge regression that distils itself, for arrays of either side; on the host."""

from refgen.distillation import self_distilled as _host
from refgen_gpu.transfer import takes_either


@takes_either
class SelfDistilledRidge(_host.SelfDistilledRidge):
    """`refgen.distillation.SelfDistilledRidge` for NumPy or CuPy arrays.

    Returns what it was given; the host computes, as a kernel that is a function may
    take NumPy arrays only.
    """
