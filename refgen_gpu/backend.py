"""The device: whether there is one, what it is called, and how to reach it.

Nothing is imported from CuPy before the first computation asks for `backend()`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

# Variables by which cuBLAS replaces products of float64, with the values that leave
# them alone. Its manual (13.x, floating point emulation) gives 1 and 0 for the first,
# performant and eager for the second, which alone should switch nothing on; as
# defaults of the library "may change", it is refused, too.
_EMULATION = {
    "CUBLAS_EMULATE_DOUBLE_PRECISION": ("", "0"),
    "CUBLAS_EMULATION_STRATEGY": ("", "default"),
}


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


def refused_settings(environment: Mapping[str, str] = os.environ) -> list[str]:
    """What the environment sets that refgen_gpu does not compute under, in sentences.

    Nearest neighbours are certified by products of float64 that err no more than
    sums of rounded products. Emulated ones have one scale for a whole row: their
    error is relative to its largest entry, and infinities need not come through.

    Parameters
    ----------
    environment : mapping, optional
        By default that of this process.

    Returns
    -------
    list of str

    Examples
    --------
    >>> refused_settings({"CUBLAS_EMULATE_DOUBLE_PRECISION": "0"})
    []
    >>> print(*refused_settings({"CUBLAS_EMULATE_DOUBLE_PRECISION": "1"}))
    CUBLAS_EMULATE_DOUBLE_PRECISION is set to "1", so that cuBLAS may emulate products \
of float64 with another error than IEEE arithmetic has; unset it before Python starts
    """
    return [
        f'{name} is set to "{value}", so that cuBLAS may emulate products of float64 '
        "with another error than IEEE arithmetic has; unset it before Python starts"
        for name, harmless in _EMULATION.items()
        if (value := environment.get(name, "").strip()).lower() not in harmless
    ]


def backend() -> Backend:
    """The device to compute on; never falls back to the CPU.

    Raises
    ------
    NoDeviceError
        If no GPU is usable, or the environment has one of `refused_settings`, with the
        cause.

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
    if refused := refused_settings():
        raise NoDeviceError(f"refgen_gpu does not compute: {'; '.join(refused)}")
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
