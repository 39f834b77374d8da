"""NVRTC and nvcc as CuPy would call them, and rules on sources and PTX."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from refgen_gpu import launch

needs_nvcc = pytest.mark.skipif(
    shutil.which("nvcc") is None, reason="nvcc is not installed"
)

# Options that CuPy itself adds.
CUPY_OPTIONS = ("-ftz=true", "--device-as-default-execution-space")


def nvrtc(text: str, architecture: str, options: tuple[str, ...] = launch.OPTIONS):
    """Cubin for sm_.., PTX for compute_..; fails with the compiler's log."""
    from cupy._core import core
    from cupy_backends.cuda.libs import nvrtc as library

    try:
        library.getVersion()
    except RuntimeError as error:
        pytest.skip(f"NVRTC cannot be loaded: {error}")
    program = library.createProgram(text, "kernel.cu", (), ())
    arguments = core.assemble_cupy_compiler_options(tuple(options))
    try:
        library.compileProgram(
            program, (*arguments, *CUPY_OPTIONS, f"-arch={architecture}")
        )
        if architecture.startswith("sm_"):
            return library.getCUBIN(program)
        return library.getPTX(program).decode()
    except library.NVRTCError:
        raise AssertionError(library.getProgramLog(program)) from None
    finally:
        library.destroyProgram(program)


def unfit_instructions(ptx: str) -> list[str]:
    """Instructions that round differently from single IEEE operations."""
    contracted = r"\b(?:fma|mad)(?:\.\w+)*\.f(?:32|64)"
    unrounded = r"\b(?:mul|add|sub|div|sqrt|rcp)(?:\.ftz)?\.f(?:32|64)"
    return re.findall(rf"{contracted}|{unrounded}|\S*\.approx\S*|\S*\.f32\b", ptx)


def without_fma(text: str) -> str:
    """The text with two roundings for each fma that is written.

    Instructions of fused multiply-adds that are left come from contractions.
    """
    twice = (
        "__device__ double rg_twice(double a, double b, double c) { return a * b + c; }"
    )
    return f"{twice}\n{re.sub(r'[^a-z_]fma[(]', ' rg_twice(', text)}"


def atomic_additions(ptx: str) -> int:
    return len(re.findall(r"\b(?:atom|red)\.\S*add", ptx))


def nvcc_log(text: str, folder: Path) -> str:
    """Errors of nvcc; warnings, spills and local memory count as errors."""
    source = folder / "kernel.cu"
    source.write_text(text)
    built = subprocess.run(
        [
            "nvcc", "-arch=sm_90", "-cubin", "-ftz=true", *launch.OPTIONS,
            "-Xptxas", "-warn-spills,-warn-lmem-usage", "-Werror", "all-warnings",
            "-o", folder / "kernel.cubin", source,
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    return built.stderr if built.returncode else ""


def host_headers(text: str) -> list[str]:
    """Headers that nvcc has, but NVRTC on a user's machine does not."""
    return re.findall(r"#include\s*<(?!cuda/std/|cub/).*", text)


def narrow_indices(text: str) -> list[str]:
    """Casts to 32 bits, and products of 32-bit indices, which overflow at 2³¹."""
    text = re.sub(r"//.*", "", text)
    product = r"(?<!\(long long\))(?:blockIdx|gridDim)\.[xyz]\s*\*\s*blockDim"
    return re.findall(rf"\(\s*(?:int|unsigned)\s*\)|{product}", text)
