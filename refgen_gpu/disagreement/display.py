"""The display of votes that are counted on the device and drawn by the host."""

from __future__ import annotations

from typing import Any

from refgen.disagreement import display as _host
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.mirror import mirrored


class DisagreementDisplay(_host.DisagreementDisplay):
    """`refgen.disagreement.DisagreementDisplay` of votes counted on the device."""

    def __init__(
        self,
        shares: Any,
        accuracy: Any,
        mass: Any,
        run_disagreement: Any,
        run_errors: Any,
    ) -> None:
        arrays = (shares, accuracy, mass, run_disagreement, run_errors)
        super().__init__(*map(to_host, arrays))

    @classmethod
    def from_predictions(
        cls, predictions: Any, y: Any, ax: Any = None
    ) -> DisagreementDisplay:
        found = super().from_predictions(to_device(predictions), to_device(y), ax)
        assert isinstance(found, cls)
        return found


__getattr__, __dir__, __all__ = mirrored(
    __name__, {"DisagreementDisplay": DisagreementDisplay}
)
