"""One place for the Hypothesis profiles, the slow marker and the devices."""

import os
import signal
import sys

import pytest
from hypothesis import Phase, settings

import refgen_gpu.backend

# Every worker has a core. Threads of BLAS and OpenMP beside it wait for each other, and
# small fits take ten times as long. Workers, which load NumPy later, inherit this.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

# What wrote frozen numbers needs libraries that tests do not.
collect_ignore_glob = ["*/data/*.py"]

# A failed assertion in a helper shows its values, as one in a test does.
pytest.register_assert_rewrite("support")

settings.register_profile(
    "ci", derandomize=True, max_examples=50, deadline=None, print_blob=True
)
settings.register_profile(
    "wide", derandomize=False, max_examples=1000, deadline=None, print_blob=True
)
# On a machine for minutes: a failure is told at once, shrunk elsewhere.
settings.register_profile(
    "device",
    settings.get_profile("ci"),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    report_multiple_bugs=False,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

# A shell that starts pytest in the background lets it ignore Ctrl-C, and its children
# too. Some tests send one.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# "perturbed" is a stand-in whose arithmetic has other bits than NumPy's.
DEVICES = "gpu", "standin", "perturbed"
WHY_NO_GPU = refgen_gpu.backend.probe()


def pytest_addoption(parser):
    parser.addoption("--slow", action="store_true", help="run the long scans too")
    parser.addoption(
        "--require-gpu",
        action="store_true",
        help="a missing GPU is a failure, not a skip",
    )


def pytest_report_header(config):
    long = [] if config.getoption("--slow") else ["long scans: left out; give --slow"]
    if WHY_NO_GPU is None:
        return [f"refgen_gpu device: {refgen_gpu.backend.backend().device}", *long]
    return [
        f"refgen_gpu device: NONE ({WHY_NO_GPU}); [gpu] tests are skipped, "
        "[standin] and [perturbed] tests say nothing about a GPU",
        *long,
    ]


def pytest_collection_modifyitems(config, items):
    if config.getoption("--slow"):
        return
    long = [item for item in items if "slow" in item.keywords]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if "slow" not in item.keywords]


class _Figures:
    """Of examples in docstrings, too, which a hook of this file alone does not see."""

    def pytest_runtest_teardown(self):
        # matplotlib keeps each figure until it is closed, and warns of many.
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.close("all")


def pytest_configure(config):
    config.pluginmanager.register(_Figures())


def pytest_unconfigure(config):
    # The last thing that pytest prints, so that nobody overlooks it.
    terminalreporter = config.pluginmanager.get_plugin("terminalreporter")
    if terminalreporter is None or config.getoption("--collect-only"):
        return
    passed = terminalreporter.stats.get("passed", [])
    count = {
        device: sum(f"[{device}" in report.nodeid for report in passed)
        for device in DEVICES
    }
    # A parameter of a test may be called gpu, too.
    on_gpu = count["gpu"] if WHY_NO_GPU is None else 0
    exercised = f"yes ({on_gpu} tests)" if on_gpu else "NO"
    terminalreporter.write_line(
        f"GPU EXERCISED: {exercised}; stand-in tests passed: {count['standin']}, "
        f"perturbed: {count['perturbed']}"
    )


@pytest.fixture(params=DEVICES)
def device(request):
    """The backend of refgen_gpu: a real GPU, or a stand-in, which says what it is."""
    if request.param == "gpu":
        if WHY_NO_GPU is not None:
            if request.config.getoption("--require-gpu"):
                pytest.fail(f"--require-gpu: {WHY_NO_GPU}")
            pytest.skip(f"no GPU: {WHY_NO_GPU}")
        backend = refgen_gpu.backend.backend()
        assert backend.is_gpu, f"a test left {backend.device} behind"
        yield backend
        return
    pytest.importorskip("cupy", reason="the stand-in reads CuPy's signatures")
    from support.standin import use_standin

    with use_standin(perturbed=request.param == "perturbed") as backend:
        yield backend
