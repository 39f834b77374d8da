"""Kernels are found by module and name, on both sides, when they are first called."""

import ast
import errno
import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import refgen
from refgen.arrays import DEVICE_PACKAGE
from refgen.kernels import compiled, kernel
from refgen_gpu import backend, launch
from refgen_gpu.check.exercise import launchers

PACKAGE = Path(refgen.__file__).parent


def dispatched():
    """Module and name of every call of `kernel` in refgen."""
    for path in sorted(PACKAGE.rglob("*.py")):
        nodes = list(ast.walk(ast.parse(path.read_text())))
        if any(imports_kernel(node) for node in nodes):
            for node in nodes:
                if isinstance(node, ast.Call) and called(node) == "kernel":
                    names = [getattr(argument, "value", None) for argument in node.args]
                    assert all(isinstance(name, str) for name in names), (
                        f"{path}:{node.lineno}: name the kernel by two literal strings"
                    )
                    yield tuple(names)


def called(node):
    """`kernel` for calls of ``kernel(…)`` and of ``kernels.kernel(…)``."""
    return ast.unparse(node.func).rpartition(".")[2]


def imports_kernel(node):
    """Whether it takes `kernel`, or the package that has it, by name."""
    if not isinstance(node, ast.ImportFrom):
        return False
    names = {(node.module, alias.name) for alias in node.names}
    return bool(names & {("refgen.kernels", "kernel"), ("refgen", "kernels")})


KERNELS = sorted(set(dispatched()))


def test_some_kernels_are_dispatched():
    assert ("votes", "count_votes") in KERNELS
    assert len(KERNELS) > 6


@pytest.mark.parametrize(("module", "name"), KERNELS)
def test_kernels_are_on_both_sides_with_the_same_parameters(module, name):
    mine, right = (
        inspect.signature(kernel(module, name).of(package)).parameters
        for package in (DEVICE_PACKAGE, "refgen")
    )
    assert list(mine) == list(right)


@pytest.mark.parametrize(("module", "name"), KERNELS)
def test_kernels_pickle_and_show_what_they_do(module, name):
    found = kernel(module, name)
    again = pickle.loads(pickle.dumps(found))
    assert repr(again) == repr(found) == f"<kernel {module}.{name}>"
    assert again.of("refgen") is found.of("refgen")
    assert inspect.getdoc(found) == inspect.getdoc(found.of("refgen")) != ""
    assert inspect.signature(found) == inspect.signature(found.of("refgen"))


@pytest.mark.parametrize(("module", "name"), KERNELS)
def test_kernels_are_compared_on_a_device_or_say_why_not(module, name):
    """`refgen_gpu.check.bits` compares the cases of the module."""
    launcher = importlib.import_module(f"{DEVICE_PACKAGE}.kernels.{module}")
    reasons = getattr(launcher, "NOT_COMPARED", {})
    cases = launcher.cases(refgen, 100) if module in launchers() else ()
    compared = {case for case, _ in cases}
    assert (name in compared) != (name in reasons)
    assert all(len(reason) > 10 for reason in reasons.values())


def test_every_source_has_a_launcher_with_cases():
    sources = {path.stem for path in launch.SOURCES.glob("*.cu")}
    assert set(launchers()) == sources
    assert all(inspect.getdoc(module.cases) for module in launchers().values())


def run(code):
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_neither_numba_nor_the_device_is_loaded_before_the_first_call():
    code = "import sys, refgen.disagreement, refgen.resmem; print(*sys.modules)"
    assert not {"numba", "refgen_gpu", "cupy"} & set(run(code).split())


WITHOUT_IMPORTING_THE_DEVICE = """
import sys, types
import numpy as np
from refgen.arrays import label_of, register_library
from refgen.disagreement.calibration import cumulative_level_area

class Array(np.ndarray):
    pass

register_library(Array, types.SimpleNamespace(**vars(np)), None)
row = np.ones((1, 2)).view(Array)
assert "refgen_gpu" not in sys.modules
for call, arguments in ((cumulative_level_area, (row, row)), (label_of, (row,))):
    try:
        call(*arguments)
    except Exception as error:
        print(type(error).__name__)
"""


@pytest.mark.skipif(backend.probe() is None, reason="there is a GPU")
def test_the_first_device_array_loads_the_package_of_the_device():
    # The package looks for a GPU: it was found although nobody had imported it.
    assert run(WITHOUT_IMPORTING_THE_DEVICE).split() == ["NoDeviceError"] * 2


def test_numpy_arrays_stay_here():
    sums = kernel("levels", "absolute_level_sums")
    levels, values = np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, -3.0, 5.0]])
    assert sums(levels, values).tolist() == [7.0]


def test_a_cache_that_cannot_be_used_is_done_without(monkeypatch):
    from numba.core import caching

    def full(self, *args):
        raise OSError(errno.ENOSPC, "No space left on device")

    for name in ("load", "save"):
        monkeypatch.setattr(caching.IndexDataCacheFile, name, full)
    assert compiled(twice)(4) == 8


def twice(x):
    return 2 * x
