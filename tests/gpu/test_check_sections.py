"""The sections of the check, as far as they go without a GPU."""

import dataclasses
import importlib
import os
import pkgutil
import subprocess
import time
from types import SimpleNamespace

import numpy as np
import pytest
from support.compilers import nvrtc

import refgen_gpu.backend
from refgen.claims import all_claims
from refgen_gpu.check import checkout, exercise, large, plan, sections
from refgen_gpu.check.assumed import BELIEFS
from refgen_gpu.check.figures import FIGURES
from refgen_gpu.check.plain import not_finite
from refgen_gpu.check.sections import (
    beliefs,
    bits,
    claims,
    sanitizer,
    speed,
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


START = "refgen_gpu.check.sections.start"


def test_every_section_that_there_is_has_its_place_in_the_plan():
    found = {module.name for module in pkgutil.iter_modules(sections.__path__)}
    assert found == set(plan.sections())


@pytest.mark.parametrize("name", plan.sections())
def test_every_section_names_its_steps_once_and_limits_them(name):
    section = importlib.import_module(f"refgen_gpu.check.sections.{name}")
    steps = section.steps()
    assert steps
    assert len(steps) == len(set(steps))
    assert "steps" not in steps  # the record's name for the list itself
    # What it needs is looked for in the first seconds.
    needed = {f"import {package}" for package in getattr(section, "NEEDS", ())}
    assert needed <= set(importlib.import_module(START).steps())
    assert 10 <= section.LIMIT <= 200


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
