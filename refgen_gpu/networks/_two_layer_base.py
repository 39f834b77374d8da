"""Where estimators of two layers train on the device."""

from __future__ import annotations

from typing import Any

from refgen_gpu import networks
from refgen_gpu.arrays import to_device, to_host
from refgen_gpu.random import Stream


class OnTheDevice:
    """Training, and what networks say, on the device; results on the host."""

    _stream = Stream

    @staticmethod
    def _train(*args: Any, **settings: Any) -> Any:
        return networks.train(*args, **settings)

    def _place(self, value: Any) -> Any:
        return to_device(value)

    def _bring(self, value: Any) -> Any:
        return to_host(value)
