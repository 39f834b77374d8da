"""Regression by a filter of eigendirections, for arrays of either side; on the host."""

from refgen.distillation import spectral_regressor as _host
from refgen_gpu.transfer import takes_either


@takes_either
class SpectralFilterRegressor(_host.SpectralFilterRegressor):
    """`refgen.distillation.SpectralFilterRegressor` for NumPy or CuPy arrays.

    Returns what it was given; the host computes, as a kernel that is a function may
    take NumPy arrays only.
    """
