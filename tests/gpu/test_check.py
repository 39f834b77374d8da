"""The sections of the check on a GPU, as far as they go without one."""

import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pytest
from support.compilers import nvrtc

import refgen_gpu.backend
from refgen_gpu.check import (
    beliefs,
    bits,
    claims,
    exercise,
    large,
    parity,
    sanitizer,
)
from refgen_gpu.evidence import ROOT


def test_tests_on_the_gpu_are_counted_and_no_others():
    lines = """
tests/test_a.py::test_one[gpu] PASSED                                     [  1%]
tests/test_a.py::test_one[standin] PASSED                                 [  2%]
tests/test_a.py::test_two[x y-gpu] FAILED                                 [  3%]
tests/test_a.py::test_two[gpu-GDE-1] SKIPPED (too little memory (1 GB))   [  4%]
tests/test_b.py::test_gpu_is_no_parameter PASSED                          [  5%]
tests/test_b.py::test_three[gpu-1] ERROR                                  [100%]
FAILED tests/test_a.py::test_two[x y-gpu] - assert PASSED
""".splitlines()
    seen = dict(filter(None, map(parity.parsed, lines)))
    assert parity.counts(seen) == {"passed": 1, "failed": 1, "skipped": 1, "error": 1}
    assert "tests/test_a.py::test_two[x y-gpu]" in seen


def test_every_file_with_a_device_test_is_found():
    names = [path.name for path in parity.device_tests()]
    assert "test_on_device.py" in names
    assert "test_layout.py" not in names


def test_pytest_selects_tests_on_the_gpu_and_demands_one():
    command = parity.command(["tests/claims/test_on_device.py"])
    shown = subprocess.run(
        [*command, "--collect-only", "-qq"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    ids = [line for line in shown.stdout.splitlines() if "::" in line]
    assert ids
    assert all("[gpu" in line or "-gpu]" in line for line in ids), ids[:5]


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        ({}, ["no test passed on the GPU"]),
        ({"counts": {"passed": 3, "skipped": 1}, "exit status": 0}, []),
        ({"counts": {"passed": 3, "xpass": 1}}, ["1 test(s) xpass"]),
    ],
)
def test_problems_of_parity(results, wanted):
    assert parity.problems(results) == wanted


CLEAN, FOUND = {"outcome": "clean"}, {"outcome": "errors found"}
BROKEN = {"outcome": "the tool or the program failed with exit status 1"}


@pytest.mark.parametrize(
    ("planted", "kernels", "wanted"),
    [
        (FOUND, CLEAN, None),
        (FOUND, FOUND, "found errors in the kernels"),
        (CLEAN, CLEAN, "missed the planted mistake"),
        (FOUND, BROKEN, "did not finish on the kernels"),
        (BROKEN, BROKEN, None),  # does not work here: reported as if it were absent
        (FOUND, {"outcome": "out of time"}, "ran out of time"),
    ],
)
def test_problems_of_the_sanitizer(planted, kernels, wanted):
    results = {"present": True}
    for tool in sanitizer.TOOLS:
        results |= {f"{tool}, planted": planted, f"{tool}, kernels": kernels}
    listed = sanitizer.problems(results)
    assert len(listed) == (0 if wanted is None else len(sanitizer.TOOLS))
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
    # A program that never reached a kernel has not been checked.
    assert "failed" in sanitizer.judged(0, "")["outcome"]


def test_results_of_claims_are_shown_and_judged():
    from refgen.verify import verify

    (result,) = verify(["GDE-6"], profile="quick").results
    shown = claims.shown(result)
    assert shown["verdict"] == "HOLDS"
    assert shown["device"].startswith("CPU")
    results = {"claims": ["GDE-6", "GDE-7"], "GDE-6": shown}
    assert claims.problems(results) == ["not reached: GDE-7"]


def test_different_bits_are_counted():
    a = np.array([0.0, np.nan, 1.0])
    assert large.different(a, a.copy()) == 0
    assert large.different(a, np.array([-0.0, np.nan, 1.0])) == 1
    assert large.different(a, a.astype(np.float32)) == 3
    assert bits.problems({"x": {"different": 1, "of": 3}, "y": {"error": "E"}}) == [
        "y: E",
        "x: 1 of 3 differ from the CPU",
    ]


# The logic of what runs on the device, on the stand-in; the numbers are thrown away.


@pytest.fixture
def standin():
    with pytest.importorskip("support.standin").use_standin() as backend:
        yield backend


@pytest.mark.parametrize("question", list(beliefs.BELIEFS))
def test_the_standin_is_what_the_beliefs_say(standin, question):
    with np.errstate(all="ignore"):
        found = beliefs.compared(standin, beliefs.BELIEFS[question])
    assert found["agrees"], found


def test_beliefs_that_are_too_lenient_are_problems():
    strict = {"belief": "2.0", "is": "raises TypeError", "agrees": False}
    lenient = {"belief": "raises TypeError", "is": "2.0", "agrees": False}
    assert beliefs.problems({"a": strict, "b": lenient, "c": {"largest": 1.0}}) == [
        "a: believed 2.0, is raises TypeError"
    ]


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

    found = bits.compared(SimpleNamespace(cases=cases))
    assert (found["different"], found["of"], found["in"]) == (1, 4, ["other"])
    assert bits.problems({"a": found}) == ["a: 1 of 4 differ from the CPU in other"]


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
    problems = bits.problems({"kernels": {"never launched": missing}})
    assert "count_votes is in no case of a module of refgen_gpu.kernels" in problems


@pytest.mark.parametrize("tool", list(exercise.PLANTED))
def test_the_planted_mistakes_compile(tool):
    pytest.importorskip("cupy")
    binary = nvrtc(exercise.PLANTED[tool], "sm_90", ())
    assert binary[:4] == b"\x7fELF"
    assert b"planted" in binary
