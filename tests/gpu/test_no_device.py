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
from refgen.arrays import why_on_the_host
from refgen.theories import THEORIES
from refgen_gpu import NoDeviceError
from refgen_gpu.arrays import to_host
from refgen_gpu.random import Stream


def public_functions():
    for module in ("linalg", "neighbors", *THEORIES):
        mirror = importlib.import_module(f"refgen_gpu.{module}")
        for name in mirror.__all__:
            value = getattr(mirror, name)
            # Functions from files of refgen_gpu's own take arrays of either kind.
            if why_on_the_host(value) is None and value.__module__ == mirror.__name__:
                yield f"{module}.{name}", value
    for name, value in vars(refgen_gpu.arrays).items():
        is_own = getattr(value, "__module__", None) == "refgen_gpu.arrays"
        if is_own and name != "to_host" and not name.startswith("_"):
            yield f"arrays.{name}", value
    yield "backend.backend", refgen_gpu.backend.backend
    for name, method in inspect.getmembers(Stream(0), inspect.ismethod):
        draws = {"shape", "n"} & inspect.signature(method).parameters.keys()
        if draws and not name.startswith("_"):
            bound = (3,) if name == "integers" else ()
            yield f"random.Stream.{name}", functools.partial(method, *bound, 3)


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
    names = [name for name in refgen_gpu.__all__ if name.islower()]
    modules = [f"refgen_gpu.{name}" for name in names if name != "__version__"]
    loaded = imported_by(f"import {', '.join(modules)}").split()
    assert set(modules) <= set(loaded)
    assert not {"cupy", "numba"} & set(loaded)
