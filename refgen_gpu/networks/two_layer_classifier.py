"""The classifier of two layers for NumPy or CuPy arrays, trained on the device."""

from __future__ import annotations

from refgen.networks import two_layer_classifier as _host
from refgen_gpu.networks._two_layer_base import OnTheDevice
from refgen_gpu.transfer import takes_either


@takes_either
class TwoLayerClassifier(OnTheDevice, _host.TwoLayerClassifier):
    """`refgen.networks.TwoLayerClassifier` for NumPy or CuPy arrays.

    Returns what it was given. Networks are trained, and asked, on the device, with the
    bits of the CPU; `ensemble_` lies on the host, so that it can be pickled and used
    without a device later.
    """
