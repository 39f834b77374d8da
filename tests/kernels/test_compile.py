"""Every .cu file through NVRTC and nvcc as CuPy would, and rules on sources and PTX.

No GPU is needed or used. NVRTC comes with the package nvidia-cuda-nvrtc.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, whose compiler options are used, is missing")

FILES = sorted(path.name for path in launch.SOURCES.glob("*.cu"))
HEADERS = sorted(path.name for path in launch.SOURCES.glob("*.cuh"))
needs_nvcc = pytest.mark.skipif(
    shutil.which("nvcc") is None, reason="nvcc is not installed"
)
# What CuPy adds to the options of its own accord.
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
    """Instructions that round otherwise than IEEE operations one by one."""
    contracted = r"\b(?:fma|mad)(?:\.\w+)*\.f(?:32|64)"
    unrounded = r"\b(?:mul|add|sub|div|sqrt|rcp)(?:\.ftz)?\.f(?:32|64)"
    return re.findall(rf"{contracted}|{unrounded}|\S*\.approx\S*|\S*\.f32\b", ptx)


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_120"])
@pytest.mark.parametrize("file", FILES)
def test_nvrtc_compiles(file, architecture):
    assert nvrtc(launch.source(file), architecture)[:4] == b"\x7fELF"


@pytest.mark.parametrize("file", FILES)
def test_ptx_rounds_every_operation_by_itself(file):
    assert unfit_instructions(nvrtc(launch.source(file), "compute_90")) == []


def atomic_additions(ptx: str) -> int:
    return len(re.findall(r"\b(?:atom|red)\.\S*add", ptx))


def test_shared_sums_are_atomic_on_a_device():
    # The emulation runs one thread at a time and cannot see a missing atomic.
    n_written = launch.source("votes.cu").count("atomicAdd(")
    assert atomic_additions(nvrtc(launch.source("votes.cu"), "compute_90")) == n_written


def nvcc_log(text: str, folder: Path) -> str:
    """Errors of nvcc, for which warnings, spills and local memory are errors."""
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


@needs_nvcc
@pytest.mark.parametrize("file", FILES)
def test_nvcc_neither_warns_nor_spills(file, tmp_path):
    assert nvcc_log(launch.source(file), tmp_path) == ""


def host_headers(text: str) -> list[str]:
    """Headers that nvcc has and NVRTC on a user's machine has not."""
    return re.findall(r"#include\s*<(?!cuda/std/|cub/).*", text)


def narrow_indices(text: str) -> list[str]:
    """Casts to 32 bits, and products of 32-bit indices, which overflow at 2³¹."""
    text = re.sub(r"//.*", "", text)
    product = r"(?<!\(long long\))(?:blockIdx|gridDim)\.[xyz]\s*\*\s*blockDim"
    return re.findall(rf"\(\s*(?:int|unsigned)\s*\)|{product}", text)


@pytest.mark.parametrize("file", [*FILES, *HEADERS])
def test_sources_keep_the_rules(file):
    text = (launch.SOURCES / file).read_text()
    assert host_headers(text) == []
    assert narrow_indices(text) == []


@pytest.mark.parametrize("file", FILES)
def test_every_kernel_is_in_the_launch_table(file):
    written = re.findall(r"__global__", (launch.SOURCES / file).read_text())
    listed = [name for name, (f, _) in launch.signatures().items() if f == file]
    assert len(listed) == len(written) > 0


@pytest.mark.parametrize("name", sorted(launch.signatures()))
def test_every_kernel_is_run_by_an_emulated_test(name):
    tests = Path(__file__).parent.glob("test_*.py")
    texts = [t.read_text() for t in tests if t.name != Path(__file__).name]
    assert any("standin.emulate" in t and f'"{name}"' in t for t in texts), (
        f"no test file that imports standin.emulate names {name}"
    )
