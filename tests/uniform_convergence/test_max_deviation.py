"""The largest deviation from the mean, and margins all on one side."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.integrate import quad
from scipy.stats import chi2, multivariate_normal, norm

from refgen.uniform_convergence import (
    LinearExample,
    log_max_deviation_sf,
    log_probability_not_all_wrong,
    max_deviation_sf,
    probability_all_wrong,
)


@pytest.mark.parametrize(
    ("n", "u", "printed"),
    [(3, 2.0, "0.0214587"), (20, 2.5, "0.1000295"), (100, 3.0, "0.121372")],
)
def test_published_tails_to_their_digits(n, u, printed):
    digits = len(printed) - 2
    assert abs(float(max_deviation_sf(n, u)) - float(printed)) < 10.0**-digits


def test_three_deviations_are_a_normal_law_in_the_plane():
    """Two of them below u, and minus their sum."""
    u, cov = 0.7, np.array([[2, -1], [-1, 2]]) / 3
    edges = np.linspace(-2 * u, u, 401)

    def inside(x):
        scale = np.sqrt(cov[1, 1] - cov[0, 1] ** 2 / cov[0, 0])
        mean = cov[0, 1] / cov[0, 0] * x
        ends = (np.array([-u - x, u]) - mean) / scale
        law = multivariate_normal()
        return np.diff(law.cdf(ends))[0] * multivariate_normal(0, cov[0, 0]).pdf(x)

    assert edges[0] == -2 * u
    below = quad(inside, -2 * u, u, epsabs=1e-12)[0]
    assert float(max_deviation_sf(3, u)) == pytest.approx(1 - below, abs=1e-10)


@pytest.mark.parametrize(
    ("n", "s"), [(3, 0.1), (4, 0.3), (8, 2.0), (8, 6.0), (20, 2.0)]
)
def test_the_largest_normal_is_the_mean_and_the_largest_deviation(n, s):
    """These are independent."""
    x, weights = np.polynomial.legendre.leggauss(60)
    top = s * np.sqrt(n)  # from here on the mean alone is above
    z = -9 + (top + 9) * (x + 1) / 2
    above = max_deviation_sf(n, s - z / np.sqrt(n))
    found = (weights * norm.pdf(z) * above).sum() * (top + 9) / 2 + norm.sf(top)
    assert found == pytest.approx(-np.expm1(n * norm.logcdf(s)), rel=1e-12, abs=0)


def test_numbers_in_several_blocks_are_as_in_one(monkeypatch):
    u = np.linspace(0.01, 0.29, 5)
    at_once = max_deviation_sf(3, u)
    monkeypatch.setattr("refgen.uniform_convergence.max_deviation._AT_ONCE", 300)
    assert_allclose(max_deviation_sf(3, u), at_once, rtol=1e-15)


def test_far_tails_are_those_of_one_deviation():
    n, u = np.array([2, 3, 7, 30, 1e6]), np.array([40.0, 60.0, 1e3, 1e5, 200.0])
    x = u * np.sqrt(n / (n - 1))
    one = -x * x / 2 - np.log(x * np.sqrt(2 * np.pi)) + np.log(n) - 1 / x**2
    assert_allclose(log_max_deviation_sf(n, u), one, rtol=1e-7)


def test_every_deviation_is_above_a_negative_number():
    assert max_deviation_sf([2, 5, 50], [0.0, -1.0, 0.0]).tolist() == [1.0] * 3


def by_scipy(m, D, ratio, excess):
    """1 − Pr[min margin ≥ a + excess V] by adaptive quadrature over R²/D."""

    def missed(x):
        reach = (x - excess) / np.sqrt(m / D * x)
        return chi2.pdf(x * D, D) * D * float(max_deviation_sf(m, reach))

    first = max(excess, 0.0)
    ends = [first, *(x for x in (0.1, 0.7, 1.0, 1.3, 3.0, 20.0) if x > first)]
    pieces = pairwise(ends)
    inside = sum(quad(missed, *ends, epsabs=0, epsrel=1e-9)[0] for ends in pieces)
    return chi2.cdf(first * D, D) + inside


@pytest.mark.parametrize(
    ("m", "D", "ratio"), [(2, 2, 0.05), (3, 7, 0.9), (20, 60, 0.125), (40, 900, 0.3)]
)
@pytest.mark.parametrize("share", [0.0, 2.0])
def test_the_chance_that_all_is_wrong_by_scipy(m, D, ratio, share):
    example = LinearExample(m, D, 32 * ratio, 32.0)
    log_rest = log_probability_not_all_wrong(example, share * example.signal)
    want = by_scipy(m, D, ratio, (share - 1) * ratio)
    assert float(np.exp(log_rest)) == pytest.approx(want, rel=1e-7)
    chance = probability_all_wrong(example, share * example.signal)
    assert float(chance) == pytest.approx(1 - want, abs=1e-9)


def test_what_is_missing_is_known_where_the_chance_is_1():
    example = LinearExample.published(100, [1e4, 1e6])
    assert_allclose(probability_all_wrong(example), 1.0, rtol=3e-16)
    log_rest = log_probability_not_all_wrong(example)
    assert_allclose(log_rest, [-36.916682, -3843.030920], rtol=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: max_deviation_sf(1, 1.0), "n must be at least 2"),
        (lambda: max_deviation_sf(2.5, 1.0), "n must be a whole number"),
        (lambda: probability_all_wrong(3.0), "example must be a LinearExample"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
