"""Distillation into any regressor, for arrays of either side; it trains on the host."""

from refgen.distillation import distilled_regressor as _host
from refgen_gpu.transfer import takes_either


@takes_either
class DistilledRegressor(_host.DistilledRegressor):
    """`refgen.distillation.DistilledRegressor` for NumPy or CuPy arrays.

    Returns what it was given; teacher and student see NumPy arrays.
    """
