"""A CPU stand-in for CuPy, for tests only: it says nothing about a GPU.

It has CuPy's names and signatures, read from the installed CuPy, and NumPy's
arithmetic; kernels are the same .cu files, compiled for the CPU. Every array and label
says what it is.

`use_standin(perturbed=True)` computes with another arithmetic, within the errors that
CUDA's libraries may have: what holds for NumPy's bits only does not hold there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from refgen.arrays import register_library
from refgen_gpu import backend, launch

from .arithmetic import use_arithmetic
from .arrays import DeviceArray, forbid_sync
from .emulate import Emulated
from .namespaces import CUPY, SPECIAL, raising_linalg
from .perturbed import perturbed_arithmetic

__all__ = ["DeviceArray", "forbid_sync", "standin", "use_standin"]

LABEL = (
    f"STAND-IN on the CPU (NumPy {np.__version__} arithmetic, kernels emulated): "
    "no GPU was used"
)
PERTURBED_LABEL = (
    f"STAND-IN on the CPU (NumPy {np.__version__} with PERTURBED arithmetic, "
    "kernels emulated): no GPU was used"
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
    order_seed: int | None = None,
    flags: tuple[str, ...] = ("-O2",),
    memory: int = 1 << 28,
    perturbed: bool = False,
) -> backend.Backend:
    """The stand-in backend; `order_seed` permutes the order of emulated threads.

    The threads of the perturbed one run in another order unless `order_seed` is given.
    """
    seed = int(perturbed) if order_seed is None else order_seed
    return backend.Backend(
        name="perturbed" if perturbed else "standin",
        xp=CUPY,
        special=SPECIAL,
        launch=_launcher(seed, flags),
        linalg_errors=raising_linalg,
        to_host=CUPY.asnumpy,
        free_memory=lambda: memory,
        release_memory=lambda: None,
        label=lambda: PERTURBED_LABEL if perturbed else LABEL,
        is_gpu=False,
    )


@contextlib.contextmanager
def use_standin(**options: Any) -> Iterator[backend.Backend]:
    """Run refgen_gpu on the stand-in within the context."""
    arithmetic = perturbed_arithmetic if options.get("perturbed") else None
    token = backend._override.set(standin(**options))
    try:
        with use_arithmetic(arithmetic):
            yield backend.backend()
    finally:
        backend._override.reset(token)
