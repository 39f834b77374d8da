"""Nothing suggests a GPU where there is none; CuPy loads on first use only."""

import subprocess
import sys
import types

import pytest

import refgen_gpu
from refgen_gpu import backend


class _Error(RuntimeError):
    pass


def fake_cupy(devices, driver):
    def count():
        if devices is None:
            raise _Error("cudaErrorInsufficientDriver: too old")
        if isinstance(devices, str):
            raise _Error(devices)
        return devices

    runtime = types.SimpleNamespace(
        CUDARuntimeError=_Error,
        getDeviceCount=count,
        driverGetVersion=lambda: driver,
    )
    cuda = types.SimpleNamespace(runtime=runtime)
    return types.SimpleNamespace(cuda=cuda)


@pytest.fixture(autouse=True)
def fresh_backend():
    backend._cupy_backend.cache_clear()
    yield
    backend._cupy_backend.cache_clear()


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (None, "CuPy cannot be imported"),
        (fake_cupy(None, 0), "no NVIDIA driver is installed"),
        (fake_cupy(None, 12040), "supports CUDA 12.4 only"),
        (fake_cupy(0, 13000), "CUDA sees no device"),
        # CUDA's message if the driver is fine and CUDA_VISIBLE_DEVICES is empty.
        (fake_cupy("cudaErrorNoDevice: none", 13000), "CUDA sees no device"),
        (fake_cupy("cudaErrorUnknown: odd", 13000), "not start (cudaErrorUnknown: odd"),
    ],
)
def test_the_four_causes_are_told_apart(monkeypatch, module, why):
    monkeypatch.setitem(sys.modules, "cupy", module)
    assert why in backend.probe()
    with pytest.raises(refgen_gpu.NoDeviceError, match="found none"):
        backend.backend()


def test_a_device_is_reported_when_there_is_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(1, 13000))
    assert backend.probe() is None


@pytest.mark.parametrize("value", ["1", "2", "yes", " 1"])
def test_emulated_products_are_refused_before_anything_computes(monkeypatch, value):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(1, 13000))
    monkeypatch.setenv("CUBLAS_EMULATE_DOUBLE_PRECISION", value)
    refusal = "does not compute: CUBLAS_EMULATE_DOUBLE_PRECISION is set to .* unset it"
    with pytest.raises(refgen_gpu.NoDeviceError, match=refusal):
        backend.backend()


@pytest.mark.parametrize(
    ("settings", "n_refused"),
    [
        ({}, 0),
        ({"CUBLAS_EMULATE_DOUBLE_PRECISION": ""}, 0),
        ({"CUBLAS_EMULATE_DOUBLE_PRECISION": "0", "CUBLAS_EMULATION_STRATEGY": ""}, 0),
        ({"CUBLAS_EMULATION_STRATEGY": "Default"}, 0),
        ({"CUBLAS_EMULATE_DOUBLE_PRECISION": " 0 "}, 0),
        ({"CUBLAS_EMULATION_STRATEGY": "performant"}, 1),
        # Products of float32, in which refgen_gpu computes none.
        ({"CUPY_TF32": "1", "CUBLAS_EMULATE_SINGLE_PRECISION": "1"}, 0),
        (dict.fromkeys(backend._EMULATION, "eager"), 2),
    ],
)
def test_what_switches_no_emulation_on_is_not_refused(settings, n_refused):
    assert len(backend.refused_settings(settings)) == n_refused


def test_importing_refgen_gpu_loads_neither_cupy_nor_numba():
    code = "import sys, refgen_gpu, refgen_gpu.arrays; print(*sys.modules)"
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert {"cupy", "numba", "scipy"}.isdisjoint(shown.stdout.split())


@pytest.mark.skipif(backend.probe() is None, reason="there is a GPU")
def test_verify_on_a_missing_device_is_wrong_usage_with_the_cause(capsys):
    from click.testing import CliRunner

    from refgen.cli import main

    result = CliRunner().invoke(main, ["verify", "GDE-6", "--backend", "cupy"])
    assert result.exit_code == 2
    assert "found none" in result.output
    assert backend.probe()[:20] in " ".join(result.output.split())


@pytest.mark.skipif(backend.probe() is None, reason="there is a GPU")
def test_doctor_tells_why_there_is_no_gpu():
    from click.testing import CliRunner

    from refgen.cli import main

    assert (
        f"GPU: none ({backend.probe()})" in CliRunner().invoke(main, ["doctor"]).output
    )
