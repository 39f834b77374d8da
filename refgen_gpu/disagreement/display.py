"""The display of votes that are counted on the device and drawn by the host."""

from __future__ import annotations

from typing import Any

from refgen.disagreement import display as _host
from refgen_gpu.arrays import to_device
from refgen_gpu.transfer import shows_either


@shows_either
class DisagreementDisplay(_host.DisagreementDisplay):
    """`refgen.disagreement.DisagreementDisplay` of votes counted on the device."""

    @classmethod
    def from_predictions(cls, predictions: Any, y: Any, ax: Any = None) -> Any:
        return super().from_predictions(to_device(predictions), to_device(y), ax)
