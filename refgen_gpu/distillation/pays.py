"""`refgen.distillation.pays` for NumPy or CuPy arrays; it computes on the host."""

from refgen.distillation import pays as _host
from refgen_gpu.transfer import host_function

distillation_pays = host_function(
    _host.distillation_pays, __name__, "distillation_pays"
)
