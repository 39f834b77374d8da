"""Every kernel once over odd sizes, for compute-sanitizer; or one planted mistake."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import sys
from types import ModuleType
from typing import Any

import numpy as np

import refgen_gpu
from refgen_gpu import kernels, launch
from refgen_gpu.backend import _override, backend

PLANTED = {
    # A write one past the end.
    "memcheck": 'extern "C" __global__ void planted(double* out, long long n) '
    "{ if (threadIdx.x <= n) out[threadIdx.x] = 1.0; }",
    # A read of another thread's shared value with no barrier after the write.
    "racecheck": 'extern "C" __global__ void planted(double* out, long long n) '
    "{ __shared__ double s[64]; s[threadIdx.x] = threadIdx.x; "
    "if (threadIdx.x < n) out[threadIdx.x] = s[63 - threadIdx.x]; }",
}


def launchers() -> dict[str, ModuleType]:
    """The modules that launch kernels, by name; each has ``cases(rg, size)``.

    Examples
    --------
    >>> "votes" in launchers()
    True
    """
    modules = {
        found.name: importlib.import_module(f"{kernels.__name__}.{found.name}")
        for found in pkgutil.iter_modules(kernels.__path__)
    }
    # One calls a library only, whose bits are its own.
    return {name: found for name, found in modules.items() if hasattr(found, "cases")}


def every_kernel(size: int = 1000) -> None:
    """Small inputs of odd sizes through everything that launches a kernel."""
    for module in launchers().values():
        for _ in module.cases(refgen_gpu, size):
            pass


def never_launched() -> list[str]:
    """Kernels of the .cu files that no case launches."""
    be, launched = backend(), set()

    def launch_and_note(name: str, *args: Any, **kwargs: Any) -> None:
        launched.add(name)
        be.launch(name, *args, **kwargs)

    token = _override.set(dataclasses.replace(be, launch=launch_and_note))
    try:
        every_kernel()
    finally:
        _override.reset(token)
    return sorted(set(launch.signatures()) - launched)


def planted(tool: str) -> None:
    """Launch a kernel with the mistake that `tool` is there to find."""
    import cupy

    out = cupy.zeros(32)
    kernel = cupy.RawKernel(PLANTED[tool], "planted")
    kernel((1,), (64,), (out, np.int64(out.size)))


def main(target: str, tool: str) -> None:
    be: Any = backend()
    # Without the pool every array is an allocation of its own, with ends.
    be.xp.cuda.set_allocator(None)
    if target == "planted":
        planted(tool)
    else:
        every_kernel()
    be.xp.cuda.Device().synchronize()


if __name__ == "__main__":
    main(*sys.argv[1:])
