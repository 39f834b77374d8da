"""Section facts: the device, the driver and the versions of everything."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_PACKAGES = (
    "numpy", "scipy", "scikit-learn", "numba", "hypothesis", "pytest",
    "cupy-cuda13x", "cupy-cuda12x", "cupy",
)  # fmt: skip

# What changes CuPy's products; the neighbours' certificate needs IEEE float64.
_SETTINGS = ("CUPY_TF32", "CUPY_ACCELERATORS", "CUPY_COMPUTE_TYPE")


def run(deadline: float) -> Iterator[tuple[str, Any]]:
    yield "machine", machine()
    yield "versions", versions()
    yield "device", device()
    yield "settings", {name: os.environ.get(name) for name in _SETTINGS}


def problems(results: dict[str, Any]) -> list[str]:
    if (results.get("settings") or {}).get("CUPY_TF32"):
        return ["CUPY_TF32 is set: float32 products are not those of float32"]
    return []


def attempt(call: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What `call` finds, or its error: one step does not cost the others.

    Examples
    --------
    >>> attempt(lambda: {"ratio": 1 / 0})
    {'error': 'ZeroDivisionError: division by zero'}
    """
    try:
        return call()
    except Exception as error:
        return {"error": f"{type(error).__name__}: {str(error)[:500]}"}


def machine() -> dict[str, Any]:
    """The host.

    Examples
    --------
    >>> sorted(machine())
    ['cores', 'machine', 'processor', 'python', 'system']
    """
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def _processor() -> str | None:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return None
    names = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    return names[0].strip() if names else None


def versions() -> dict[str, str]:
    """Versions of the packages that matter and are installed.

    Examples
    --------
    >>> "numpy" in versions()
    True
    """
    found = {}
    for name in _PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def device() -> dict[str, Any]:
    """The device as CUDA and the driver describe it."""
    import cupy

    runtime = cupy.cuda.runtime
    properties = runtime.getDeviceProperties(cupy.cuda.Device().id)
    free, total = runtime.memGetInfo()
    return {
        "name": properties["name"].decode(),
        "compute_capability": f"{properties['major']}.{properties['minor']}",
        "multiprocessors": int(properties["multiProcessorCount"]),
        "memory_bytes": int(total),
        "free_bytes": int(free),
        "devices": runtime.getDeviceCount(),
        "cuda_driver": runtime.driverGetVersion(),
        "cuda_runtime": runtime.runtimeGetVersion(),
        "nvrtc": ".".join(map(str, cupy.cuda.nvrtc.getVersion())),
        "driver": _driver_version(),
    }


def _driver_version() -> str | None:
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    try:
        shown = subprocess.run(
            query, capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return shown.stdout.split()[0] if shown.stdout.split() else None
