"""`refgen.linalg` on the device, where failures raise as they do on the CPU."""

from __future__ import annotations

import functools
from typing import Any

from refgen import linalg as _host
from refgen.kernels import register_device_kernel
from refgen_gpu.arrays import device_function
from refgen_gpu.backend import backend
from refgen_gpu.kernels import secular
from refgen_gpu.mirror import mirrored

register_device_kernel(secular.secular_roots)
register_device_kernel(secular.ball_by_cholesky)


@functools.wraps(_host.solve_positive)
def solve_positive(matrices: Any, rhs: Any) -> Any:
    # CuPy returns meaningless numbers by default where NumPy raises.
    with backend().linalg_errors():
        return _on_device(matrices, rhs)


_on_device = device_function(_host.solve_positive)

__getattr__, __dir__, __all__ = mirrored(__name__, {"solve_positive": solve_positive})
