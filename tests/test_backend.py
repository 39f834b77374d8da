"""Nothing suggests a GPU where there is none."""

import sys
import types

import pytest

import refgen_gpu


class _Error(RuntimeError):
    pass


def fake_cupy(devices, driver):
    def count():
        if devices is None:
            raise _Error("cudaErrorInsufficientDriver: too old")
        return devices

    runtime = types.SimpleNamespace(
        CUDARuntimeError=_Error,
        getDeviceCount=count,
        driverGetVersion=lambda: driver,
    )
    cuda = types.SimpleNamespace(runtime=runtime)
    return types.SimpleNamespace(cuda=cuda)


@pytest.mark.parametrize(
    ("module", "why"),
    [
        (None, "CuPy cannot be imported"),
        (fake_cupy(None, 0), "no NVIDIA driver is installed"),
        (fake_cupy(None, 12040), "supports CUDA 12.4 only"),
        (fake_cupy(0, 13000), "CUDA sees no device"),
    ],
)
def test_the_four_causes_are_told_apart(monkeypatch, module, why):
    monkeypatch.setitem(sys.modules, "cupy", module)
    assert why in refgen_gpu.probe()
    with pytest.raises(refgen_gpu.NoDeviceError, match="found none"):
        refgen_gpu.require_device()


def test_a_device_is_reported_when_there_is_one(monkeypatch):
    monkeypatch.setitem(sys.modules, "cupy", fake_cupy(1, 13000))
    assert refgen_gpu.probe() is None
    assert refgen_gpu.require_device() is None
