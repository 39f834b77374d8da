"""`refgen.uniform_convergence.norm_bound_growth` for either side's arrays."""

from refgen.uniform_convergence import bound_growth as _host
from refgen_gpu.transfer import host_function

norm_bound_growth = host_function(
    _host.norm_bound_growth, __name__, "norm_bound_growth"
)
