"""The benchmarks' own logic, on the stand-in and the CPU; the times are thrown away."""

import importlib
import json
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import refgen_gpu.backend

ROOT = Path(__file__).parents[2]


@pytest.fixture
def standin():
    with pytest.importorskip("support.standin").use_standin() as backend:
        yield backend


@pytest.fixture
def gpu(monkeypatch):
    """The package of benchmarks, which here repeats no call to fill a measurement."""
    pytest.importorskip("threadpoolctl")
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    package = importlib.import_module("gpu")
    monkeypatch.setattr(importlib.import_module("gpu.timing"), "SHORTEST", 0)
    return package


TINY = {
    "copies": (100,),
    "products": (8, 2, 16),
    "normals": (100,),
    "neighbors": (70, 5, 2, 3, 32),
    "scans": (1, 32, 2),
    "votes": (3, 20, 2),
    "levels": (2, 8, 1, 5000),
    "eigen": ((3, 33), 1089),
    "neighbors against torch": (70, 5, 2, 3, 1700),
    "normals against torch": (100,),
    "votes against torch": (3, 20, 2),
    "eigen against torch": ((3, 33), 1089),
    "neighbors against jax": (70, 6, 2, 3, 1700),
    "normals against jax": (100,),
}


@pytest.mark.parametrize("name", list(TINY))
def test_benchmarks_run(standin, gpu, name):
    for module in gpu.NEEDS.get(name, ()):
        pytest.importorskip(module, reason=f"a peer: {module} is not installed")
    found = gpu.BENCHMARKS[name](*TINY[name])
    assert gpu.doubts({name: found}) == []
    assert len(gpu.summary({name: found})) >= len(found["entries"]) > 0
    json.dumps(found)


def test_every_benchmark_is_tried(gpu):
    others = {"neighbors, small", "neighbors against torch, large"}
    assert set(gpu.BENCHMARKS) == TINY.keys() | others
    assert {name for name in gpu.BENCHMARKS if "against" in name} == gpu.NEEDS.keys()
    assert set(gpu.NEEDS.values()) == {("torch",), ("jax",)}


def test_nothing_is_measured_on_the_standin(standin, gpu):
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


def test_a_missing_peer_is_told(gpu, monkeypatch):
    monkeypatch.setattr(gpu, "backend", fake_gpu)
    monkeypatch.setitem(gpu.NEEDS, "copies", ("no_such_module",))
    found = gpu.measure("copies")
    assert found == {"device": "made up", "not run": "no_such_module not installed"}
    assert gpu.doubts({"copies": found}) == [
        "copies: not run: no_such_module not installed"
    ]


def test_a_measurement_says_on_what_it_was_made(gpu, monkeypatch):
    for module in (gpu, gpu.peers):
        monkeypatch.setattr(module, "backend", fake_gpu)
    monkeypatch.setitem(gpu.BENCHMARKS, "copies", lambda: {"entries": []})
    monkeypatch.setenv("NVIDIA_TF32_OVERRIDE", "1")
    found = gpu.measure("copies")
    assert found["device"] == "made up"
    assert found["versions"] == {"numpy": np.__version__, "NVIDIA_TF32_OVERRIDE": "1"}


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_peer_that_computes_on_the_cpu_is_refused_beside_a_gpu(
    gpu, monkeypatch, name
):
    peer = SimpleNamespace(
        __version__="1.0",
        set_float32_matmul_precision=lambda precision: None,
        cuda=SimpleNamespace(is_available=lambda: False),
        default_backend=lambda: "cpu",
    )
    monkeypatch.setitem(sys.modules, name, peer)
    monkeypatch.delenv("XLA_PYTHON_CLIENT_PREALLOCATE", raising=False)
    monkeypatch.setattr(gpu.peers, "backend", fake_gpu)
    with pytest.raises(
        RuntimeError, match=rf"{name} 1\.0 (sees no GPU|computes on cpu)"
    ):
        getattr(gpu.peers, f"load_{name}")()


def test_sizes_shrink_to_the_memory(standin, gpu):
    timing = importlib.import_module("gpu.timing")
    assert timing.fitting(10, 8) == 10
    assert timing.fitting(2**40, 8) == 2**24
    assert timing.fitting(5, 2**40) == 1


def test_targets_are_told(gpu):
    timing = importlib.import_module("gpu.timing")
    assert timing.target(3.0, 2.0) == {"target": 2.0, "reached": True}
    assert not timing.target(3.0, 2.0, at_most=True)["reached"]


@pytest.mark.parametrize(
    ("seconds", "measurements", "calls_each"),
    [(0.001, 5, 10), (0.1, 5, 1), (1.0, 3, 1), (9.0, 1, 1)],
)
def test_short_calls_are_repeated_and_long_ones_are_not(
    standin, gpu, monkeypatch, seconds, measurements, calls_each
):
    timing = importlib.import_module("gpu.timing")
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


def test_peers_that_fail_or_err_cost_their_own_line_only(standin, gpu):
    contest = importlib.import_module("gpu.contest")

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


# Neighbours: what other searches may answer.


def expanded(points, queries, k, dtype, tf32=False):
    """The peers' search in NumPy, products rounded to TF32 on request."""
    x, q = points.astype(dtype), queries.astype(dtype)
    factors = (kept_bits(q), kept_bits(x)) if tf32 else (q, x)
    squares = (x * x).sum(1) - 2 * (factors[0] @ factors[1].T)
    squares = np.maximum(squares + (q * q).sum(1)[:, None], 0)
    order = np.argsort(squares, axis=1, kind="stable")[:, :k]
    return np.sqrt(np.take_along_axis(squares, order, 1)), order


def kept_bits(a):
    """The ten bits of the fraction that TF32 keeps, the others cut off."""
    return (a.view(np.uint32) & np.uint32(0xFFFFE000)).view(np.float32)


@pytest.fixture
def answers(gpu):
    return importlib.import_module("gpu.neighbor_answers")


@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize(
    ("dtype", "tf32"), [("float64", False), ("float32", False), ("float32", True)]
)
def test_rounding_of_other_searches_is_within_the_bound(
    standin, answers, dtype, tf32, shift
):
    rng = np.random.default_rng(0)
    points, queries = (rng.normal(size=(n, 16)) + shift for n in (300, 40))
    theirs = expanded(points, queries, 5, dtype, tf32)
    ours = refgen_gpu.neighbors.nearest_neighbors(points.tolist(), queries.tolist(), 5)
    scale = (points**2).sum(1).max() + (queries**2).sum(1).max()
    found = answers.answer(ours, theirs, scale * answers.error_bound(16, dtype, tf32))
    assert found["agrees"]
    # Nor is it far too lenient, although most errors of rounding cancel.
    assert found["error_over_bound"] > 1e-3
    if shift == 0 and not tf32:
        assert found["recall"] == 1.0
    if shift and dtype == "float32":
        assert found["recall"] < 1.0
        assert found["queries_that_differ"] > 0


@pytest.mark.parametrize("approximate", [False, True])
def test_a_missed_neighbour_is_seen_unless_it_may_be_missed(
    standin, answers, approximate
):
    rng = np.random.default_rng(0)
    points, queries = (rng.normal(size=(n, 3)) for n in (300, 40))
    distances, indices = expanded(points, queries, 6, "float64")
    ours, missed = (
        (distances[:, part], indices[:, part]) for part in (slice(5), slice(1, 6))
    )
    found = answers.answer(ours, missed, 1e-12, approximate)
    assert found["agrees"] == approximate
    assert found["recall"] == 0.8
    assert found["queries_that_differ"] == 1.0
    assert not answers.answer(missed, ours, 1e-12, approximate)["agrees"]


def test_an_answer_of_nan_does_not_agree(standin, answers):
    ours = np.ones((2, 3)), np.zeros((2, 3), int)
    nothing = np.full((2, 3), np.nan), np.zeros((2, 3), int)
    for approximate in (False, True):
        assert not answers.answer(ours, nothing, 1.0, approximate)["agrees"]


def test_draws_that_are_not_normal_do_not_agree(standin, gpu):
    normals = importlib.import_module("gpu.normals")
    z = np.random.default_rng(0).normal(size=10**5)
    assert normals.agreement(z, "float64")["agrees"]
    assert not normals.agreement(z, "float32")["agrees"]
    for wrong in (1.05 * z, z + 0.05, np.abs(z), np.sign(z), np.full_like(z, np.nan)):
        assert not normals.agreement(wrong, "float64")["agrees"]


def test_wrong_eigenvectors_do_not_agree(standin, gpu):
    eigen = importlib.import_module("gpu.eigen")
    a, _ = eigen.drawn(4, 64)
    w, v = standin.xp.linalg.eigh(a)
    told = eigen.judge(a)
    assert told((w, v), "ours", (w, v))["agrees"]
    assert told((w, v), "flipped", (w, -v))["agrees"]
    assert not told((w, v), "others", (w, v.swapaxes(1, 2)))["agrees"]
    assert not told((w, v), "shifted", (w + 1e-9, v))["agrees"]


def test_chunks_have_one_shape(gpu):
    jax_search = importlib.import_module("gpu.neighbors_jax")
    assert jax_search.divisor(10**4, 2684) == 2500
    assert jax_search.divisor(7, 100) == 7
    assert jax_search.divisor(7, 6) == 1


# The summary.

MADE_UP = {
    "neighbors against torch": {
        "entries": [
            {
                "what": "10-nn 100000 x 10000 x 64",
                "ours": {"seconds": 0.02},
                "peers": {
                    "torch f64": {"seconds": 0.05, "ratio": 2.5, "agrees": True},
                    "torch f32": {"seconds": 4e-5, "ratio": 2e-3, "recall": 0.9999999},
                    "late": {"error": "MemoryError: " + 80 * "x"},
                    "odd": {"seconds": math.nan, "ratio": math.nan, "agrees": False},
                },
            }
        ]
    },
    "normals": {
        "entries": [
            {
                "what": "2.68435e+08 normals float64",
                "ours": {"seconds": 0.0134, "rate": 2e10, "unit": "/s"},
                "peers": {"write at copy rate": {"seconds": 1e-3, "ratio": 0.1}},
            },
            {
                "what": "cupy eigh, 512 of 64 x 64",
                "ours": {"seconds": 1, "rate": 512.0, "unit": "/s", "residual": 1.234},
                "peers": {},
            },
        ]
    },
    "copies": {"error": "OutOfMemoryError: out of memory"},
    "neighbors against jax": {"not run": "jax not installed"},
}


def test_the_summary_of_results(gpu):
    what = "10-nn 100000 x 10000 x 64"
    rows = gpu.summary(MADE_UP)
    cut = rows.pop(2)
    assert rows == [
        (f"{what}: torch f64", "20 ms", "50 ms", "2.5"),
        (f"{what}: torch f32, recall 0.99999", "20 ms", "40 µs", "0.002"),
        (f"{what}: odd, WRONG", "20 ms", "nan s", "nan"),
        ("2.68435e+08 normals float64: write at copy rate", "20 G/s", "200 G/s", "0.1"),
        ("cupy eigh, 512 of 64 x 64, residual 1.2 dε|A|", "512 /s", "", ""),
        ("copies: OutOfMemoryError: out of memory", "", "", ""),
        ("neighbors against jax: not run: jax not installed", "", "", ""),
    ]
    assert cut[0].startswith(f"{what}: late, MemoryError: xxx")
    assert all(len(text) <= 72 for text, *_ in [cut, *rows])
    assert all(isinstance(part, str) for row in rows for part in row)


def test_doubts_about_results(gpu):
    what = "10-nn 100000 x 10000 x 64"
    late, odd, *others = gpu.doubts(MADE_UP)
    assert late.startswith(f"{what}: late: MemoryError: xxx")
    assert odd == f"{what}: odd: the answer is wrong"
    assert others == [
        "copies: OutOfMemoryError: out of memory",
        "neighbors against jax: not run: jax not installed",
    ]


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (2.345e12, "B/s", "2.35 TB/s"),
        (999.0, "/s", "999 /s"),
        (0.5, "/s", "0.5 /s"),
        (0.0321, "s", "32.1 ms"),
        (2e-9, "s", "0.002 µs"),
        (math.inf, "B/s", "inf B/s"),
    ],
)
def test_quantities_are_shown_with_three_digits(gpu, value, unit, shown):
    assert importlib.import_module("gpu.summary").quantity(value, unit) == shown


def test_no_benchmark_has_the_name_of_a_module_that_packages_import():
    """The folder is on the path of benchmarks: a coverage.py there broke Numba."""
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'benchmarks')!r})\n"
        "import numba\n"
        "print(*(m.__file__ for m in list(sys.modules.values()) "
        "if getattr(m, '__file__', None)), sep='\\n')"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert not [f for f in shown.stdout.splitlines() if "/benchmarks/" in f]
