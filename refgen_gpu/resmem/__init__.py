"""Residual memorization on the device; the names of `refgen.resmem`."""

import refgen_gpu.kernels.designs
import refgen_gpu.linalg  # noqa: F401  # both register kernels
from refgen_gpu.mirror import mirrored

_PACKAGE = "refgen_gpu.resmem"

__getattr__, __dir__, __all__ = mirrored(
    __name__,
    {
        "LinearProblem": f"{_PACKAGE}.problem",
        "ResMemClassifier": f"{_PACKAGE}.estimators",
        "ResMemDisplay": f"{_PACKAGE}.display",
        "ResMemRegressor": f"{_PACKAGE}.estimators",
        "memorization_pays": f"{_PACKAGE}.memorization",
    },
)
