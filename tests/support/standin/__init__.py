"""A CPU stand-in for CuPy, for tests only: it says nothing about a GPU.

It has CuPy's names and signatures, read from the installed CuPy, and NumPy's
arithmetic; kernels are the same .cu files, compiled for the CPU. Every array and label
says what it is.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.arrays import register_library
from refgen_gpu import backend, launch

from .arrays import DeviceArray, forbid_sync
from .emulate import Emulated
from .namespaces import CUPY, SPECIAL, raising_linalg

__all__ = ["DeviceArray", "forbid_sync", "standin", "use_standin"]

LABEL = (
    f"STAND-IN on the CPU (NumPy {np.__version__} arithmetic, kernels emulated): "
    "no GPU was used"
)

register_library(DeviceArray, CUPY, SPECIAL)

_emulated: dict[tuple, Emulated] = {}


def _launcher(order_seed: int, flags: tuple[str, ...]) -> Any:
    def run(
        name: str, grid: tuple, block: tuple, args: tuple, shared_mem: int = 0
    ) -> None:
        launch.checked_shape(name, grid, block, shared_mem)
        arguments = launch.checked_arguments(name, args)
        for argument in arguments:
            if isinstance(argument, np.ndarray):  # as CuPy; numbers are np.generic
                raise TypeError(f"Unsupported type {type(argument)}")
        file = launch.signatures()[name][0]
        if (file, flags) not in _emulated:
            _emulated[file, flags] = Emulated(file, flags)
        host = [a._a if isinstance(a, DeviceArray) else a for a in arguments]
        _emulated[file, flags](name, grid, block, host, shared_mem, order_seed)

    return run


def standin(
    order_seed: int = 0, flags: tuple[str, ...] = ("-O2",), memory: int = 1 << 28
) -> backend.Backend:
    """The stand-in backend; `order_seed` permutes the order of emulated threads."""
    return backend.Backend(
        name="standin",
        xp=CUPY,
        special=SPECIAL,
        launch=_launcher(order_seed, flags),
        linalg_errors=raising_linalg,
        to_host=CUPY.asnumpy,
        free_memory=lambda: memory,
        release_memory=lambda: None,
        label=lambda: LABEL,
        is_gpu=False,
    )


@contextlib.contextmanager
def use_standin(**options: Any) -> Iterator[backend.Backend]:
    """Run refgen_gpu on the stand-in within the context."""
    token = backend._override.set(standin(**options))
    try:
        yield backend.backend()
    finally:
        backend._override.reset(token)
