"""Many rounds, and their schedules, against loops, SciPy's roots and 60 digits."""

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.optimize import brentq

import refgen.distillation as rd

RNG = np.random.default_rng(1)


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(60):
        yield


def test_a_threshold_of_many_rounds():
    # The page's examples: 8e-110 of .8 λ*, and .99975 of 1.3 λ*, after 10¹² rounds.
    time = rd.threshold_time(2.0, 1e12)
    weak, same, strong = rd.repeated_flow_filter([1.6, 2.0, 2.6], time, 1e12)
    assert weak == pytest.approx(8e-110, rel=0.02, abs=0)
    assert same == pytest.approx(np.exp(-1), rel=1e-11)
    assert round(float(strong), 5) == 0.99975


@pytest.mark.parametrize("rounds", [1, 7, 1e6, 1e15])
def test_repeated_flow(rounds):
    for eigenvalue, time in [(1e-9, 1.0), (0.3, 2.0), (1.0, 30.0), (5.0, 100.0)]:
        once = -mp.expm1(-mp.mpf(eigenvalue) * time)
        want = float(once ** int(rounds))
        got = float(rd.repeated_flow_filter([eigenvalue], time, rounds)[0])
        assert got == pytest.approx(want, rel=1e-13 * max(-np.log(want or 1), 1), abs=0)


def test_limits_of_repetition():
    inf, spectrum = np.inf, [0.0, 1.0]
    flow = rd.repeated_flow_filter
    assert flow(spectrum, 1.0, 0).tolist() == [1, 1]
    assert flow(spectrum, 1.0, inf).tolist() == [0, 0]
    assert flow(spectrum, inf, inf).tolist() == [0, 1]
    assert flow(spectrum, inf, 3).tolist() == [0, 1]
    assert flow(spectrum, np.zeros((3, 1)), [1, 2]).shape == (3, 2, 2)


@pytest.mark.parametrize("weight", [0.0, 1e-9, 0.5])
def test_repeated_filters(weight):
    for share in (1e-200, 1e-9, 0.3, 1 - 1e-12):
        for rounds in (2, 50, 10**9):
            s, a = mp.mpf(share), mp.mpf(weight)
            q = (1 - a) * s
            limit = a * s / (1 - q)
            want = float(limit + (1 - limit) * q**rounds)
            got = float(rd.repeated_filter([share], rounds, weight)[0])
            assert got == pytest.approx(want, rel=1e-12, abs=0)


def test_bounds_and_profile():
    for rounds in (2, 10, 1e6):
        for relative in (0.2, 1.0, 1.4):
            low, high = map(float, rd.threshold_bounds(relative, rounds))
            left = float((1 - mp.mpf(rounds) ** -relative) ** int(rounds))
            assert low <= left * (1 + 1e-14)
            assert left <= high * (1 + 1e-14)
    offsets = np.array([-800.0, -2.0, 0.0, 3.0, 800.0])
    want = [float(mp.exp(-mp.exp(-w))) for w in offsets]
    assert_allclose(rd.gumbel_profile(offsets), want, rtol=1e-14)


def test_schedules_against_a_loop():
    spectrum, times = np.array([0.5, 2.0, 0.0]), RNG.uniform(0, 3, (4, 5))
    got = rd.scheduled_flow_filter(spectrum, times)
    for row, filter in zip(times, got, strict=True):
        want = np.ones(3)
        for time in row:
            want = rd.distilled_filter(want, rd.gradient_flow_filter(spectrum, time))
        assert_allclose(filter, want, rtol=1e-13)


@pytest.mark.parametrize(
    "times", [[1.0, 2.0, 0.1], [3.0], [12.0, 15.0], [45.0, 60.0], [1e-6, 50.0]]
)
def test_equal_rounds_by_bisection(times):
    def gap(t):
        logs = [mp.log(-mp.expm1(-mp.mpf(1.5) * time)) for time in times]
        equal = len(times) * mp.log(-mp.expm1(-mp.mpf(1.5) * t))
        return float(equal / mp.fsum(logs) - 1)

    want = brentq(gap, 1e-9, 100.0, xtol=1e-14, rtol=1e-14)
    assert float(rd.equal_rounds_time(1.5, times)) == pytest.approx(want, rel=1e-12)


def test_equal_rounds_at_extremes():
    assert float(rd.equal_rounds_time(1.0, [0.0, 5.0])) == 0
    assert float(rd.equal_rounds_time(1e300, [1.0, 2.0])) == 1
    assert rd.equal_rounds_time([1.0, 2.0], np.ones((3, 1, 4))).shape == (3, 2)


@pytest.mark.parametrize("ratio", [1e-6, 0.3, 1.0])
def test_attenuations_of_a_weak_direction(ratio):
    for lost in (0.0, 1e-12, 0.5, 1.5, 15.0, 30.0, 750.0, 2000.0):
        g, r = mp.mpf(lost), mp.mpf(ratio)
        flow = -mp.log(1 - (-mp.expm1(-g)) ** r) if lost < 100 else g - mp.log(r)
        ridge = mp.log1p(mp.expm1(g) / r)
        got = rd.flow_attenuation(lost, ratio), rd.ridge_attenuation(lost, ratio)
        want = [float(flow), float(ridge)]
        assert_allclose(got, want, rtol=1e-13)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("repeated_flow_filter", ([1.0], 1.0, 1.5), "n_rounds must be a whole number"),
        ("repeated_flow_filter", ([1.0], -1.0, 1), "time must not be negative"),
        ("threshold_time", (0.0, 3), "threshold must be positive"),
        ("threshold_time", (1e-320, 3), "leaves the range of float64"),
        ("threshold_bounds", (1.0, 1), "n_rounds must be at least 2"),
        ("scheduled_flow_filter", ([1.0], [-1.0]), "times must not be negative"),
        ("equal_rounds_time", (0.0, [1.0]), "eigenvalue must be positive"),
        ("flow_attenuation", (1.0, 1.5), r"ratio must lie in \(0, 1\], got 1.5"),
        ("flow_attenuation", (1.0, 0.0), r"ratio must lie in \(0, 1\], got 0.0"),
        ("ridge_attenuation", (-1.0, 0.5), "attenuation must not be negative"),
    ],
)
def test_bad_input(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(rd, name)(*arguments)
