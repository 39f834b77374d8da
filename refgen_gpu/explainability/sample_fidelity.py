"""Tools for the mirrored fidelity for either side's arrays; on the host."""

from refgen.explainability import sample_fidelity as _host
from refgen_gpu.transfer import host_function

mirrored_neighborhood_fidelity = host_function(
    _host.mirrored_neighborhood_fidelity, __name__, "mirrored_neighborhood_fidelity"
)
leave_one_out_mnf = host_function(
    _host.leave_one_out_mnf, __name__, "leave_one_out_mnf"
)
