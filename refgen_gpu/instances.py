"""Instances whose arrays live on the device."""

from __future__ import annotations

from dataclasses import fields
from numbers import Number
from typing import Any

from refgen_gpu.arrays import on_device, to_device


class _OnDeviceType(type):
    """An instance is one whichever package built it: formulas are shared."""

    def __instancecheck__(cls, instance: Any) -> bool:
        host = [c for c in cls.__mro__ if "__dataclass_fields__" in vars(c)]
        return type.__instancecheck__(host[0] if host else cls, instance)


class OnDevice(metaclass=_OnDeviceType):
    """Mixed into an instance type: fields go to the device, host arrays are refused."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            value: Any = getattr(self, field.name)
            placed = on_device(field.name, value)
            if isinstance(value, Number):
                placed = to_device(value)
            object.__setattr__(self, field.name, placed)
        super().__post_init__()  # type: ignore[misc]
