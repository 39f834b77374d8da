"""`refgen.linalg` on the device, where failures raise as they do on the CPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from refgen import linalg as _host
from refgen_gpu.backend import backend
from refgen_gpu.mirror import mirrored
from refgen_gpu.placement import device_function, docstring_of


def solve_positive(matrices: Any, rhs: Any) -> Any:
    # CuPy returns meaningless numbers by default where NumPy raises.
    with backend().linalg_errors():
        return _solve_positive(matrices, rhs)


solve_positive.__doc__ = docstring_of(_host.solve_positive)
_solve_positive = device_function(_host.solve_positive, __name__, "_solve_positive")

if TYPE_CHECKING:
    from refgen.linalg import *  # noqa: F403
else:
    __getattr__, __dir__, __all__ = mirrored(__name__)
