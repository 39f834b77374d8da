"""Estimators that take NumPy or CuPy arrays and return what they were given."""

from __future__ import annotations

from typing import Any

from refgen.disagreement import estimators as _host
from refgen_gpu.arrays import to_device
from refgen_gpu.transfer import takes_either


@takes_either
class DisagreementErrorEstimator(_host.DisagreementErrorEstimator):
    """`refgen.disagreement.DisagreementErrorEstimator` for NumPy or CuPy arrays.

    Returns what it was given; learners train on the host, votes are counted on the
    device.
    """

    def _codes(self, X: Any) -> Any:
        return to_device(super()._codes(X))
