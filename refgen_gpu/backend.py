"""The device: whether there is one, what it is called, and how to reach it.

Nothing is imported from CuPy before the first computation asks for `backend()`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any


class NoDeviceError(RuntimeError):
    """refgen_gpu was asked to compute and there is no usable GPU."""


@dataclass(frozen=True)
class Backend:
    """What the package computes with.

    Attributes
    ----------
    name : str
        "cupy"; a stand-in used by tests has another name.
    xp, special : modules
        ``cupy`` and ``cupyx.scipy.special``.
    launch : callable
        ``launch(kernel, grid, block, args, shared_mem=0)``, checked.
    linalg_errors : callable
        Context manager in which failed factorizations raise ``LinAlgError``; CuPy's
        default is to return meaningless numbers.
    to_host : callable
        Device array to NumPy array.
    free_memory : callable
        Bytes that can be allocated now.
    release_memory : callable
        Give cached blocks back to the device.
    label : callable
        Gives `device`.
    is_gpu : bool
    """

    name: str
    xp: Any
    special: Any
    launch: Callable[..., None]
    linalg_errors: Callable[[], AbstractContextManager]
    to_host: Callable[[Any], Any]
    free_memory: Callable[[], int]
    release_memory: Callable[[], None]
    label: Callable[[], str]
    is_gpu: bool

    @property
    def device(self) -> str:
        """What results carry, such as "NVIDIA H200 (device 0), cc 9.0, ..."."""
        return self.label()

    def __repr__(self) -> str:
        return f"<{self.device}>"


# Set by tests, which run the package on a CPU stand-in that says so, and by the check
# on a GPU, which counts launches.
_override: ContextVar[Backend | None] = ContextVar("refgen_gpu_backend", default=None)


def probe() -> str | None:
    """None if a GPU is usable, else one line that says why not.

    Four causes are told apart: CuPy missing, no driver, a driver that is too old
    (with its version), no visible device. Any other error of CUDA is quoted.

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
        if reason == "cudaErrorInsufficientDriver":
            cuda = f"{version // 1000}.{version % 1000 // 10}"
            return f"the driver supports CUDA {cuda} only ({reason}); update it"
        # CUDA does not count to zero: a driver without a visible device is an error.
        if reason != "cudaErrorNoDevice":
            return f"CUDA does not start ({error}); check that nvidia-smi works"
    return "CUDA sees no device; check CUDA_VISIBLE_DEVICES"


def backend() -> Backend:
    """The device to compute on; never falls back to the CPU.

    Raises
    ------
    NoDeviceError
        If no GPU is usable, with the cause.

    Examples
    --------
    >>> try:
    ...     label = backend().device
    ... except NoDeviceError as error:
    ...     assert "refgen" in str(error)
    """
    return _override.get() or _cupy_backend()


@functools.cache
def _cupy_backend() -> Backend:
    why = probe()
    if why is not None:
        raise NoDeviceError(
            f"refgen_gpu needs an NVIDIA GPU and found none: {why}. "
            "refgen has the same interface and computes on the CPU."
        )
    import cupy
    import cupyx
    from cupyx.scipy import special

    from refgen_gpu.launch import cupy_launch

    return Backend(
        name="cupy",
        xp=cupy,
        special=special,
        launch=cupy_launch,
        linalg_errors=lambda: cupyx.errstate(linalg="raise"),
        to_host=cupy.asnumpy,
        free_memory=_free_memory,
        release_memory=lambda: cupy.get_default_memory_pool().free_all_blocks(),
        label=_label,
        is_gpu=True,
    )


def _label() -> str:
    """Of the current device, which `with cupy.cuda.Device(n)` changes."""
    import cupy

    number = cupy.cuda.Device().id
    return _described(number)


@functools.cache
def _described(number: int) -> str:
    import cupy

    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(number)
    cuda = runtime.driverGetVersion()
    return (
        f"{properties['name'].decode()} (device {number}), "
        f"cc {properties['major']}.{properties['minor']}, "
        f"driver for CUDA {cuda // 1000}.{cuda % 1000 // 10}, cupy {cupy.__version__}"
    )


def _free_memory() -> int:
    import cupy

    free, _ = cupy.cuda.runtime.memGetInfo()
    return int(free + cupy.get_default_memory_pool().free_bytes())
