"""Sections start and smoke of the check: the machine, and everything once."""

import dataclasses
import importlib
import time
from types import SimpleNamespace

import numpy as np
import pytest

import refgen
import refgen_gpu.backend
from refgen.arrays import why_on_the_host
from refgen.theories import THEORIES
from refgen_gpu.check import exercise
from refgen_gpu.check.compare import difference
from refgen_gpu.check.sections import (
    smoke,
    start,
)


def test_smoke_covers_every_kernel_and_every_name_that_is_on_the_device():
    steps = smoke.steps()
    assert {f"kernels.{name}" for name in exercise.launchers()} <= set(steps)
    for module in (*THEORIES, "linalg", "special"):
        host = importlib.import_module(f"refgen.{module}")
        for name in host.__all__:
            if why_on_the_host(getattr(host, name)) is None:
                assert f"{module}.{name}" in steps


def test_smoke_finds_no_fault_on_the_standin(standin):
    found = {step: list(smoke.run(step, 0.0))[-1] for step in smoke.steps()}
    faults = {step: smoke.problems(step, result) for step, result in found.items()}
    assert {step: fault for step, fault in faults.items() if fault} == {}
    skipped = {step for step, result in found.items() if not result["compared"]}
    assert skipped == set(smoke.NOT_COMPARED)


@pytest.mark.parametrize(
    ("planted", "wanted"),
    [
        (lambda law: 1.001 * refgen.disagreement.cace(law), "by 0.001 of its largest"),
        (lambda law: np.array([refgen.disagreement.cace(law)]), "float64(1,)"),
        (lambda law: np.float64(np.nan), "NaN or infinity in other places"),
    ],
)
def test_smoke_sees_a_wrong_answer(standin, monkeypatch, planted, wanted):
    monkeypatch.setattr(smoke, "_on_device", lambda *_: planted)
    monkeypatch.setattr(smoke, "moved", lambda value: value)
    (result,) = smoke.run("disagreement.cace", time.monotonic() + 60)
    (problem,) = smoke.problems("disagreement.cace", result)
    assert wanted in problem


@pytest.mark.parametrize(
    ("mine", "right", "wanted"),
    [
        ([1.0, np.nan], [1.0, np.nan], 0.0),
        ([1.0, 2.0], [1.0, np.nan], "NaN or infinity in other places"),
        ([1.0, -np.inf], [1.0, np.inf], "NaN or infinity in other places"),
        ([1.0, np.nan], [1.0, 2.0], "NaN or infinity in other places"),
        (np.float32([1.0]), [1.0], "float32(1,) and float64(1,)"),
        ([1, 3], [1, 2], "1 of 2 entries"),
        ([0.0, 1e-9], [0.0, 0.0], 1e-9),
        ([3.0, -5.0], [2.0, -4.0], 0.25),
    ],
)
def test_how_far_results_are_apart(mine, right, wanted):
    mine, right = ({"a": np.asarray(x), "b": 1} for x in (mine, right))
    found = difference(mine, right)
    if isinstance(wanted, str):
        assert found == {"differs": f"result.a: {wanted}"}
    else:
        assert found == {"relative": wanted}


def test_smoke_judges_the_worst_case_not_the_last(standin, monkeypatch):
    def cases(rg, size):
        yield "wrong", np.array([1.0 + (rg is refgen_gpu)])
        yield "worse", np.array([1.0 + 2 * (rg is refgen_gpu)])
        yield "right", np.array([1.0])

    def judged():
        *_, result = smoke.run("kernels.made_up", 0.0)
        return smoke.problems("kernels.made_up", result)

    fake = SimpleNamespace(cases=cases)
    monkeypatch.setattr(smoke, "launchers", lambda: {"made_up": fake})
    assert judged() == ["differs from the CPU in worse by 2 of its largest number"]
    fake.cases = lambda rg, size: [
        ("one", np.ones(1 + (rg is refgen_gpu))),
        *cases(rg, size),
    ]
    (problem,) = judged()
    assert problem.startswith("differs from the CPU: one: ")
    assert smoke.problems("a", {}) == ["nothing was compared"]


def test_the_start_runs_all_it_can():
    steps = start.steps()
    assert steps[:3] == ["machine", "device", "compile a kernel"]
    assert {f"import {name}" for name in ("numba", "torch", "jax")} <= set(steps[3:])


def test_the_start_says_what_is_missing_and_for_what(monkeypatch):
    (found,) = start.run("import no_such_module", 0.0)
    assert start.problems("import no_such_module", found) == [
        "No module named 'no_such_module': needed for "
    ]
    (found,) = start.run("import numpy", 0.0)
    assert found["version"] == np.__version__
    assert start.problems("import numpy", found) == []


@pytest.mark.parametrize(("drawn", "right"), [(None, True), ([0.5, 1.0], False)])
def test_the_start_compiles_a_kernel(standin, monkeypatch, drawn, right):
    if drawn is not None:
        uniform = standin.xp.asarray(drawn)
        stream = SimpleNamespace(uniform=lambda n: uniform)
        monkeypatch.setattr("refgen_gpu.random.Stream", lambda *labels: stream)
    (found,) = start.run("compile a kernel", 0.0)
    assert found["within_0_1"] is right
    assert bool(start.problems("compile a kernel", found)) is not right


def test_the_start_describes_the_device(standin, monkeypatch):
    properties = {"name": b"Made-up GPU", "major": 9, "minor": 0}
    runtime = SimpleNamespace(
        getDeviceProperties=lambda number: properties | {"multiProcessorCount": 132},
        memGetInfo=lambda: (2**33, 2**34),
        getDeviceCount=lambda: 1,
        driverGetVersion=lambda: 13_000,
        runtimeGetVersion=lambda: 13_000,
    )
    cuda = SimpleNamespace(
        runtime=runtime,
        Device=lambda: SimpleNamespace(id=0),
        nvrtc=SimpleNamespace(getVersion=lambda: (13, 0)),
    )
    made_up = dataclasses.replace(standin, is_gpu=True, xp=SimpleNamespace(cuda=cuda))
    monkeypatch.setattr(start, "backend", lambda: made_up)
    (found,) = start.run("device", 0.0)
    assert (found["name"], found["compute_capability"]) == ("Made-up GPU", "9.0")
    assert (found["free_bytes"], found["nvrtc"]) == (2**33, "13.0")
