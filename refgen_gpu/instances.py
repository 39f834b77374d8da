"""Instances whose arrays live on the device."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from refgen.arrays import Instance
from refgen_gpu.placement import as_array, device_function


class _OnDeviceType(type):
    """An instance is one whichever package built it: formulas are shared."""

    def __instancecheck__(cls, instance: Any) -> bool:
        host = [c for c in cls.__mro__ if "__dataclass_fields__" in vars(c)]
        return type.__instancecheck__(host[0] if host else cls, instance)


class OnDevice(metaclass=_OnDeviceType):
    """Mixed into an instance type: fields go to the device, host arrays are refused."""

    def __post_init__(self) -> None:
        for field in fields(self):  # type: ignore[arg-type]
            placed = as_array(field.name, getattr(self, field.name))
            object.__setattr__(self, field.name, placed)
        super().__post_init__()  # type: ignore[misc]


def device_type(host: type[Instance], module: str) -> type:
    """The instance type `host` of refgen, with its arrays on the device.

    Parameters
    ----------
    host : type
        A dataclass.
    module : str
        Where the result is found, for `pickle` and for readers.
    """
    name = host.__name__
    constructors = {
        key: classmethod(device_function(value.__func__, module, f"{name}.{key}"))
        for key, value in vars(host).items()
        if isinstance(value, classmethod)
    }
    description = f"`{host.__module__}.{name}` with its arrays on the device.\n\n"
    more = {
        "__module__": module,
        "__qualname__": name,
        "__doc__": description + _without_summary(host.__doc__ or ""),
    }
    return _OnDeviceType(name, (OnDevice, host), constructors | more)


def _without_summary(docstring: str) -> str:
    return docstring.partition("\n\n")[2]
