"""What the last bits of a result depend on, besides a run's own arguments."""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata as metadata
import json
import os
import platform
from functools import cache
from pathlib import Path
from typing import Any

# Results may differ in the last bits between versions of these.
_LIBRARIES = ("numpy", "scipy", "numba", "hypothesis", "scikit-learn")

# What the processor decides.
ARITHMETIC = ("linear algebra", "vector instructions")

# Where wheels of NumPy and SciPy keep their library of linear algebra.
_FOLDERS = ("numpy.libs", "scipy.libs", ".dylibs")


@cache
def environment() -> dict[str, str]:
    """Code, libraries and arithmetic of this process; the values are JSON.

    Two processes in which it is the same give the same bits, for any number of threads.
    Measured on the quick profile of 91 claims, by forcing one choice at a time: 21 give
    other last bits with the kernels of OpenBLAS for SkylakeX than with those for
    Haswell, 37 without NumPy's loops for AVX-512, one without the fused operations of
    the C library, none with code that Numba compiles for any processor, and none with
    another number of threads. No verdict changed.

    Examples
    --------
    >>> sorted(environment())
    ['code', 'linear algebra', 'machine', 'vector instructions', 'versions']
    """
    versions = {name: metadata.version(name) for name in _LIBRARIES}
    versions["python"] = platform.python_version()
    values = {"versions": versions, "machine": _machine()} | arithmetic()
    shown = {name: json.dumps(value) for name, value in values.items()}
    return {"code": code_digest(), **shown}


def arithmetic() -> dict[str, list[str]]:
    """What the processor decides: kernels of linear algebra, and NumPy's loops.

    OpenBLAS and MKL choose a kernel for the processor that they find, and sum in
    another order in each. NumPy's exponentials and logarithms exist once for every set
    of vector instructions.

    Examples
    --------
    >>> sorted(arithmetic())
    ['linear algebra', 'vector instructions']
    """
    import scipy.linalg  # noqa: F401  # brings a library of its own
    from threadpoolctl import threadpool_info

    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    # Other packages may have brought libraries that nothing here uses.
    own = [pool for pool in pools if Path(pool["filepath"]).parent.name in _FOLDERS]
    kernels = sorted({_named(pool) for pool in own or pools})
    return dict(zip(ARITHMETIC, (kernels, _vector_instructions()), strict=True))


def _named(pool: dict[str, Any]) -> str:
    parts = (pool.get(name) for name in ("internal_api", "version", "architecture"))
    return " ".join(part for part in parts if part)


def _vector_instructions() -> list[str]:
    """The processor's features for which NumPy has loops, as far as they are in use."""
    # What np.show_runtime prints; no function gives it.
    numpy: Any = importlib.import_module("numpy._core._multiarray_umath")
    features = numpy.__cpu_features__
    known = [*numpy.__cpu_baseline__, *numpy.__cpu_dispatch__]
    return sorted(name for name in known if features.get(name))


def _machine() -> list[str]:
    # The C library has functions that differ in the last bit between processors.
    tuned = os.environ.get("GLIBC_TUNABLES", "")
    names = [platform.machine(), platform.system(), *platform.libc_ver(), tuned]
    return [name for name in names if name]


def differences(there: dict[str, str], here: dict[str, str]) -> list[str]:
    """What differs between two environments, in words.

    Examples
    --------
    >>> differences({"code": "a", "seed": "0"}, {"code": "b", "seed": "1"})
    ['code: other sources of refgen', 'seed: there 0, now 1']
    """
    names = sorted(n for n in there | here if there.get(n) != here.get(n))
    return [
        "code: other sources of refgen"
        if name == "code"
        else f"{name}: there {there.get(name)}, now {here.get(name)}"
        for name in names
    ]


def code_digest() -> str:
    """SHA-256 of all sources of refgen and refgen_gpu.

    Examples
    --------
    >>> len(code_digest())
    64
    """
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in ("refgen", "refgen_gpu"):
        for path in sorted((root / package).rglob("*")):
            if path.suffix in (".py", ".cu", ".cuh"):
                text = path.read_bytes()
                digest.update(f"{path.relative_to(root)} {len(text)} ".encode())
                digest.update(text)
    return digest.hexdigest()
