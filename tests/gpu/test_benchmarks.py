"""The benchmarks' own logic, on the stand-in and the CPU; the times are thrown away."""

import json
import math
import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from support.benchmarks import FOLDER, load

import refgen_gpu

gpu, timing, contest = map(load, ("gpu", "gpu.timing", "gpu.contest"))


@pytest.fixture(autouse=True)
def no_repetition(monkeypatch):
    """No call is repeated to fill a measurement."""
    monkeypatch.setattr(timing, "SHORTEST", 0)


TINY = {
    "copies": (100,),
    "products": (8, 2, 16),
    "normals": (100,),
    "neighbors": (70, 5, 2, 3, 32),
    "scans": (1, 32, 2),
    "votes": (3, 20, 2),
    "levels": (2, 8, 1, 5000),
    "eigen": ((3, 33), 1089),
    "networks": (((3, 4, 5, 2, 7, 3),),),
    "neighbors against torch": (70, 5, 2, 3, 1700),
    "normals against torch": (100,),
    "votes against torch": (3, 20, 2),
    "eigen against torch": ((3, 33), 1089),
    "networks against torch": (((3, 4, 5, 2, 7, 3),),),
    "neighbors against jax": (70, 6, 2, 3, 1700),
    "normals against jax": (100,),
}


@pytest.mark.parametrize("name", list(TINY))
def test_benchmarks_run(standin, name):
    for module in gpu.NEEDS.get(name, ()):
        pytest.importorskip(module, reason=f"a peer: {module} is not installed")
    found = gpu.BENCHMARKS[name](*TINY[name])
    assert gpu.doubts({name: found}) == []
    assert len(gpu.summary({name: found})) >= len(found["entries"]) > 0
    json.dumps(found)


def test_every_benchmark_is_tried():
    others = {"neighbors, small", "neighbors against torch, large"}
    assert set(gpu.BENCHMARKS) == TINY.keys() | others
    assert {name for name in gpu.BENCHMARKS if "against" in name} == gpu.NEEDS.keys()
    assert set(gpu.NEEDS.values()) == {("torch",), ("jax",)}


def test_nothing_is_measured_on_the_standin(standin):
    for name in gpu.BENCHMARKS:
        with pytest.raises(refgen_gpu.NoDeviceError, match="nothing is measured"):
            gpu.measure(name)


def fake_gpu():
    return SimpleNamespace(
        is_gpu=True,
        device="made up",
        release_memory=lambda: None,
        free_memory=lambda: 2**30,
    )


def test_a_missing_peer_is_told(monkeypatch):
    monkeypatch.setattr(gpu, "backend", fake_gpu)
    monkeypatch.setitem(gpu.NEEDS, "copies", ("no_such_module",))
    found = gpu.measure("copies")
    assert found == {"device": "made up", "not run": "no_such_module not installed"}
    assert gpu.doubts({"copies": found}) == [
        "copies: not run: no_such_module not installed"
    ]


def test_a_measurement_says_on_what_it_was_made(monkeypatch):
    for module in (gpu, gpu.peers):
        monkeypatch.setattr(module, "backend", fake_gpu)
    events = []
    monkeypatch.setattr(gpu.peers, "release", lambda: events.append("release"))

    def copies():
        events.append("copies")
        return {"entries": []}

    monkeypatch.setitem(gpu.BENCHMARKS, "copies", copies)
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    found = gpu.measure("copies")
    assert found["device"] == "made up"
    assert events == ["release", "copies", "release"]
    assert found["versions"] == {"numpy": np.__version__, "NVIDIA_TF32_OVERRIDE": "1"}


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_peer_that_computes_on_the_cpu_is_refused_beside_a_gpu(monkeypatch, name):
    peer = SimpleNamespace(
        __version__="1.0",
        set_float32_matmul_precision=lambda precision: None,
        cuda=SimpleNamespace(is_available=lambda: False),
        default_backend=lambda: "cpu",
    )
    monkeypatch.setitem(sys.modules, name, peer)
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    monkeypatch.setattr(gpu.peers, "backend", fake_gpu)
    refused = rf"{name} 1\.0 (sees no GPU|computes on cpu)"
    with pytest.raises(RuntimeError, match=refused):
        getattr(gpu.peers, f"load_{name}")()


def test_jax_does_not_take_the_card(standin, monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace())
    monkeypatch.setenv("XLA_PYTHON_CLIENT_PREALLOCATE", "")  # so that it is restored
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE")
    gpu.peers.load_jax()
    assert os.environ["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"


def test_sizes_shrink_to_the_memory(standin):
    assert timing.fitting(10, 8) == 10
    assert timing.fitting(2**40, 8) == 2**24
    assert timing.fitting(5, 2**40) == 1


def test_targets_are_told():
    assert timing.target(3.0, 2.0) == {"target": 2.0, "reached": True}
    assert not timing.target(3.0, 2.0, at_most=True)["reached"]


@pytest.mark.parametrize(
    ("seconds", "measurements", "calls_each"),
    [(0.001, 5, 10), (0.1, 5, 1), (1.0, 3, 1), (9.0, 1, 1)],
)
def test_short_calls_are_repeated_and_long_ones_are_not(
    standin, monkeypatch, seconds, measurements, calls_each
):
    clock = [0.0]

    def call():
        clock[0] += 2 * seconds if clock[0] == 0 else seconds
        return "result"

    monkeypatch.setattr(timing, "SHORTEST", 0.01)
    monkeypatch.setattr(timing, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    found = timing.timed(call, lambda result: {"seen": result})
    assert found["seconds"] == pytest.approx(seconds)
    assert found["first_call_seconds"] == 2 * seconds
    assert (found["measurements"], found["calls_each"]) == (measurements, calls_each)
    assert found["seen"] == "result"


def test_peers_that_fail_or_err_cost_their_own_line_only(standin):
    def failing():
        raise MemoryError("too large")

    peers = {
        "right": lambda: lambda: 1.0,
        "wrong": lambda: lambda: math.nan,
        "failing": failing,
        "late": lambda: failing,
    }
    entry = contest.compare(
        "one", lambda: 1.0, peers, lambda ours, label, x: {"agrees": x == ours}
    )
    assert "ratio" in entry["peers"]["right"]
    assert gpu.doubts({"a": {"entries": [entry]}}) == [
        "one: wrong: the answer is wrong",
        "one: failing: MemoryError: too large",
        "one: late: MemoryError: too large",
    ]


def test_no_benchmark_has_the_name_of_a_module_that_packages_import():
    """The folder is on the path of benchmarks: a coverage.py there broke Numba."""
    code = (
        f"import sys; sys.path.insert(0, {str(FOLDER)!r})\n"
        "import numba\n"
        "print(*(m.__file__ for m in list(sys.modules.values()) "
        "if getattr(m, '__file__', None)), sep='\\n')"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not [f for f in shown.stdout.splitlines() if "/benchmarks/" in f]
