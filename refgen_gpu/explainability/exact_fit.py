"""Networks of scikit-learn, whose weights the host has, on the device."""

import functools
from typing import Any

from refgen.explainability import exact_fit as _host
from refgen.explainability.relu_networks import TwoLayerReLU
from refgen_gpu.arrays import to_device
from refgen_gpu.placement import docstring_of


@functools.wraps(_host.relu_network)
def relu_network(estimator: Any, *, output: Any = None) -> TwoLayerReLU:
    network: TwoLayerReLU = to_device(_host.relu_network(estimator, output=output))
    return network


relu_network.__module__ = __name__
relu_network.__doc__ = docstring_of(_host.relu_network)
