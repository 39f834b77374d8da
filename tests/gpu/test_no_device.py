"""Without a device every function of refgen_gpu says so, and importing is free."""

import functools
import importlib
import inspect
import subprocess
import sys

import numpy as np
import pytest

import refgen_gpu.arrays
import refgen_gpu.backend
import refgen_gpu.disagreement as on_gpu
from refgen_gpu import NoDeviceError
from refgen_gpu.arrays import to_host
from refgen_gpu.mirror import ON_THE_HOST, public_names
from refgen_gpu.neighbors import nearest_neighbors
from refgen_gpu.random import Stream

MODULES = [
    f"disagreement.{name}"
    for name in (
        "audits", "calibration", "decompositions", "estimates", "families",
        "finite_sample", "laws", "rates", "votes",
    )
]  # fmt: skip
ARRAYS = ("to_device", "as_floats", "as_probabilities", "device_label")


def public_functions():
    for module in ["disagreement", "linalg", *MODULES]:
        mirror = importlib.import_module(f"refgen_gpu.{module}")
        twin = importlib.import_module(f"refgen.{module}")
        for name in public_names(twin):
            if name in ON_THE_HOST or inspect.isclass(getattr(twin, name)):
                continue
            yield f"{module}.{name}", getattr(mirror, name)
    for name in ARRAYS:
        yield f"arrays.{name}", getattr(refgen_gpu.arrays, name)
    yield "neighbors.nearest_neighbors", nearest_neighbors
    yield "backend.backend", refgen_gpu.backend.backend
    for kind in ("words", "uniform", "normal", "exponential", "signs", "permutation"):
        yield f"random.Stream.{kind}", functools.partial(getattr(Stream(0), kind), 3)
    yield "random.Stream.integers", functools.partial(Stream(0).integers, 3, 3)
    yield "random.Stream.dirichlet", functools.partial(Stream(0).dirichlet, 3)
    for name in ("FiniteLaw", "ClassifierLaw", "MemberLaw", "BetaReliability"):
        yield f"disagreement.{name}", getattr(on_gpu, name)


FUNCTIONS = dict(public_functions())


@pytest.fixture
def no_device(monkeypatch):
    refgen_gpu.backend._cupy_backend.cache_clear()
    monkeypatch.setattr(refgen_gpu.backend, "probe", lambda: "it was taken away")
    yield
    refgen_gpu.backend._cupy_backend.cache_clear()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_that_there_is_no_device(no_device, name):
    function = FUNCTIONS[name]
    parameters = inspect.signature(function).parameters.values()
    needed = [p for p in parameters if p.default is p.empty and p.kind != p.VAR_KEYWORD]
    with pytest.raises(NoDeviceError, match="found none: it was taken away"):
        function(*[[1.0]] * len(needed))


def test_host_arrays_are_on_the_host_without_a_device(no_device):
    assert to_host(np.ones(2)).tolist() == [1, 1]


def imported_by(statement):
    code = f"import sys; {statement}; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_importing_loads_no_compiler_and_no_cupy():
    assert not {"cupy", "numba"} & set(imported_by("import refgen_gpu").split())
    names = [f"refgen_gpu.{m}" for m in refgen_gpu._SUBMODULES]
    assert "cupy" not in imported_by(f"import {', '.join(names)}").split()
