"""Bounds by explanations for either side's arrays; they compute on the host."""

from refgen.explainability import bounding as _host
from refgen_gpu.transfer import host_function

explainability_bound = host_function(
    _host.explainability_bound, __name__, "explainability_bound"
)
explainability_sweep = host_function(
    _host.explainability_sweep, __name__, "explainability_sweep"
)
