"""Whether there is a GPU to compute on, and if not, why."""

from __future__ import annotations


class NoDeviceError(RuntimeError):
    """refgen_gpu was asked to compute and there is no usable GPU."""


def probe() -> str | None:
    """None if a GPU is usable, else one line that says why not.

    Four causes are told apart: CuPy missing, no driver, a driver that is too old
    (with its version), no visible device.

    Examples
    --------
    >>> why = probe()
    >>> why is None or isinstance(why, str)
    True
    """
    try:
        import cupy
    except ImportError as error:
        return f"CuPy cannot be imported ({error}); pip install 'refgen[gpu]' brings it"
    runtime = cupy.cuda.runtime
    try:
        if runtime.getDeviceCount() > 0:
            return None
    except runtime.CUDARuntimeError as error:
        version = runtime.driverGetVersion()
        reason = str(error).split(":")[0]
        if version == 0:
            return f"no NVIDIA driver is installed ({reason})"
        cuda = f"{version // 1000}.{version % 1000 // 10}"
        return f"the driver supports CUDA {cuda} only ({reason}); update it"
    return "CUDA sees no device; check CUDA_VISIBLE_DEVICES"


def require_device() -> None:
    """Raise NoDeviceError unless a GPU is usable; never falls back to the CPU.

    Raises
    ------
    NoDeviceError

    Examples
    --------
    >>> try:
    ...     require_device()
    ... except NoDeviceError as error:
    ...     assert "refgen" in str(error)
    """
    why = probe()
    if why is not None:
        raise NoDeviceError(
            f"refgen_gpu needs an NVIDIA GPU and found none: {why}. "
            "refgen computes on the CPU."
        )
