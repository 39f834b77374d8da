"""Disagreement between runs, test error and calibration, on the device.

The names of `refgen.disagreement`; see there.
"""

from refgen.kernels import register_device_kernel
from refgen_gpu.kernels import levels, votes
from refgen_gpu.mirror import mirrored

for _kernel in (
    levels.absolute_level_sums,
    levels.cumulative_level_area,
    votes.count_votes,
    votes.sum_squared_votes,
    votes.count_level_masses,
):
    register_device_kernel(_kernel)

_PACKAGE = "refgen_gpu.disagreement"

__getattr__, __dir__, __all__ = mirrored(
    __name__,
    {
        "BetaReliability": f"{_PACKAGE}.families",
        "ClassifierLaw": f"{_PACKAGE}.laws",
        "DisagreementDisplay": f"{_PACKAGE}.display",
        "DisagreementErrorEstimator": f"{_PACKAGE}.estimators",
        "FiniteLaw": f"{_PACKAGE}.laws",
        "MemberLaw": f"{_PACKAGE}.laws",
    },
)
