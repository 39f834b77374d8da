"""Every .cu file through NVRTC and nvcc as CuPy would, and rules on sources and PTX.

No GPU is needed or used. NVRTC comes with the package nvidia-cuda-nvrtc.
"""

import re
from pathlib import Path

import pytest

from refgen_gpu import launch

pytest.importorskip("cupy", reason="CuPy, whose compiler options are used, is missing")
from support.compilers import (
    atomic_additions,
    host_headers,
    narrow_indices,
    needs_nvcc,
    nvcc_log,
    nvrtc,
    unfit_instructions,
    without_fma,
)

TESTS = Path(__file__).parents[1]
FILES = sorted(path.name for path in launch.SOURCES.glob("*.cu"))
HEADERS = sorted(path.name for path in launch.SOURCES.glob("*.cuh"))


@pytest.mark.parametrize("architecture", ["sm_80", "sm_90", "sm_120"])
@pytest.mark.parametrize("file", FILES)
def test_nvrtc_compiles(file, architecture):
    assert nvrtc(launch.source(file), architecture)[:4] == b"\x7fELF"


@pytest.mark.parametrize("file", FILES)
def test_ptx_rounds_every_operation_by_itself(file):
    text = without_fma(launch.source(file))
    assert unfit_instructions(nvrtc(text, "compute_90")) == []


def test_products_are_fused_on_a_device():
    found = unfit_instructions(nvrtc(launch.source("networks.cu"), "compute_90"))
    assert set(found) == {"fma.rn.f64"}


def test_shared_sums_are_atomic_on_a_device():
    # The emulation runs one thread at a time, so that a missing atomic has no effect.
    n_written = launch.source("votes.cu").count("atomicAdd(")
    assert atomic_additions(nvrtc(launch.source("votes.cu"), "compute_90")) == n_written


@needs_nvcc
@pytest.mark.parametrize("file", FILES)
def test_nvcc_neither_warns_nor_spills(file, tmp_path):
    assert nvcc_log(launch.source(file), tmp_path) == ""


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
    texts = [path.read_text() for path in TESTS.rglob("*.py")]
    used = [t for t in texts if "standin.emulate" in t or "def small_cases" in t]
    assert any(f'"{name}"' in text for text in used), (
        f"no file with tests of emulated kernels names {name}"
    )
