"""Times and penalties that students are equal to, against numbers of 60 digits."""

import itertools

import mpmath as mp
import numpy as np
import pytest
from numpy.testing import assert_allclose

import refgen.distillation as rd

TIMES = [(1.3, 2.1), (2.1, 1.3), (1e-3, 5.0), (7.0, 7.0), (1e-9, 1e-9), (300.0, 2.0)]
EIGENVALUES = [1e-250, 1e-150, 1e-9, 1e-3, 0.1, 1.0, 5.0, 80.0, 1e9]


@pytest.fixture(autouse=True)
def _digits():
    with mp.workdps(60):
        yield


def left(eigenvalue, teacher, student, weight):
    """e^−λt + (1 − α)e^−λT (1 − e^−λt)."""
    a, b = (mp.e ** (-mp.mpf(eigenvalue) * t) for t in (teacher, student))
    return b + (1 - mp.mpf(weight)) * a * (1 - b)


def test_the_digits_of_the_page():
    found = rd.equivalent_time([0.001, 0.1, 1.0, 5.0], 1.3, 2.1)
    want = [0.002725367349, 0.233614110511, 1.017175303623, 1.296375422724]
    assert found.round(12).tolist() == want


@pytest.mark.parametrize("weight", [0.0, 1e-9, 0.3, 1.0])
def test_equivalent_and_lost_times(weight):
    for teacher, student in TIMES:
        found = rd.equivalent_time(EIGENVALUES, teacher, student, weight)
        lost = rd.lost_time(EIGENVALUES, teacher, student, weight)
        for eigenvalue, got, less in zip(EIGENVALUES, found, lost, strict=True):
            with mp.workdps(700):
                rest = left(eigenvalue, teacher, student, weight)
                # Where less than e^−400 is left, only the lost time says more.
                want = -mp.log(rest) / eigenvalue if rest > mp.mpf(10) ** -380 else None
                y = (1 - mp.mpf(weight)) * -mp.expm1(-mp.mpf(eigenvalue) * student)
                y *= mp.e ** (mp.mpf(eigenvalue) * (mp.mpf(student) - teacher))
                exact = mp.log1p(y) / eigenvalue
            size = 2 + eigenvalue * max(teacher, student)
            if want is not None:
                assert got == pytest.approx(
                    float(want), rel=1e-15 * min(size, 700) + 1e-15, abs=0
                )
            assert less == pytest.approx(float(exact), rel=1e-15 * size + 1e-15, abs=0)


def test_where_nothing_is_seen_and_where_training_ends():
    inf, spectrum = np.inf, [0.0, 1e-300, 1.0, 1e300]
    time = rd.equivalent_time
    assert time(spectrum, 3.0, inf).tolist() == [3.0] * 4
    assert time(spectrum, inf, 3.0).tolist() == [3.0] * 4
    assert time(spectrum, inf, inf).tolist() == [inf] * 4
    assert time(spectrum, 0.0, 3.0).tolist() == time(spectrum, 3.0, 0.0).tolist()
    assert time(spectrum, 0.0, 3.0).tolist() == [0.0] * 4
    assert time(0.0 * np.ones(1), 1.0, 3.0, 0.5).tolist() == [1.5]
    hardly = time([1e-250], 1e250, 1.0, 0.3)[0]
    assert hardly == pytest.approx(1 - 0.7 * np.exp(-1), rel=1e-14)
    assert time(spectrum, 3.0, inf, 0.5)[0] == inf
    assert time(spectrum, 3.0, 2.0, 1.0).round(12).tolist() == [2.0] * 4
    assert rd.lost_time(spectrum, inf, 3.0).tolist() == [0.0] * 4
    assert rd.lost_time([0.0, 1e300], 1.0, 3.0, 0.5).tolist() == [1.5, 2.0]
    assert rd.lost_time([1.0], 1.0, 751.0).tolist() == [750.0]  # e⁷⁵⁰ is no float


@pytest.mark.parametrize("order", [0.5, 1.0, 3.0])
def test_equivalent_penalties(order):
    values = [1e-160, 1e-3, 1.0, 1e5]
    for eigenvalue, first, second in itertools.product(values, repeat=3):
        with mp.workdps(700):
            one, other = (
                (1 + mp.mpf(eigenvalue) / rho) ** -mp.mpf(order)
                for rho in (first, second)
            )
            rest = one + other - one * other
            want = float(eigenvalue / (rest ** (-1 / mp.mpf(order)) - 1))
        got = float(rd.equivalent_penalty([eigenvalue], first, second, order)[0])
        assert got == pytest.approx(want, rel=2e-13, abs=0), (eigenvalue, first, second)


def test_repeated_penalties():
    for eigenvalue, rho, rounds in [
        (1e-160, 1.0, 2),
        (1.0, 1e-9, 1000),
        (1.0, 3.0, 500),
        (1e300, 1.0, 7),
        (0.5, 2.0, 0),
        (0.5, 2.0, 1),
    ]:
        with mp.workdps(400):
            want = float(eigenvalue * ((1 + mp.mpf(rho) / eigenvalue) ** rounds - 1))
        assert rd.repeated_penalty([eigenvalue], rho, rounds)[0] == pytest.approx(
            want, rel=1e-12, abs=0
        )
    inf = np.inf
    assert rd.repeated_penalty([0.0, 1.0], 1.0, inf).tolist() == [inf, inf]
    assert rd.repeated_penalty([0.0, 1.0], 0.0, inf).tolist() == [0.0, 0.0]
    assert rd.repeated_penalty([0.0, 1.0], 1.0, 2).tolist() == [inf, 3.0]
    assert rd.repeated_penalty([0.0, 1.0], 1.0, 0).tolist() == [0.0, 0.0]
    assert rd.equivalent_penalty([0.0, 1.0], 0.0, 2.0).tolist() == [2.0, 2.0]
    assert rd.equivalent_penalty([1e-300], 1e300, 1.0).tolist() == [inf]


@pytest.mark.parametrize(("teacher", "student"), TIMES)
def test_exaggeration(teacher, student):
    for strong, ratio in [(1.0, 0.5), (3.0, 0.99), (1e-6, 1e-3)]:
        weak = ratio * strong
        t = -mp.log(left(strong, teacher, student, 0)) / strong
        learned = [-mp.expm1(-mp.mpf(weak) * time) for time in (teacher, student)]
        want = float(learned[0] * learned[1] / -mp.expm1(-weak * t))
        got = float(rd.exaggeration(strong, weak, teacher, student))
        assert got == pytest.approx(want, rel=1e-12, abs=0)
        least, own = rd.exaggeration_bounds(strong, weak, teacher, student)
        assert float(least) == pytest.approx(ratio)
        assert float(own) <= got * (1 + 1e-15)


def test_exaggeration_at_its_limits():
    assert float(rd.exaggeration(1.0, 0.5, np.inf, 2.0)) == 1
    assert float(rd.exaggeration(1.0, 0.5, np.inf, np.inf)) == 1
    assert float(rd.exaggeration(1.0, 0.5, 0.0, 0.0)) == 0.5
    assert float(rd.exaggeration(1.0, 1.0, 1.0, 1.0)) == pytest.approx(1)
    assert rd.exaggeration([1.0, 2.0], 0.5, 1.0, np.ones((3, 1))).shape == (3, 2)


def test_rates_and_stopping_times():
    rates = rd.gradient_descent_rates([0.5, 1e-20, 0.0], 1.5)
    assert_allclose(rates, [-np.log(0.25), 1.5e-20, 0.0], rtol=1e-15)
    flow = rd.gradient_flow_filter(rates, 7.0)
    assert_allclose(flow, rd.gradient_descent_filter([0.5, 1e-20, 0.0], 7, 1.5))
    times = rd.stopping_times([2.0, 1.0, 1.0], [0.0, 1.0, 1e-20])
    assert times.tolist() == [0.0, np.inf, 1e-20]


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("equivalent_time", ([1.0], -1.0, 1.0), "teacher_time must not be negative"),
        ("equivalent_time", ([1.0], 1.0, np.nan), "student_time holds NaN"),
        ("equivalent_time", ([1.0], 1.0, 1.0, 2.0), r"label_weight must lie in \[0, 1"),
        ("lost_time", ([1.0], 1.0, np.inf), "student_time holds NaN or infinity"),
        ("gradient_descent_rates", ([2.0], 0.5), "step_size must be below 1 / λ for"),
        ("stopping_times", ([0.0], [0.5]), "spectrum must be positive"),
        ("equivalent_penalty", ([1.0], 1.0, -1.0), "student_penalty must not be neg"),
        ("exaggeration", (1.0, 2.0, 1.0, 1.0), "weak must not be above strong"),
        ("exaggeration_bounds", (1.0, 0.0, 1.0, 1.0), "weak must be positive"),
    ],
)
def test_bad_input(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(rd, name)(*arguments)
