"""Kernels on the CPU: a .cu file built by g++ against a small CUDA shim and called."""

from __future__ import annotations

import ctypes
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from refgen_gpu import launch

_HERE = Path(__file__).parent
_SHIM = _HERE / "cuda_shim.h"
# No contraction, as with --fmad=false; fma, where it is written, by one instruction.
_CPU = Path("/proc/cpuinfo")
_HAS_FMA = _CPU.exists() and re.search(r"\bfma\b", _CPU.read_text())
_FLAGS = (
    "-std=c++17", "-shared", "-fPIC", "-ffp-contract=off",
    *(("-mfma",) if _HAS_FMA else ()),
)  # fmt: skip
# Where one thread waits for others; a text without them needs no fibers.
_WAITING = re.compile(r"__sync|__shfl|__ballot|__any|__all")
_ERRORS = {
    1: "divergent barrier",
    2: "block size not in 1..1024",
    3: "more shared memory than a block can have",
}


def why_not() -> str | None:
    """None if kernels can be emulated here, else the reason."""
    return None if shutil.which("g++") else "g++ is not installed"


class Emulated:
    """The kernels of one .cu file, callable.

    Parameters
    ----------
    file : str
        Name of the .cu file, which says which kernels there are.
    flags : tuple of str
        Further options of g++.
    source : str, optional
        Text to build in place of the file's, such as one with a planted bug.

    Raises
    ------
    RuntimeError
        If g++ refuses the text.
    """

    def __init__(
        self, file: str, flags: tuple[str, ...] = ("-O2",), source: str | None = None
    ) -> None:
        self.library = ctypes.CDLL(str(build(file, flags, source)))

    def __call__(
        self,
        name: str,
        grid: tuple,
        block: tuple,
        args: tuple,
        shared_mem: int = 0,
        order_seed: int = 0,
    ) -> None:
        """Run a kernel on NumPy arrays, checked as on a GPU.

        Threads run in the order of their index if `order_seed` is 0, else shuffled.

        Raises
        ------
        RuntimeError
            On a divergent barrier, or a block that no device can run.
        """
        launch.checked_shape(name, grid, block)
        _, parameters = launch.signatures()[name]
        values = launch.checked_arguments(name, args)
        error = getattr(self.library, f"emulate_{name}")(
            _dim3(grid),
            _dim3(block),
            ctypes.c_size_t(shared_mem),
            ctypes.c_uint(order_seed),
            *(_c_argument(p, v) for p, v in zip(parameters, values, strict=True)),
        )
        if error:
            raise RuntimeError(f"{name}: {_ERRORS[error]}")


def _dim3(shape: tuple) -> Any:
    return (ctypes.c_uint * 3)(*(*shape, 1, 1)[:3])


def _c_argument(parameter: launch.Parameter, value: Any) -> Any:
    if parameter.is_pointer:
        return ctypes.c_void_p(value.ctypes.data)
    return np.ctypeslib.as_ctypes_type(parameter.dtype)(value.item())


_C_TYPES = {np.dtype(dtype): name for name, dtype in launch._TYPES.items()}


def _wrapper(name: str) -> str:
    _, parameters = launch.signatures()[name]
    declared = ", ".join(
        f"{_C_TYPES[p.dtype]}{'*' if p.is_pointer else ''} {p.name}" for p in parameters
    )
    passed = ", ".join(p.name for p in parameters)
    return (
        f'extern "C" int emulate_{name}(const unsigned* grid_, const unsigned* block_, '
        f"size_t shared_, unsigned order_, {declared}) {{ "
        "return shim::launch({grid_[0], grid_[1], grid_[2]}, "
        "{block_[0], block_[1], block_[2]}, shared_, order_, "
        f"[=] {{ {name}({passed}); }}); }}"
    )


def build(file: str, flags: tuple[str, ...], source: str | None = None) -> Path:
    """Path of the shared library of `Emulated`, built unless it is in the cache."""
    text = launch.source(file) if source is None else source
    names = [name for name, (f, _) in launch.signatures().items() if f == file]
    text = "\n".join([text, *map(_wrapper, names)])
    waits = () if _WAITING.search(text) else ("-DSHIM_NO_WAITING",)
    options = (*_FLAGS, *waits, *flags)
    key = "\0".join([text, _SHIM.read_text(), *options])
    cache = Path(tempfile.gettempdir()) / f"refgen_gpu-emulated-{os.getuid()}"
    library = cache / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.so"
    if library.exists():
        return library
    cache.mkdir(mode=0o700, exist_ok=True)
    # Several processes may build the same library: each writes a file and renames it.
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        fresh = Path(folder) / library.name
        built = subprocess.run(
            ["g++", "-x", "c++", "-", "-o", fresh, f"-I{_HERE}", *options],
            input=text,
            text=True,
            capture_output=True,
            check=False,
        )
        if built.returncode:
            raise RuntimeError(f"g++ refuses the kernels:\n{built.stderr}")
        os.replace(fresh, library)
    return library
