"""Section start: everything is imported, one kernel compiled, the machine described.

What is missing on the machine is said in the first seconds, not after minutes.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from refgen_gpu.backend import backend

LIMIT = 60.0

# Imports, and what cannot run without them.
_IMPORTS = {
    "numpy": "everything",
    "scipy": "everything",
    "cupy": "everything",
    "numba": "everything",
    "sklearn": "everything",
    "hypothesis": "claims and parity",
    "pytest": "parity",
    "mpmath": "parity",
    "matplotlib": "parity of displays",
    "threadpoolctl": "speed of scans",
    "refgen_gpu": "everything",
    "torch": "speed against torch",
    "jax": "speed against jax",
}

_DISTRIBUTIONS = {"sklearn": "scikit-learn"}
_CUPY = ("cupy-cuda13x", "cupy-cuda12x", "cupy")


def steps() -> list[str]:
    """Examples
    --------
    >>> steps()[:2]
    ['machine', 'device']
    """
    # The imports take longest the first time, those of torch and jax most of all.
    return [
        *("machine", "device", "compile a kernel"),
        *(f"import {name}" for name in _IMPORTS),
    ]


def run(step: str, deadline: float) -> Iterator[dict[str, Any]]:
    if step == "machine":
        yield machine()
    elif step == "device":
        yield device()
    elif step == "compile a kernel":
        yield compiled()
    else:
        yield imported(step.removeprefix("import "))


def problems(step: str, result: dict[str, Any]) -> list[str]:
    """Examples
    --------
    >>> problems("import torch", {"missing": "No module named 'torch'", "for": "peers"})
    ["No module named 'torch': needed for peers"]
    """
    if "missing" in result:
        return [f"{result['missing']}: needed for {result['for']}"]
    if result.get("within_0_1") is False:
        return ["a kernel compiles, and its uniform draws are outside (0, 1)"]
    return []


def imported(name: str) -> dict[str, Any]:
    """The version of a module and the seconds of its import.

    Examples
    --------
    >>> sorted(imported("numpy"))
    ['seconds', 'version']
    """
    # Else it takes three quarters of the device's memory at its first use.
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    start = time.perf_counter()
    try:
        importlib.import_module(name)
    except ImportError as error:
        return {"missing": str(error), "for": _IMPORTS.get(name, "")}
    return {
        "version": version(name),
        "seconds": round(time.perf_counter() - start, 2),
    }


def version(name: str) -> str | None:
    """The version of a module's distribution.

    Examples
    --------
    >>> version("no_such_module") is None
    True
    """
    names = _CUPY if name == "cupy" else (_DISTRIBUTIONS.get(name, name),)
    for distribution in names:
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def compiled() -> dict[str, Any]:
    """Compile, or read from the disk cache, and run a kernel, and a ufunc of CuPy."""
    from refgen_gpu.random import Stream

    be = backend()
    start = time.perf_counter()
    drawn = be.to_host(Stream(0, "check", "start").uniform(8))
    return {
        "seconds": round(time.perf_counter() - start, 2),
        "within_0_1": bool(((drawn > 0) & (drawn < 1)).all()),
    }


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


def device() -> dict[str, Any]:
    """The device as CUDA and the driver describe it."""
    be = backend()
    if not be.is_gpu:
        return {"name": be.device}
    cupy = be.xp
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
