"""Exact values of the disjointedness factor, and certified bounds on it."""

import mpmath
import numpy as np
import pytest
from sklearn.datasets import load_diabetes

from refgen.explainability import (
    GaussianNeighborhoods,
    _pairs,
    cell_bracket,
    cell_disjointedness,
    cells,
    disjointedness_bracket,
    disjointedness_lower_bound,
    disjointedness_upper_bound,
    heavy_tail_disjointedness,
    heavy_tail_exponent,
    line_disjointedness_bound,
    moment_disjointedness_bound,
    population_disjointedness,
    separation_disjointedness_bound,
    two_point_disjointedness,
    uniform,
    uniform_disjointedness,
)
from refgen.explainability._poisson_root import mean_poisson_root
from refgen.random import Stream


@pytest.fixture(scope="module")
def diabetes():
    points = load_diabetes().data
    return (points - points.mean(axis=0)) / points.std(axis=0)


# Intervals and cubes


def test_boxes_by_a_fine_grid():
    """Whole numbers as centres, so that cells of a half are counted exactly."""
    points = np.floor(4 * Stream(0, "boxes").uniform((7, 2)))
    grid = np.arange(-3, 7, 0.5) + 0.25
    inside = abs(grid[:, None, None] - points) < 1.5
    counts = np.einsum("an,bn->ab", *(inside[..., j] * 1.0 for j in (0, 1)))
    right = np.sqrt(counts / 7).sum() / 4 / 9
    assert abs(uniform_disjointedness(points, 1.5) - right) < 1e-14


def test_far_points_cost_no_digits():
    points = np.array([[0.0], [1.0], [1e17], [1e17], [-1e17]])
    near = uniform_disjointedness([[0.0], [1.0]], 1.0) * np.sqrt(2 / 5)
    right = near + np.sqrt(2 / 5) + np.sqrt(1 / 5)
    assert abs(uniform_disjointedness(points, 1.0) - right) < 1e-14


def test_instances_are_counted_in_parts(monkeypatch):
    points, width = Stream(0, "parts").normal((5, 3, 2)), np.linspace(0.2, 2, 5)
    whole = uniform_disjointedness(points, width)
    monkeypatch.setattr(uniform, "_AT_ONCE", 1)
    np.testing.assert_array_equal(uniform_disjointedness(points, width), whole)


# Bounds


def test_bounds_on_diabetes(diabetes):
    sample = GaussianNeighborhoods(diabetes, np.array([2.6, 6.0]))
    low, high = disjointedness_lower_bound(sample), disjointedness_upper_bound(sample)
    np.testing.assert_allclose(low, [1.6226, 1.1373], rtol=1e-4)
    np.testing.assert_allclose(high, [1.7841, 1.1390], rtol=1e-4)
    apart = separation_disjointedness_bound(GaussianNeighborhoods(diabetes, 0.2))
    assert apart == pytest.approx(20.02, abs=0.01)
    two = cell_bracket(GaussianNeighborhoods(diabetes[:, :2], 0.2))
    np.testing.assert_allclose(two, [3.487, 3.492], atol=6e-4)


def test_one_point_has_the_factor_1():
    sample = GaussianNeighborhoods([[3.0, -1.0]], np.array([1e-3, 1.0, 1e3]))
    for bound in (disjointedness_lower_bound, disjointedness_upper_bound):
        np.testing.assert_allclose(bound(sample), 1.0, rtol=1e-14)
    np.testing.assert_array_equal(disjointedness_bracket(sample), np.ones((2, 3)))


def test_points_that_agree_or_are_far_apart():
    same = GaussianNeighborhoods(np.ones((9, 3)), 0.5)
    np.testing.assert_allclose(disjointedness_bracket(same), 1.0, rtol=1e-14)
    apart = GaussianNeighborhoods(1e6 * np.eye(9, 3) * np.arange(9)[:, None], 0.5)
    low, high = disjointedness_bracket(apart)  # three groups of 1, 1 and 7 points
    right = (2 + np.sqrt(7)) / 3
    assert low <= right <= high
    groups = GaussianNeighborhoods(100 * np.eye(9), 0.5)
    np.testing.assert_allclose(disjointedness_lower_bound(groups), 3.0, rtol=1e-12)
    low, high = disjointedness_bracket(groups)
    assert 3 - 1e-11 < low <= high == 3.0
    far = GaussianNeighborhoods(1000.0 * np.arange(100)[:, None], 1.0)
    assert 10 - 1e-10 < disjointedness_lower_bound(far) <= 10


@pytest.mark.parametrize("unit", [1.0, 1e7, 1e9, 1e60])
def test_rounding_of_points_far_out_is_allowed_for(unit):
    """Two points agree, one is a scale away, and two are far out."""
    points = unit * np.array(
        [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.0, 1.0], [3.0, -1]]
    )
    points[2, 0] += 1.0
    low, high = disjointedness_bracket(GaussianNeighborhoods(points, 1.0))
    near = np.sqrt(3 / 5)  # at least, of three points that agree
    assert near + (unit > 1) * 2 / np.sqrt(5) - 1e-9 < high
    both = np.sqrt(2 / 5) + 3 / np.sqrt(5)  # at most, of four groups
    assert 1.0 <= low <= min(high, both)


@pytest.mark.parametrize("d", [1, 2, 3])
def test_two_points_lie_between(d):
    distance = np.linspace(0.1, 8, 6)
    points = np.zeros((6, 2, d))
    points[:, 1, 0] = distance
    low, high = disjointedness_bracket(GaussianNeighborhoods(points, 1.0))
    rho = two_point_disjointedness(distance, 1.0)
    assert (low <= rho + 1e-12).all()
    assert (rho <= high + 1e-12).all()
    assert (low > (0.998 if d > 1 else 0.99999) * rho).all()


def test_bounds_do_not_depend_on_axes_shifts_and_units():
    draws = Stream(0, "turned")
    points = draws.normal((30, 4)) * np.array([1.0, 2.0, 3.0, 4.0])
    turn = np.linalg.qr(draws.child("turn").normal((4, 4)))[0]
    first = GaussianNeighborhoods(points, 2.0)
    second = GaussianNeighborhoods(7 * points @ turn + 100, 14.0)
    for bound in (
        disjointedness_lower_bound,
        disjointedness_upper_bound,
        moment_disjointedness_bound,
        separation_disjointedness_bound,
    ):
        np.testing.assert_allclose(bound(first), bound(second), rtol=1e-10)


def test_the_best_tau_is_a_minimum():
    points = Stream(1, "tau").normal((50, 3)) * np.array([3.0, 1.0, 0.2])
    sample = GaussianNeighborhoods(points, 1.5)
    best = disjointedness_upper_bound(sample)
    steps = 1 + 0.3 * Stream(2, "tau").uniform((200, 3))
    start = 1 + 2 * np.linalg.eigvalsh(np.cov(points.T, bias=True))[::-1] / 1.5**2
    assert best <= disjointedness_upper_bound(sample, start * steps).min()
    near = disjointedness_upper_bound(sample, start)
    assert best > 0.9 * near


def test_tails_are_borne_by_products_of_squares():
    draws = Stream(3, "tails")
    points = draws.normal((300, 2)) / draws.child("t").uniform((300, 1)) ** 0.5
    sample = GaussianNeighborhoods(points, 1.0)
    assert disjointedness_upper_bound(sample) < 0.6 * np.sqrt(300)
    line = GaussianNeighborhoods(points[:, :1], 1.0)
    right = line_disjointedness_bound(line)
    np.testing.assert_allclose(moment_disjointedness_bound(line), right, rtol=1e-12)


def test_cells_of_points_in_blocks(monkeypatch):
    sample = GaussianNeighborhoods(Stream(4, "blocks").normal((2, 40, 2)), 0.7)
    whole, pairs = cell_bracket(sample, 16), disjointedness_lower_bound(sample)
    monkeypatch.setattr(cells, "_AT_ONCE", 16 * 7)
    monkeypatch.setattr(_pairs, "_AT_ONCE", 100)
    np.testing.assert_allclose(cell_bracket(sample, 16), whole, rtol=1e-12)
    np.testing.assert_allclose(disjointedness_lower_bound(sample), pairs, rtol=1e-12)


# Many points


def test_the_population_limit():
    """Eρ_S of 3000 normal points is below ρ_∞ by about 1 %."""
    points = Stream(5, "many").normal((3000, 1))
    low, high = cell_bracket(GaussianNeighborhoods(points, 0.5), 128)
    limit = population_disjointedness([1.0], 0.5)
    assert limit == pytest.approx(3**0.5)
    assert 0.98 * limit < low <= high < 1.01 * limit


@pytest.mark.parametrize("mean", [1e-12, 0.3, 10.0, 63.9, 64.1, 500.0])
def test_mean_roots_of_counts(mean):
    with mpmath.workdps(25):
        size, right = mpmath.mpf(mean), mpmath.mpf(0)
        for k in range(1, int(mean + 20 * mean**0.5 + 40)):
            log = k * mpmath.log(size) - size - mpmath.loggamma(k + 1)
            right += mpmath.sqrt(k) * mpmath.exp(log)
        assert abs(mean_poisson_root(np.array(mean)) / right - 1) < 1e-14


def test_exponents_of_heavy_tails():
    """From 10¹³ to 10¹⁵ points: .3000, and .1674 or .1673 where ⅙ is the limit."""
    low, mid, high = heavy_tail_disjointedness(
        np.array([[1e13], [1e14], [1e15]]), [0.25, 0.5], 0.5
    )
    np.testing.assert_allclose(np.log10(mid / low), [0.3, 0.1674], atol=5e-5)
    np.testing.assert_allclose(np.log10(high / low) / 2, [0.3, 0.1673], atol=5e-5)
    found = heavy_tail_exponent([1.0, 2.0], [3, 2])
    np.testing.assert_allclose(found, [0.25, 0.0], rtol=1e-15)


# Bad input

SAMPLE = GaussianNeighborhoods([[0.0, 1.0], [2.0, 1.0]], 0.5)
TWO = GaussianNeighborhoods(SAMPLE.points, [0.5, 1.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uniform_disjointedness([[0.0]], 0.0), "half_width must be positive"),
        (
            lambda: uniform_disjointedness(np.zeros((2049, 2)), 1.0),
            "more than 16777216",
        ),
        (lambda: uniform_disjointedness([0.0, 1.0], 1.0), "at least 2 dimension"),
        (lambda: cell_disjointedness([[0.5, 0.4]]), "must sum to 1"),
        (lambda: cell_bracket(SAMPLE, 1), "n_cells must be at least 2"),
        (lambda: disjointedness_upper_bound(SAMPLE, [0.5, 1.0]), "tau must be above"),
        (lambda: disjointedness_upper_bound(SAMPLE, [1.0]), "tau must have one number"),
        (lambda: disjointedness_lower_bound(SAMPLE, [0.0, 1.4]), "tilt must be in"),
        (lambda: disjointedness_lower_bound(SAMPLE, [0.0, -1]), "tilt must be in"),
        (lambda: moment_disjointedness_bound(SAMPLE, [0.0, 1.0]), "widths must be pos"),
        (
            lambda: separation_disjointedness_bound(SAMPLE, 1.0),
            "power must be strictly",
        ),
        (lambda: disjointedness_upper_bound(TWO, np.ones((3, 2))), r"tau \(3,\), sam"),
        (lambda: disjointedness_lower_bound(TWO, np.ones((3, 2))), r"tilt \(3,\), sa"),
        (lambda: moment_disjointedness_bound(TWO, np.ones((3, 2))), r"widths \(3,\)"),
        (lambda: separation_disjointedness_bound(TWO, [0.5] * 3), r"power \(3,\), s"),
        (lambda: line_disjointedness_bound(SAMPLE), "one feature, got 2"),
        (lambda: population_disjointedness([-1.0], 1.0), "spectrum must not be neg"),
        (
            lambda: heavy_tail_disjointedness(10, 1.0, 0.5),
            r"tail must be in \[0.2, 1\)",
        ),
        (lambda: heavy_tail_disjointedness(10, 0.5, 0.6), "half_width must be at most"),
        (lambda: heavy_tail_exponent(0.0, 1), "tail must be positive"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_sample_is_meant():
    for bound in (disjointedness_bracket, line_disjointedness_bound):
        with pytest.raises(TypeError, match="sample must be a GaussianNeighborhoods"):
            bound([[0.0]])
