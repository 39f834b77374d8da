"""Intervals for means of averages of bounded variables."""

import numpy as np
import pytest
from scipy import optimize

from refgen.intervals import bernstein_of_averages, empirical_bernstein
from refgen.random import Stream


def radius_by_search(variance, n, repeats, error_probability):
    """The radius on [0, 1], with the largest variance found by a root search."""
    log = np.log(3 / error_probability)

    def excess(v):
        square = 3 * v**2 + v / (2 * repeats**2)
        return v - np.sqrt(2 * square * log / (n // 2)) - variance

    largest = 1 / (4 * repeats)
    if excess(largest) > 0:
        largest = optimize.brentq(excess, max(variance, 1e-12), largest, xtol=1e-15)
    return np.sqrt(2 * largest * log / n) + log / (3 * n * repeats)


@pytest.mark.parametrize("variance", [0.0, 1e-5, 0.002])
@pytest.mark.parametrize(("n", "repeats"), [(20, 3), (501, 1), (4096, 64)])
def test_the_radius_is_the_one_of_its_inequalities(variance, n, repeats):
    found = bernstein_of_averages(0.5, variance, n, repeats, 1e-3)
    wanted = min(radius_by_search(variance, n, repeats, 1e-3), 0.5)
    assert found.high - 0.5 == pytest.approx(wanted)
    assert 0.5 - found.low == pytest.approx(wanted)


def coverage(repeats, n, p, error_probability, shrink=1.0):
    """Share of samples of averages of 0 and 1 whose interval holds p."""
    shape = (4000, n, repeats)
    averages = (Stream(0, "averages", str(p)).uniform(shape) < p).mean(axis=-1)
    mean, variance = averages.mean(axis=-1), averages.var(axis=-1, ddof=1)
    found = bernstein_of_averages(mean, variance, n, repeats, error_probability)
    return (abs(mean - p) <= shrink * found.width / 2).mean()


@pytest.mark.parametrize(("repeats", "n", "p"), [(4, 40, 0.3), (16, 256, 0.2)])
def test_intervals_cover_and_a_third_of_them_does_not(repeats, n, p):
    assert coverage(repeats, n, p, 0.3) >= 0.7
    assert coverage(repeats, n, p, 0.3, shrink=1 / 3) < 0.7


def test_the_range_hardly_matters_with_many_repeats():
    told = bernstein_of_averages(0.01, 1e-7, 512, 64, 1e-8)
    untold = empirical_bernstein(0.01, 1e-7, 512, 1e-8)
    assert told.width < untold.width / 10


def test_averages_may_lie_at_both_ends():
    assert bernstein_of_averages(0.5, 0.5, 2, 10, 0.1).contains(0.5)  # 0 and 1


def test_intervals_move_with_the_units():
    unit = bernstein_of_averages(0.3, 0.001, 99, 8, 0.1)
    moved = bernstein_of_averages(0.2, 0.016, 99, 8, 0.1, -1, 3)
    assert moved.low == pytest.approx(4 * unit.low - 1)
    assert moved.high == pytest.approx(4 * unit.high - 1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.5, 0.1, 9, 4, 0.1), "got 1.5"),
        ((0.5, -0.1, 9, 4, 0.1), "variance must be at least 0"),
        ((0.5, 0.1, 1, 4, 0.1), "n must be at least 2"),
        ((0.5, 0.1, 9, 0, 0.1), "repeats must be at least 1"),
        ((0.5, 0.1, 9, 1.5, 0.1), "repeats must be a whole number"),
        ((0.5, 0.1, 9, 4, 1.0), "error_probability must be"),
        ((0.5, 0.1, 9, 4, 0.1, 1, 0), "low must be below high"),
    ],
)
def test_bad_values_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        bernstein_of_averages(*arguments)
