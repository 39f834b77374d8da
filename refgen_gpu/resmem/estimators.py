"""ResMem for NumPy or CuPy arrays: bases train on the host, the device remembers.

Neighbours are searched, and residuals smoothed, on the device. What is fitted lies on
the host, so that it can be pickled and used without a device later.
"""

from __future__ import annotations

from refgen.resmem import estimators as _host
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.neighbors import nearest_neighbors
from refgen_gpu.transfer import takes_either


class _DeviceMemory:
    """The searches of `refgen.resmem.ResMemRegressor`, on the device."""

    _place = staticmethod(to_device)
    _bring = staticmethod(to_host)
    _search = staticmethod(nearest_neighbors)


@takes_either
class ResMemRegressor(_DeviceMemory, _host.ResMemRegressor):
    """`refgen.resmem.ResMemRegressor` for NumPy or CuPy arrays.

    Returns what it was given; bases and embeddings see NumPy arrays, neighbours are
    searched on the device.
    """


@takes_either
class ResMemClassifier(_DeviceMemory, _host.ResMemClassifier):
    """`refgen.resmem.ResMemClassifier` for NumPy or CuPy arrays.

    Returns what it was given; bases and embeddings see NumPy arrays, neighbours are
    searched on the device.
    """
