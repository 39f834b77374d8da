"""Kernels: found in the .cu files, their arguments checked, compiled, launched.

The .cu files are the only place where signatures are written; they are read here, so
that the same checks run on a GPU and wherever the kernels are emulated.
"""

from __future__ import annotations

import functools
import hashlib
import math
import operator
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

SOURCES = Path(__file__).parent / "kernels"

# No contraction: a·b + c rounds twice, as on the CPU. No -I: CuPy's disk cache is
# keyed by the source text and the options, so headers are pasted into the text.
OPTIONS = ("--std=c++17", "--fmad=false")

_TYPES = {
    "long long": np.int64,
    "u64": np.uint64,
    "int": np.int32,
    "unsigned": np.uint32,
    "double": np.float64,
    "float": np.float32,
}

# Limits of every device since compute capability 3.0 (CUDA C++ Programming Guide,
# technical specifications per compute capability).
_MAX_GRID = (2**31 - 1, 65_535, 65_535)
_MAX_BLOCK = (1024, 1024, 64)
_MAX_THREADS = 1024
_MAX_SHARED = 227 << 10  # of compute capability 9.0, the largest so far


@dataclass(frozen=True)
class Parameter:
    """One parameter of a kernel."""

    name: str
    dtype: np.dtype
    is_pointer: bool
    is_const: bool


@functools.cache
def signatures() -> dict[str, tuple[str, tuple[Parameter, ...]]]:
    """Kernel name to its file and parameters, parsed from the .cu files.

    Examples
    --------
    >>> file, parameters = signatures()["stream_words"]
    >>> file, parameters[0].name
    ('random.cu', 'out')
    """
    pattern = re.compile(
        r'extern\s+"C"\s+__global__\s+void\s+'
        r"(?:__launch_bounds__\([^)]*\)\s*)?(\w+)\s*\(([^)]*)\)"
    )
    found: dict[str, tuple[str, tuple[Parameter, ...]]] = {}
    for path in sorted(SOURCES.glob("*.cu")):
        for name, parameters in pattern.findall(path.read_text()):
            if name in found:
                raise ValueError(f"kernel {name} is in {found[name][0]} and {path}")
            parsed = tuple(_parameter(name, text) for text in parameters.split(","))
            found[name] = (path.name, parsed)
    return found


def _parameter(kernel: str, text: str) -> Parameter:
    bare = re.sub(r"\b(const|__restrict__)\b", " ", text).strip()
    match = re.fullmatch(r"([\w ]+?)\s*(\*?)\s*(\w+)", bare)
    if match is None or match[1].strip() not in _TYPES:
        raise ValueError(f"{kernel}: cannot read the parameter {text.strip()!r}")
    dtype = np.dtype(_TYPES[match[1].strip()])
    return Parameter(match[3], dtype, bool(match[2]), "const" in text)


def checked_arguments(name: str, args: tuple) -> list[Any]:
    """Arguments as the kernel takes them.

    Raises
    ------
    TypeError
        On a wrong count, or an array of another dtype.
    ValueError
        If an array is not C-contiguous: kernels ignore strides.
    OverflowError
        If an integer does not fit its parameter.
    """
    _, parameters = signatures()[name]
    if len(args) != len(parameters):
        raise TypeError(f"{name} takes {len(parameters)} arguments, got {len(args)}")
    return [
        _pointer(name, p, value) if p.is_pointer else _scalar(name, p, value)
        for p, value in zip(parameters, args, strict=True)
    ]


def _pointer(kernel: str, parameter: Parameter, value: Any) -> Any:
    where = f"{kernel}: {parameter.name}"
    if not hasattr(value, "dtype") or not hasattr(value, "flags"):
        raise TypeError(f"{where} must be a device array, got {type(value).__name__}")
    if value.dtype != parameter.dtype:
        raise TypeError(f"{where} must be {parameter.dtype}, got {value.dtype}")
    if not value.flags.c_contiguous:
        raise ValueError(f"{where} must be C-contiguous; kernels ignore strides")
    return value


def _scalar(kernel: str, parameter: Parameter, value: Any) -> Any:
    if parameter.dtype.kind == "f":
        return parameter.dtype.type(value)
    number = operator.index(value)  # a fraction is a TypeError
    limits = np.iinfo(parameter.dtype)
    if not limits.min <= number <= limits.max:
        raise OverflowError(
            f"{kernel}: {parameter.name}={value} does not fit {parameter.dtype}"
        )
    return parameter.dtype.type(number)


def checked_shape(name: str, grid: tuple, block: tuple, shared_mem: int = 0) -> None:
    """Refuse a launch that no device can run.

    Raises
    ------
    OverflowError
        If the grid or the block is empty or too large, or asks for more shared memory
        than a block can have.

    Examples
    --------
    >>> checked_shape("stream_words", (1,), (256,))
    """
    for what, shape, most in (("grid", grid, _MAX_GRID), ("block", block, _MAX_BLOCK)):
        fits = all(0 < n <= limit for n, limit in zip(shape, most, strict=False))
        if not (1 <= len(shape) <= 3 and fits):
            raise OverflowError(f"{name}: {what} {shape} is outside 1..{most}")
    if math.prod(block) > _MAX_THREADS:
        raise OverflowError(f"{name}: block {block} has over {_MAX_THREADS} threads")
    if not 0 <= shared_mem <= _MAX_SHARED:
        raise OverflowError(
            f"{name}: {shared_mem} bytes of shared memory, at most {_MAX_SHARED}"
        )


def n_blocks(n_items: int, per_block: int) -> int:
    """Blocks for `n_items`: at most what a grid holds, as kernels loop over the rest.

    Examples
    --------
    >>> n_blocks(1000, 256), n_blocks(0, 256), n_blocks(2**60, 1) < 2**31
    (4, 1, True)
    """
    return max(1, min(-(-n_items // per_block), _MAX_GRID[0]))


@functools.cache
def source(file: str) -> str:
    """Text of a .cu file with its own headers pasted in."""
    text = (SOURCES / file).read_text()
    return re.sub(r'#include "(\w+\.cuh)"', lambda match: source(match[1]), text)


def digest() -> str:
    """SHA-256 of all kernel texts and compile options.

    Examples
    --------
    >>> len(digest())
    64
    """
    texts = [source(path.name) for path in sorted(SOURCES.glob("*.cu"))]
    return hashlib.sha256("\0".join([*OPTIONS, *texts]).encode()).hexdigest()


@functools.cache
def _module(file: str) -> Any:
    import cupy

    return cupy.RawModule(code=source(file), options=OPTIONS)


def cupy_launch(
    name: str, grid: tuple, block: tuple, args: tuple, shared_mem: int = 0
) -> None:
    """Launch a kernel on the current device and stream."""
    checked_shape(name, grid, block, shared_mem)
    arguments = tuple(checked_arguments(name, args))
    kernel = _module(signatures()[name][0]).get_function(name)
    # Above 48 kB a kernel has to ask for dynamic shared memory.
    if shared_mem > 48 << 10:
        kernel.max_dynamic_shared_size_bytes = shared_mem
    kernel(grid, block, arguments, shared_mem=shared_mem)
