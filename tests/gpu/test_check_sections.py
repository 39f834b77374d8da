"""The sections of the check, as far as they go without a GPU."""

import dataclasses
import importlib
import os
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pytest
from support.compilers import nvrtc

import refgen
import refgen_gpu.backend
from refgen.arrays import why_on_the_host
from refgen.claims import all_claims
from refgen.theories import THEORIES
from refgen_gpu.check import checkout, exercise, large, plan
from refgen_gpu.check.assumed import BELIEFS
from refgen_gpu.check.compare import difference
from refgen_gpu.check.figures import FIGURES
from refgen_gpu.check.plain import not_finite
from refgen_gpu.check.sections import (
    beliefs,
    bits,
    claims,
    sanitizer,
    smoke,
    speed,
    start,
)

CLEAN, FOUND = {"outcome": "clean"}, {"outcome": "errors found"}
BROKEN = {"outcome": "the tool or the program failed with exit status 1"}


@pytest.mark.parametrize(
    ("planted", "kernels", "wanted"),
    [
        (FOUND, CLEAN, None),
        (FOUND, FOUND, "found errors in the kernels"),
        (CLEAN, CLEAN, "missed the planted mistake"),
        (FOUND, BROKEN, "did not finish on the kernels"),
        (BROKEN, BROKEN, "does not work on this machine"),
        (FOUND, {"outcome": "out of time"}, "ran out of time"),
    ],
)
def test_problems_of_the_sanitizer(planted, kernels, wanted):
    result = {"present": True, "planted": planted, "kernels": kernels}
    listed = sanitizer.problems("memcheck", result)
    assert len(listed) == (0 if wanted is None else 1)
    assert all(wanted in line for line in listed)


def test_the_sanitizers_summary_is_read():
    text = "noise\n========= Invalid write\n========= ERROR SUMMARY: 3 errors\n"
    assert sanitizer.judged(99, text) == {
        "outcome": "errors found",
        "summary": "ERROR SUMMARY: 3 errors",
        "kernels named": [],
        "first lines": ["========= Invalid write", "========= ERROR SUMMARY: 3 errors"],
    }
    assert "failed" in sanitizer.judged(1, "Device not supported")["outcome"]
    # The last one is of the whole program.
    several = "ERROR SUMMARY: 0 errors\nRACECHECK SUMMARY: 0 hazards displayed\n"
    last = "RACECHECK SUMMARY: 0 hazards displayed"
    assert sanitizer.judged(0, several) == {"outcome": "clean", "summary": last}
    # A program that never reached a kernel has not been checked.
    assert "failed" in sanitizer.judged(0, "")["outcome"]


def test_claims_are_verified_on_the_device(standin, monkeypatch):
    profile = dataclasses.replace(claims.PROFILE, instances=1000, search_examples=5)
    monkeypatch.setattr(claims, "PROFILE", profile)
    (shown,) = claims.run("GDE-6", 0.0)
    assert shown["verdict"] == "HOLDS"
    assert "STAND-IN" in shown["device"]
    assert claims.problems("GDE-6", shown) == []


def test_every_claim_is_a_step_and_slow_ones_are_the_last():
    every = {claim.id: claim.slow for claim in all_claims()}
    found = claims.steps()
    assert set(found) == set(every)
    slow = [every[id] for id in found]
    assert slow == sorted(slow)
    assert any(slow)


def test_different_bits_are_counted():
    a = np.array([0.0, np.nan, 1.0])
    assert large.different(a, a.copy()) == 0
    assert large.different(a, np.array([-0.0, np.nan, 1.0])) == 1
    assert large.different(a, a.astype(np.float32)) == 3
    assert bits.problems("x", {"different": 1, "of": 3}) == [
        "1 of 3 differ from the CPU"
    ]


# The logic of what runs on the device, on the stand-in; the numbers are thrown away.


@pytest.fixture
def standin():
    with pytest.importorskip("support.standin").use_standin() as backend:
        yield backend


@pytest.mark.parametrize("question", list(BELIEFS))
def test_the_standin_is_what_the_beliefs_say(standin, question):
    with np.errstate(all="ignore"):
        found = beliefs.compared(standin, BELIEFS[question])
    assert found["agrees"], found


def test_beliefs_that_are_too_lenient_are_problems():
    relied = {"agrees": False, "relied on": True}
    strict = {"belief": "2.0", "is": "raises TypeError", **relied}
    lenient = {"belief": "raises TypeError", "is": "2.0", **relied}
    assert beliefs.problems("a", strict) == ["believed 2.0, is raises TypeError"]
    assert beliefs.problems("b", lenient) == []
    assert beliefs.problems("a", strict | {"relied on": False}) == []
    assert beliefs.problems("c", {"largest": 1.0}) == []
    wrong = ["a float64 product of matrices is outside its error bound"]
    for error, n_wrong, told in (1.0, 0, []), (1.1, 0, wrong), (1.0, 1, wrong):
        product = {"error_over_bound": error, "integers_wrong": n_wrong}
        assert beliefs.problems("d", product) == told
    none = {"too large an array raises": ["RuntimeError"]}
    assert beliefs.problems("e", none) == ["too large an array raises no MemoryError"]


def test_a_nan_of_the_device_is_not_hidden_among_figures(standin):
    special = SimpleNamespace(erf=lambda x: x * np.nan)
    figures = FIGURES["ulps, erf"](dataclasses.replace(standin, special=special))
    assert list(not_finite(figures)) == ["largest is nan"]


def test_figures_are_taken_and_no_number_is_wrong_on_the_standin(standin):
    for name, figure in FIGURES.items():
        if name.startswith("eigh, ") and name != "eigh, 8":
            continue  # the same for larger matrices, in seconds
        found = figure(standin)
        assert found, name
        assert beliefs.problems(f"figures: {name}", found) == []


@pytest.mark.parametrize("name", list(exercise.launchers()))
def test_bits_are_compared(standin, name):
    found = bits.compared(exercise.launchers()[name], 200)
    assert found["different"] == 0
    assert found["of"] > 30
    assert "in" not in found


def test_a_bit_that_differs_is_seen(standin):
    def cases(rg, size):
        yield "same", rg.arrays.to_device([0.0, 1.0])
        yield "other", rg.arrays.to_device([0.0, 1.0 if rg is refgen_gpu else -1.0])
        yield "same again", rg.arrays.to_device([0.0, 1.0])

    found = bits.compared(SimpleNamespace(cases=cases))
    assert (found["different"], found["of"], found["in"]) == (1, 6, ["other"])
    assert bits.problems("a", found) == ["1 of 6 differ from the CPU in other"]


def test_every_step_of_bits_runs_what_it_names(standin, monkeypatch):
    monkeypatch.setattr(bits, "launchers", lambda: {"votes": "the votes"})
    monkeypatch.setattr(bits, "never_launched", lambda: ["a kernel"])
    monkeypatch.setattr(bits, "compared", lambda module: {"compared": module})
    monkeypatch.setattr(large, "CASES", {"draws": lambda: {"different": 5, "of": 9}})
    monkeypatch.setattr(large, "many_normals", lambda deadline: {"until": deadline})
    assert [list(bits.run(step, 7.0)) for step in bits.steps()] == [
        [{"never launched": ["a kernel"]}],
        [{"compared": "the votes"}],
        [{"different": 5, "of": 9}],
        [{"until": 7.0}],
    ]


def test_many_normals_are_compared(standin, monkeypatch):
    monkeypatch.setattr(large, "_PIECE", 100)
    soon = time.monotonic() + 100
    assert large.many_normals(soon, 250) == {"different": 0, "of": 250}
    assert large.many_normals(0.0, 250)["of"] == 100


def test_large_sizes_are_not_tried_where_they_do_not_fit(standin):
    assert all("not run" in call() for call in large.CASES.values())


def test_the_exercise_launches_every_kernel(standin):
    assert exercise.never_launched() == []


def test_a_kernel_that_is_never_launched_is_a_problem(standin, monkeypatch):
    one = {"designs": exercise.launchers()["designs"]}
    monkeypatch.setattr(exercise, "launchers", lambda: one)
    missing = exercise.never_launched()
    assert "nearest_in_designs" not in missing
    assert "count_votes" in missing
    problems = bits.problems("kernels", {"never launched": missing})
    assert "count_votes is in no case of a module of refgen_gpu.kernels" in problems


@pytest.mark.parametrize("tool", list(exercise.PLANTED))
def test_the_planted_mistakes_compile(tool):
    pytest.importorskip("cupy")
    binary = nvrtc(exercise.PLANTED[tool], "sm_90", ())
    assert binary[:4] == b"\x7fELF"
    assert b"planted" in binary


# What all sections have.


@pytest.mark.parametrize("name", plan.sections())
def test_every_section_names_its_steps_once_and_limits_them(name):
    section = importlib.import_module(f"refgen_gpu.check.sections.{name}")
    steps = section.steps()
    assert steps
    assert len(steps) == len(set(steps))
    assert "steps" not in steps  # the record's name for the list itself
    assert 10 <= section.LIMIT <= 200


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


def test_measured_figures_are_kept_if_their_summary_fails(monkeypatch):
    def summary(results):
        raise KeyError("seconds")

    made_up = SimpleNamespace(
        measure=lambda step: {"entries": []},
        doubts=lambda results, of_peers: ["of a peer"] if of_peers else [],
        summary=lambda results: [("row", "", "", "")],
        NEEDS={"a against torch": ("torch",)},
    )
    monkeypatch.setattr(speed, "_benchmarks", lambda: made_up)
    assert (speed.needs("a against torch"), speed.needs("a")) == (("torch",), ())
    *_, result = speed.run("copies", 0.0)
    assert result == {"entries": [], "doubts": [], "rows": [("row", "", "", "")]}
    made_up.summary = summary
    found = speed.run("copies", 0.0)
    assert next(found) == {"entries": []}
    with pytest.raises(KeyError):
        next(found)


def test_output_of_the_sanitizer_need_not_be_text(tmp_path, monkeypatch):
    tool = tmp_path / "compute-sanitizer"
    tool.write_text("#!/bin/sh\nprintf '=======\\377 SUMMARY'; exit $4\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    *_, found = sanitizer.run("memcheck", time.monotonic() + 20)
    assert found["planted"]["outcome"] == found["kernels"]["outcome"] == "errors found"
    assert found["planted"]["first lines"] == ["=======\ufffd SUMMARY"]


def test_the_sanitizer_ends_with_the_time(monkeypatch):
    patience = []

    def run(command, timeout, **more):
        patience.append(timeout)
        raise subprocess.TimeoutExpired(command, timeout)

    fake = SimpleNamespace(run=run, TimeoutExpired=subprocess.TimeoutExpired)
    monkeypatch.setattr(sanitizer, "subprocess", fake)
    monkeypatch.setattr(sanitizer, "find", lambda: "compute-sanitizer")
    *_, found = sanitizer.run("memcheck", time.monotonic() + 20)
    assert patience == pytest.approx([20, 20], abs=1)
    assert sanitizer.problems("memcheck", found) == ["ran out of time"]


def test_what_needs_a_checkout_says_so(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder tests: run the check from"):
        checkout.folder("tests", tmp_path)
