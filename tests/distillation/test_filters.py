"""Filters and eigendirections against training that is done step by step."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.linalg import expm

import refgen.distillation as rd

RNG = np.random.default_rng(0)


def design(n, p):
    return RNG.normal(size=(n, p)), RNG.normal(size=n)


def runge_kutta(X, y, start, time, steps=2000):
    """The flow of ‖y − Xβ‖²/(2n), by the classical method of order four."""
    beta, h = start, time / steps

    def slope(b):
        return X.T @ (y - X @ b) / len(y)

    for _ in range(steps):
        k1 = slope(beta)
        k2 = slope(beta + h / 2 * k1)
        k3 = slope(beta + h / 2 * k2)
        beta = beta + h / 6 * (k1 + 2 * k2 + 2 * k3 + slope(beta + h * k3))
    return beta


@pytest.mark.parametrize(("n", "p"), [(4, 7), (7, 4), (5, 5), (1, 3)])
def test_flows_of_teacher_and_student(n, p):
    (X, y), start = design(n, p), RNG.normal(size=p)
    spectrum = rd.DesignSpectrum.from_design(X, y)
    teacher = rd.gradient_flow_filter(spectrum.spectrum, 1.3)
    student = rd.gradient_flow_filter(spectrum.spectrum, 2.1)
    taught = runge_kutta(X, y, 0 * start, 1.3)
    assert_allclose(spectrum.coefficients(teacher), taught, atol=1e-11)
    both = rd.distilled_filter(teacher, student)
    want = runge_kutta(X, X @ taught, 0 * start, 2.1)
    assert_allclose(spectrum.coefficients(both), want, atol=1e-11)
    got = spectrum.with_teacher(teacher).coefficients(student, start)
    want = runge_kutta(X, X @ taught, start, 2.1)
    assert_allclose(got, want, atol=1e-11)
    mixed = rd.distilled_filter(teacher, student, 0.3)
    want = runge_kutta(X, 0.3 * y + 0.7 * X @ taught, 0 * start, 2.1)
    assert_allclose(spectrum.coefficients(mixed), want, atol=1e-11)


def test_flow_by_the_exponential_of_a_matrix():
    X, y = design(6, 4)
    spectrum = rd.DesignSpectrum.from_design(X, y)
    for time in (0.0, 0.5, 40.0):
        left = expm(-time * X.T @ X / 6)
        want = (np.eye(4) - left) @ np.linalg.lstsq(X, y)[0]
        filter = rd.gradient_flow_filter(spectrum.spectrum, time)
        assert_allclose(spectrum.coefficients(filter), want, atol=1e-12)


@pytest.mark.parametrize("share", [0.1, 1.0, 1.9])
def test_descent_takes_its_steps(share):
    X, y = design(5, 3)
    spectrum = rd.DesignSpectrum.from_design(X, y)
    size, beta = share / spectrum.spectrum.max(), np.zeros(3)
    for done in range(25):
        filter = rd.gradient_descent_filter(spectrum.spectrum, done, size)
        assert_allclose(spectrum.coefficients(filter), beta, atol=1e-12)
        beta = beta + size * X.T @ (y - X @ beta) / 5


@pytest.mark.parametrize("weight", [0.0, 0.25, 1.0])
def test_rounds_of_ridge_regression(weight):
    (X, y), rho = design(6, 4), 0.3
    spectrum = rd.DesignSpectrum.from_design(X, y)
    filter = rd.ridge_filter(spectrum.spectrum, rho)
    labels = y
    for rounds in range(1, 5):
        beta = np.linalg.solve(X.T @ X / 6 + rho * np.eye(4), X.T @ labels / 6)
        got = spectrum.coefficients(rd.repeated_filter(filter, rounds, weight))
        assert_allclose(got, beta, atol=1e-12)
        labels = weight * y + (1 - weight) * X @ beta


def test_ridge_fits_of_residuals():
    (X, y), rho = design(6, 4), 0.3
    spectrum, beta = rd.DesignSpectrum.from_design(X, y), np.zeros(4)
    for order in range(1, 5):
        left = X.T @ (y - X @ beta) / 6
        beta = beta + np.linalg.solve(X.T @ X / 6 + rho * np.eye(4), left)
        filter = rd.iterated_ridge_filter(spectrum.spectrum, rho, order)
        assert_allclose(spectrum.coefficients(filter), beta, atol=1e-12)


def test_null_directions_stay_where_they_start():
    X = np.array([[1.0, 1.0, 0.0], [2.0, 2.0, 0.0], [0.0, 0.0, 0.0]])
    spectrum = rd.DesignSpectrum.from_design(X, [1.0, 3.0, 5.0])
    assert_array_equal(spectrum.spectrum[:2], 0)
    assert_array_equal(spectrum.limits[:2], 0)
    start = np.array([1.0, -1.0, 7.0])
    filter = rd.gradient_flow_filter(spectrum.spectrum, np.inf)
    assert filter.tolist() == [0.0, 0.0, 1.0]
    for share in (filter, np.ones(3)):
        got = spectrum.coefficients(share, start)
        assert_allclose(got, [1.7, -0.3, 7.0], atol=1e-14)
    nothing = rd.DesignSpectrum.from_design(np.zeros((2, 3)), [1.0, 2.0])
    assert_array_equal(nothing.coefficients([1.0, 1.0], start), start)


@pytest.mark.parametrize(("n", "p"), [(9, 4), (4, 9)])
def test_what_rounding_leaves_of_null_directions_is_nothing(n, p):
    X = np.outer(RNG.normal(size=n), RNG.normal(size=p))
    spectrum = rd.DesignSpectrum.from_design(X, RNG.normal(size=n))
    assert_array_equal(spectrum.spectrum[:-1], 0)
    if p > n:  # they are not computed from the smaller matrix
        assert_array_equal(spectrum.vectors[:, :-1], 0)


def test_small_eigenvalues_are_not_taken_for_rounding():
    spectrum = rd.DesignSpectrum.from_design(np.diag([1.0, 1e-6]), [1.0, 1.0])
    assert_allclose(spectrum.coefficients([1.0, 1.0]), [1.0, 1e6], rtol=1e-12)


def test_batches_of_designs_and_times():
    X, y = RNG.normal(size=(3, 5, 4)), RNG.normal(size=(2, 3, 5))
    many = rd.DesignSpectrum.from_design(X, y)
    assert (many.spectrum.shape, many.vectors.shape) == ((2, 3, 4), (2, 3, 4, 4))
    one = rd.DesignSpectrum.from_design(X[1], y[0, 1])
    filter = rd.gradient_flow_filter(many.spectrum, np.array([[[0.5]], [[2.0]]]))
    assert filter.shape == (2, 2, 3, 4)
    own = one.coefficients(rd.gradient_flow_filter(one.spectrum, 2.0))
    assert_allclose(many.coefficients(filter)[1, 0, 1], own, atol=1e-13)


def test_limits_are_exact():
    spectrum = np.array([2.0, 1e-300, 0.0])
    assert rd.gradient_flow_filter(spectrum, [0.0, np.inf]).tolist() == [
        [0, 0, 0],
        [1, 1, 0],
    ]
    assert rd.ridge_filter(spectrum, 0.0).tolist() == [1, 1, 0]
    assert rd.iterated_ridge_filter(spectrum, 0.0, 0.5).tolist() == [1, 1, 0]
    assert rd.gradient_descent_filter([0.5, 0.0], 0, 1.9).tolist() == [0, 0]
    filter = [0.0, 0.5, 1.0]
    assert rd.repeated_filter(filter, 0, 0.5).tolist() == [1, 1, 1]
    assert rd.repeated_filter(filter, np.inf).tolist() == [0, 0, 1]
    assert rd.repeated_filter(filter, np.inf, 1.0).tolist() == filter


SPECTRUM = [2.0, 1.0]
BAD = [
    ("gradient_flow_filter", ([-1.0, 2.0], 1.0), "spectrum must not be negative, got"),
    ("gradient_flow_filter", ([-1e-8, 1.0], 1.0), "spectrum must not be negative"),
    ("gradient_flow_filter", (SPECTRUM, -1.0), "time must not be negative, got -1"),
    ("gradient_flow_filter", (SPECTRUM, -np.inf), "time holds NaN or infinity"),
    ("gradient_flow_filter", (np.ones((2, 2)), np.ones(3)), "axes do not broadcast"),
    ("gradient_descent_filter", (SPECTRUM, 3, 1.0), r"below 2 / 2 = 1, twice"),
    ("gradient_descent_filter", (SPECTRUM, 2.5, 0.1), "n_steps must be a whole"),
    ("gradient_descent_filter", (SPECTRUM, 2, 0.0), "step_size must be positive"),
    ("ridge_filter", (SPECTRUM, -0.1), "penalty must not be negative, got -0.1"),
    ("iterated_ridge_filter", (SPECTRUM, 1.0, 0.0), "n_iterations must be positive"),
    ("distilled_filter", ([0.5], [0.5], 1.1), r"label_weight must lie in \[0, 1\]"),
    ("distilled_filter", ([0.5] * 3, [0.5] * 2), "axes do not broadcast"),
    ("distilled_filter", (np.ones((3, 1)), [1.0], [0, 0]), "axes do not broadcast"),
    ("repeated_filter", ([1.5], 2), r"filter must lie in \[0, 1\], got 1.5; of grad"),
    ("repeated_filter", ([0.5], -1), "n_rounds must be at least 0"),
    ("DesignSpectrum", (SPECTRUM, np.eye(2), [1.0]), "one eigenvector, in columns"),
]


@pytest.mark.parametrize(("name", "arguments", "message"), BAD)
def test_bad_input(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(rd, name)(*arguments)


def test_designs_say_what_does_not_fit():
    with pytest.raises(ValueError, match=r"features have 3 points .* and labels 2"):
        rd.DesignSpectrum.from_design(np.ones((3, 2)), [1.0, 2.0])
    with pytest.raises(ValueError, match="overflow in float64; rescale"):
        rd.DesignSpectrum.from_design([[1e200]], [1.0])
    spectrum = rd.DesignSpectrum.from_design([[1.0, 2.0]], [1.0])
    with pytest.raises(ValueError, match=r"filter has shape .* 1 directions, as"):
        spectrum.coefficients([0.5, 0.5])
    with pytest.raises(ValueError, match=r"start has shape .* must have 2 features"):
        spectrum.coefficients([0.5], [1.0])
