"""`neighborhood_fidelity` for either side's arrays; it asks models on the host."""

from refgen.explainability import fidelity_of_models as _host
from refgen_gpu.transfer import host_function

neighborhood_fidelity = host_function(
    _host.neighborhood_fidelity, __name__, "neighborhood_fidelity"
)
