"""Pytest on the GPU, file by file: whatever one test does, the others keep outcomes."""

import shutil
import time
from types import SimpleNamespace

import pytest
from hypothesis import Phase, settings
from support.parity import on_device

import refgen_gpu.check.sections.parity as parity
from refgen_gpu import backend
from refgen_gpu.check import journal
from refgen_gpu.check.outcomes import first_error
from refgen_gpu.evidence import ROOT

# The fixture of a made-up file needs no device.
HEAD = """
import ctypes, time
from pathlib import Path
from types import SimpleNamespace
import pytest
from hypothesis import given, strategies as st
from refgen_gpu import backend

@pytest.fixture(params=["gpu", "standin", "perturbed"])
def device(request):
    return request.param
"""

EVERYTHING = """
def test_passes(device):
    assert device == "standin"

@pytest.mark.parametrize("name", ["standin", "gpu"])
def test_takes_no_device(name):
    raise AssertionError

def test_fails(device):
    assert device == "gpu", "two\\nlines"

@given(numbers=st.lists(st.integers(), min_size=30))
def test_property(numbers):
    with Path("calls").open("a") as file:
        file.write("x")
    assert sum(numbers) == 0.5

test_property = pytest.mark.usefixtures("device")(test_property)

def test_leaves_an_error_on_the_device(device):
    def to_host(array):
        raise RuntimeError("cudaErrorIllegalAddress")
    fake = SimpleNamespace(xp=SimpleNamespace(zeros=range), to_host=to_host)
    backend._override.set(fake)

def test_is_not_poisoned(device):
    assert backend._override.get() is None

def test_reads_nowhere(device):
    ctypes.string_at(0)

def test_hangs(device):
    time.sleep(100)

@pytest.fixture
def broken():
    raise ValueError("no such thing")

def test_cannot_start(device, broken):
    pass

@pytest.mark.xfail(reason="known", strict=False)
def test_fails_as_expected(device):
    raise AssertionError

@pytest.mark.xfail(reason="known", strict=False)
def test_passes_unexpectedly(device):
    pass

@pytest.mark.xfail(reason="known", strict=True)
def test_passes_against_the_rule(device):
    pass

@pytest.mark.skip(reason="too little memory")
def test_is_skipped(device):
    pass
"""

CPU = SimpleNamespace(is_gpu=False)


def checked(folder, text, seconds=60.0, patience=60.0, part=""):
    """The result of a made-up file, and what is wrong with it."""
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_made_up.py").write_text(HEAD + text)
    token = backend._override.set(CPU)
    try:
        end = time.monotonic() + seconds
        *_, result = parity.run("test_made_up.py" + part, end, folder, patience)
    finally:
        backend._override.reset(token)
    assert time.monotonic() < end
    return result, parity.problems("test_made_up.py", result)


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parity")
    result, problems = checked(folder, EVERYTHING, patience=2.0)
    calls = len((folder / "calls").read_text())
    return SimpleNamespace(result=result, problems=problems, calls=calls)


def test_every_test_has_an_outcome(everything):
    result = everything.result
    assert (result["collected"], result["not reached"]) == (12, 0)
    assert result["counts"] == {
        "passed": 2,
        "failed": 5,
        "crashed": 1,
        "hung": 1,
        "xfailed": 1,
        "xpassed": 1,
        "skipped": 1,
    }
    assert result["skipped"] == {"too little memory": 1}
    assert (result["restarts"], result["exit status"]) == (3, 1)


def test_what_is_wrong_is_named_in_a_line_each(everything):
    lines = dict(line.split(": ", 1) for line in everything.problems)
    property_line = lines.pop("test_property[standin]")
    assert property_line.startswith("assert ")
    assert lines == {
        "test_fails[standin]": "AssertionError: two lines assert 'standin' == 'gpu' "
        "- gpu + standin",
        "test_leaves_an_error_on_the_device[standin]": "the device fell silent: "
        "RuntimeError: cudaErrorIllegalAddress",
        "test_reads_nowhere[standin]": "crashed: signal SIGSEGV",
        "test_hangs[standin]": "hung: over 2 s",
        "test_cannot_start[standin]": "setup: ValueError: no such thing",
        "test_passes_unexpectedly[standin]": "should fail: known",
        "test_passes_against_the_rule[standin]": "[XPASS(strict)] known",
    }


def test_a_failing_example_is_not_shrunk(everything):
    assert everything.calls < 10


def test_the_settings_of_tests_on_a_device_follow_the_profile():
    profile = settings.get_profile("device")
    assert profile.phases == (Phase.explicit, Phase.reuse, Phase.generate)
    assert profile.derandomize
    # They were made from the profile that was loaded when they were imported.
    assert on_device.phases == settings.default.phases


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            "import refgen.nothing\ndef test_a(device): pass",
            [
                "test_made_up.py: collect: ModuleNotFoundError: "
                "No module named 'refgen.nothing'",
                "no test passed on the stand-in",
            ],
        ),
        (
            "pytest.importorskip('nothing')\ndef test_a(device): pass",
            ["all 1 skipped: could not import 'nothing': No module named 'nothing'"],
        ),
        (
            "ctypes.string_at(0)\ndef test_a(device): pass",
            [
                "pytest, outside of tests: signal SIGSEGV",
                "no test passed on the stand-in",
            ],
        ),
        ("def test_a(): pass", ["no test passed on the stand-in"]),
        (
            """
import gc, os
class Ends:
    def pytest_collection_finish(self):
        os._exit(3)
(config,) = (x for x in gc.get_objects() if type(x) is pytest.Config)
config.pluginmanager.register(Ends())
def test_a(device): pass
""",
            [
                "pytest, outside of tests: exit status 3",
                "1 of 1 tests were not reached",
                "no test passed on the stand-in",
            ],
        ),
    ],
)
def test_files_that_cannot_be_collected(tmp_path, text, problems):
    result, found = checked(tmp_path, text, seconds=20.0)
    assert found == problems
    assert result["restarts"] == 0


def test_it_ends_in_time(tmp_path):
    text = """
def test_a(device): pass
def test_b(device): time.sleep(100)
def test_c(device): pass
"""
    result, problems = checked(tmp_path, text, seconds=5.0)
    assert result["counts"] == {"passed": 1}
    assert problems == ["2 of 3 tests were not reached; test_b[standin] was running"]


def test_a_slow_file_is_run_in_parts(tmp_path):
    text = "".join(f"def test_{name}(device): pass\n" for name in "abcde")
    result, problems = checked(tmp_path, text, part=", 2/2")
    assert (result["counts"], problems) == ({"passed": 2}, [])
    assert {test for test, _ in result["slowest"]} == {
        "test_made_up.py::test_b[standin]",
        "test_made_up.py::test_d[standin]",
    }


def test_a_file_of_this_suite_runs_on_the_standin():
    (step,) = (name for name in parity.steps() if "arrays/test_checks" in name)
    with pytest.importorskip("support.standin").use_standin():
        *_, result = parity.run(step, time.monotonic() + 60)
    assert result["counts"] == {"passed": 1}
    assert parity.problems(step, result) == []


def test_every_file_with_a_device_test_is_a_step(tmp_path):
    files = [step.partition(", ")[0] for step in parity.steps()]
    assert "tests/claims/test_on_device.py" in files
    assert "tests/gpu/test_check_parity.py" not in files
    assert set(parity.SLOW) <= set(files)
    ((file, n),) = parity.SLOW.items()
    assert [s for s in parity.steps() if file in s][-1] == f"{file}, {n}/{n}"
    with pytest.raises(FileNotFoundError, match="checkout"):
        parity.steps(tmp_path)
    (tmp_path / "tests").mkdir()
    for name, text in {
        "test_b.py": "def test_b(device): pass",
        "test_c.py": "def test_c(devices): pass\ndef helper(device): pass",
        "test_d.py": "text = 'def test_d(device): pass'",
        "other.py": "def test_e(device): pass",
    }.items():
        (tmp_path / "tests" / name).write_text(text)
    assert parity.steps(tmp_path) == ["tests/test_b.py"]


@pytest.mark.parametrize("where", ["gpu", "standin"])
def test_how_pytest_is_called(tmp_path, monkeypatch, where):
    called = []
    monkeypatch.setattr(
        parity.subprocess, "Popen", lambda command, **more: called.append(command)
    )
    parity._started("tests/test_a.py, 2/3", tmp_path, tmp_path / "o", where, 10.0)
    (command,) = called
    wanted = {"tests/test_a.py", "--part=2/3", f"--on-device={where}", "--slow"}
    assert wanted | {f"--outcomes={tmp_path / 'o'}"} <= set(command)
    assert "faulthandler_timeout=9.0" in command
    assert ("--require-gpu" in command) == (where == "gpu")


def test_the_three_slowest_tests_are_named(tmp_path):
    path = tmp_path / "outcomes"
    for test, seconds in {"a": 2.0, "b": 0.5, "c": 9.0, "d": 1.0}.items():
        journal.outcome(path, test, "passed", seconds=seconds)
    slowest = journal.read(path).result()["slowest"]
    assert slowest == [["c", 9.0], ["a", 2.0], ["d", 1.0]]


def test_a_line_that_a_kill_cut_off_does_not_hide_the_others(tmp_path):
    path = tmp_path / "outcomes"
    journal.note(path, collected=["a", "b"])
    with path.open("a") as file:
        file.write('\n{"started": "')
    journal.outcome(path, "a", "passed")
    assert journal.read(path).left == ["b"]


def test_the_reason_for_a_failure_is_short():
    text = "\n".join(["a.py:1: in f", *["E   " + "long " * 20] * 5, "E"])
    assert len(first_error(text)) == 200
    assert first_error("") == ""
