"""`refgen.uniform_convergence.norm_bounds` for either side's arrays; on the host."""

from refgen.uniform_convergence import network_bounds as _host
from refgen_gpu.transfer import host_function

norm_bounds = host_function(_host.norm_bounds, __name__, "norm_bounds")
