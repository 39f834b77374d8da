"""The phase diagram: its numbers, and its picture."""

import sys

import matplotlib
import numpy as np
import pytest

import refgen_gpu.uniform_convergence as on_gpu
from refgen.uniform_convergence import (
    PhaseDiagramDisplay,
    critical_signal,
    limit_bracket,
    phase_diagram,
)
from refgen.uniform_convergence._chi_square import log_chi_square_mean
from refgen_gpu.arrays import to_device, to_host

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen
from scipy.special import log_ndtr

SIGNALS, RATIOS = np.array([0.05, 0.5, 2.0]), np.array([0.01, 0.1, 1.0])


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def test_anchors_of_the_published_noise():
    # (m, D) = (10, 10³) and (10, 10⁴), (100, 10⁴) and (100, 10⁵): expected test errors.
    for m, wanted in (
        (10, [0.10556788, 3.8814955e-5]),
        (100, [0.10564157, 3.863354e-5]),
    ):
        found = phase_diagram([0.125], [0.01, 0.001], m)
        assert found.test[:, 0] == pytest.approx(wanted, rel=1e-7)
    # V = 8, α = ½.
    best = [phase_diagram([0.5], [0.01], m).test[0, 0] for m in (10, 100)]
    assert best == pytest.approx([3.29198e-7, 2.90757e-7], rel=2e-6)


@pytest.mark.parametrize(
    ("m", "beta"), [(2, 1.0), (2, 1e-14), (3, 0.001), (100, 0.01), (50, 20.0)]
)
def test_tiny_errors_keep_their_digits(m, beta):
    alpha = np.geomspace(0.01, 20.0, 12)
    diagram = phase_diagram(alpha, [beta], m)
    D = diagram.dimensions[0]
    for found, log_error in (
        (diagram.test, lambda q, a: log_ndtr(-a * np.sqrt(D / (m * q)))),
        (diagram.train, lambda q, a: log_ndtr(-(q + a) * np.sqrt(D / ((m - 1) * q)))),
        (
            diagram.transformed,
            lambda q, a: log_ndtr((q - a) * np.sqrt(D / ((m - 1) * q))),
        ),
    ):
        logs = log_chi_square_mean(log_error, np.full(12, D), alpha)
        seen = logs > -680
        assert np.log(found[0, seen]) == pytest.approx(logs[seen], rel=1e-12, abs=1e-12)


def test_limits_are_those_of_the_rounded_dimensions():
    diagram = phase_diagram(SIGNALS, [0.3], 10)
    assert diagram.dimensions.tolist() == [33.0]
    assert diagram.sample_ratios.tolist() == [10 / 33]
    low, high = limit_bracket(SIGNALS, 10 / 33)
    assert (diagram.low[0] == low).all()
    assert (diagram.high[0] == high).all()
    assert diagram.critical == critical_signal(10 / 33)


def test_the_picture_shows_errors_gaps_and_the_critical_signal():
    ratios = [*RATIOS, 3.0]  # from 2 on no signal is critical
    display = PhaseDiagramDisplay.from_ratios(SIGNALS, ratios, n_samples=1000)
    diagram = display.diagram
    errors, gaps = display.axes_
    assert errors.get_title() == "Test error for m = 1,000"
    assert gaps.get_title() == "Least gap of uniform bounds, m → ∞"
    for panel, shown in zip(display.axes_, (diagram.test, diagram.low), strict=True):
        assert panel.collections[0].zmin == shown.min()
        critical, edge = panel.lines
        np.testing.assert_array_equal(critical.get_xdata(), diagram.critical[:3])
        assert edge.get_xdata() == [1.0, 1.0]
        assert panel.get_xscale() == panel.get_yscale() == "log"
        assert panel.get_xlim() == (0.05, 2.0)
    display.figure_.canvas.draw()
    # Where no error is 0.1 or 0.01 there is no line to label, nor a critical one.
    far = PhaseDiagramDisplay.from_ratios([0.01, 0.011], [3.0, 4.0], n_samples=10)
    assert [panel.get_legend() for panel in far.axes_] == [None, None]


def test_the_same_on_the_device(device):
    given = [to_device(SIGNALS), to_device(RATIOS)]
    diagram = on_gpu.phase_diagram(*given, 100)
    shown = on_gpu.PhaseDiagramDisplay(diagram).plot()
    again = on_gpu.PhaseDiagramDisplay.from_ratios(*given, n_samples=100)
    for display in (shown, again):
        assert isinstance(display.diagram.test, np.ndarray)
        np.testing.assert_array_equal(display.diagram.test, to_host(diagram.test))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: phase_diagram(0.5, [1.0]), ValueError, "signal_ratios must have one"),
        (
            lambda: phase_diagram([0.5], [1.0], [2, 3]),
            ValueError,
            "n_samples must be a",
        ),
        (
            lambda: phase_diagram([0.5], [9.0], 10),
            ValueError,
            "at most n_samples/2 = 5",
        ),
        (
            lambda: phase_diagram([0.5], [0.1], 1),
            ValueError,
            "n_samples must be at least",
        ),
        (
            lambda: PhaseDiagramDisplay([1.0]),
            TypeError,
            "must be a PhaseDiagram, got list",
        ),
        (
            lambda: PhaseDiagramDisplay.from_ratios([2.0, 1.0], [0.1, 1.0]),
            ValueError,
            "signal_ratios must be two numbers or more in ascending order",
        ),
        (
            lambda: PhaseDiagramDisplay.from_ratios([1.0, 2.0], [0.1, 0.1]),
            ValueError,
            "sample_ratios must be two numbers or more in ascending order",
        ),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    display = PhaseDiagramDisplay(phase_diagram(SIGNALS, RATIOS, 10))
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install refgen\[plot\]"):
        display.plot()
