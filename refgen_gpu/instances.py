"""Instances whose arrays live on the device."""

from __future__ import annotations

from dataclasses import fields
from numbers import Number
from typing import Any

from refgen_gpu.arrays import on_device, to_device


class OnDevice:
    """Mixed into an instance type: fields go to the device, host arrays are refused."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value: Any = getattr(self, field.name)
            placed = on_device(field.name, value)
            if isinstance(value, Number):
                placed = to_device(value)
            object.__setattr__(self, field.name, placed)
        super().__post_init__()  # type: ignore[misc]
