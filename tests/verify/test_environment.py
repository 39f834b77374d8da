"""What last bits depend on is part of a run's identity, and of its workers'."""

import json
import os
import subprocess
import sys

import pytest

from refgen.claims import get
from refgen.verify import ExecutorError, RunError
from refgen.verify.environment import (
    _machine,
    arithmetic,
    differences,
    environment,
)
from refgen.verify.store import RunStore, identity
from refgen.verify.tasks import Settings, Task, perform_by_name

NAMES = ["code", "linear algebra", "machine", "vector instructions", "versions"]


def other(name):
    return environment() | {name: json.dumps(["another one"])}


def test_it_names_libraries_kernels_and_instructions():
    assert sorted(environment()) == NAMES
    found = arithmetic()
    assert found["linear algebra"]
    assert all(len(name.split()) >= 2 for name in found["linear algebra"])
    assert json.loads(environment()["linear algebra"]) == found["linear algebra"]


def test_it_names_what_takes_part_in_results(monkeypatch):
    names = {"hypothesis", "numba", "numpy", "python", "scikit-learn", "scipy"}
    assert json.loads(environment()["versions"]).keys() == names
    monkeypatch.setenv("GLIBC_TUNABLES", "glibc.cpu.hwcaps=-AVX2")
    assert "glibc.cpu.hwcaps=-AVX2" in _machine()
    pools = [
        {"user_api": api, "filepath": f"/{folder}/lib.so", "internal_api": "openblas"}
        for api, folder in (("blas", "numpy.libs"), ("blas", "torch"), ("openmp", "x"))
    ]
    for i, pool in enumerate(pools):
        pool["version"] = str(i)
    monkeypatch.setattr("threadpoolctl.threadpool_info", lambda: pools)
    assert arithmetic()["linear algebra"] == ["openblas 0"]
    del pools[0]  # as in a distribution, which has one library for all
    assert arithmetic()["linear algebra"] == ["openblas 1"]


def test_it_follows_what_the_processor_is_said_to_be():
    """As on another processor: OpenBLAS takes other kernels, NumPy has fewer loops."""
    here = arithmetic()
    kernels = here["linear algebra"][0].split()
    if kernels[0] != "openblas" or not any(
        "V3" in f or "AVX2" in f for f in here["vector instructions"]
    ):
        pytest.skip("needs OpenBLAS and NumPy with AVX2")
    forced = {"OPENBLAS_CORETYPE": "Nehalem"}
    forced["NPY_DISABLE_CPU_FEATURES"] = here["vector instructions"][-1]
    code = "from refgen.verify.environment import *; print(json.dumps(arithmetic()))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | forced,
        capture_output=True,
        text=True,
        check=True,
    )
    there = json.loads(told.stdout)
    assert all("Nehalem" in name for name in there["linear algebra"])
    gone = set(here["vector instructions"]) - set(there["vector instructions"])
    assert here["vector instructions"][-1] in gone


@pytest.mark.parametrize("name", [name for name in NAMES if name != "code"])
def test_a_run_is_not_continued_with_other_bits(tmp_path, monkeypatch, name):
    RunStore(tmp_path, identity({"seed": 0}, "CPU")).__exit__()
    monkeypatch.setattr("refgen.verify.store.environment", lambda: other(name))
    with pytest.raises(RunError) as refused:
        RunStore(tmp_path, identity({"seed": 0}, "CPU"))
    words = f'  {name}: there {environment()[name]}, now ["another one"]\n'
    assert words in str(refused.value)
    told = "continue on one like the first" in str(refused.value)
    assert told is (name != "versions")
    assert str(refused.value).endswith("or choose another directory")


@pytest.mark.parametrize("name", NAMES)
def test_a_worker_with_other_bits_is_refused(name):
    task, module = Task("GDE-6", 0, "pinned"), get("GDE-6").measure.__module__
    sizes = Settings(seed=0, search_examples=5, instances=100, draws=256)
    with pytest.raises(ExecutorError) as refused:
        perform_by_name(module, [task], sizes, "refgen", other(name))
    assert f"({name}: " in str(refused.value)
    assert "give both the same code, versions and kind of" in str(refused.value)


def test_differences_are_few_words():
    assert differences({}, {}) == []
    assert differences({"a": "1"}, {"b": "2"}) == [
        "a: there 1, now None",
        "b: there None, now 2",
    ]
