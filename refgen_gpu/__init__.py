"""The GPU side of refgen: so far its name, its errors and the device probe."""

from refgen_gpu.backend import NoDeviceError, probe, require_device

__all__ = ["NoDeviceError", "probe", "require_device"]
