"""Closed-form families against quadrature, exact moments and published numbers."""

from itertools import product

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import refgen.disagreement as rd
from refgen.special import beta_binomial_pmf

EXACT = {"rel": 1e-12, "abs": 1e-12}


@pytest.mark.parametrize("a", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("slope", [-1.0, 0.4, 1.0])
def test_beta_family_equals_quadrature(a, slope):
    def mean(f):
        # q = sin²(t): smooth at both ends also for a < 1.
        half = mpmath.pi / 4
        return mpmath.quad(
            lambda t: (
                2
                * (mpmath.sin(t) * mpmath.cos(t)) ** (2 * a - 1)
                * f(mpmath.sin(t) ** 2)
            ),
            [0, half, 2 * half],
        ) / mpmath.beta(a, a)

    def right(q):
        return 0.5 + slope * (q - 0.5)

    family = rd.BetaReliability(a, slope)
    differ = mean(lambda q: 2 * q * (1 - q))
    error = mean(lambda q: right(q) * (1 - q) + (1 - right(q)) * q)
    # Class 0 at share q and, from 1 − q, class 1 at share q.
    cace = mean(lambda q: abs(right(q) - q + (1 - right(1 - q)) - q))
    pairs = (
        (family.expected_disagreement(), differ),
        (family.test_error(), error),
        (family.gap(), differ - error),
        (family.cace(), cace),
        (family.share_variance(), mean(lambda q: (q - 0.5) ** 2)),
        (family.mean_absolute_deviation(), mean(lambda q: abs(q - 0.5))),
    )
    for got, expected in pairs:
        assert got == pytest.approx(float(expected), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("alpha", [[1.0, 1.0], [0.5, 1.5, 3.0], [2.0], [0.2] * 10])
def test_dirichlet_disagreement_equals_exact_moments(alpha):
    total = mpmath.mpf(sum(alpha))

    def moment(*powers):
        value = mpmath.rf(total, sum(powers))
        return mpmath.fprod(map(mpmath.rf, alpha, powers)) / value

    k = len(alpha)
    differ = mpmath.mpf(0)
    for i, j in product(range(k), repeat=2):
        if i != j:
            differ += moment(*(int(m in (i, j)) for m in range(k)))
    got = rd.dirichlet_disagreement(alpha)
    assert got == pytest.approx(float(differ), **EXACT)


@given(st.floats(0.01, 0.99), st.integers(2, 20))
@example(0.5, 2)
def test_dirichlet_concentration_inverts_disagreement(fraction, n_classes):
    value = fraction * (1 - 1 / n_classes)
    total = rd.dirichlet_concentration(value, n_classes)
    back = rd.dirichlet_disagreement(np.full(n_classes, total / n_classes))
    assert back == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("alpha", "k", "n_runs"), [(0.5, 3, 1), (1.5, 2, 4), (1, 5, 3)]
)
def test_dirichlet_annealed_cace_equals_quadrature(alpha, k, n_runs):
    b = (k - 1) * alpha
    total = mpmath.mpf(0)
    for j in range(n_runs + 1):
        integral = mpmath.quad(
            lambda q, j=j: (
                mpmath.binomial(n_runs, j)
                * q ** (j + alpha - 1)
                * (1 - q) ** (n_runs - j + b - 1)
                * (q - mpmath.mpf(j) / n_runs)
            ),
            [0, 0.5, 1],
        )
        total += abs(integral)
    expected = float(k * total / mpmath.beta(alpha, b))
    got = rd.dirichlet_annealed_cace(alpha, k, n_runs)
    assert got == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("differ", "n_runs", "expected"),
    [(0.348, 2, 0.415), (0.348, 5, 0.183), (0.354, 2, 0.423), (0.354, 5, 0.188)],
)
def test_annealed_cace_at_the_published_disagreement(differ, n_runs, expected):
    alpha = rd.dirichlet_concentration(differ, 10) / 10
    got = rd.dirichlet_annealed_cace(alpha, 10, n_runs)
    assert got == pytest.approx(expected, abs=6e-4)


def test_dirichlet_annealed_cace_decays_as_one_over_runs():
    k, alpha = 10, 0.3
    total = k * alpha
    density = mpmath.beta(alpha, total - alpha)
    limit = (
        2
        * k
        * mpmath.quad(
            lambda q: (
                (total * q - alpha) * q ** (alpha - 1) * (1 - q) ** (total - alpha - 1)
            ),
            [mpmath.mpf(1) / k, 0.5, 1],
        )
        / density
    )
    at = {m: float(rd.dirichlet_annealed_cace(alpha, k, m)) for m in (2000, 4000)}
    assert 4000 * at[4000] == pytest.approx(float(limit), rel=2e-3)
    assert np.log2(at[4000] / at[2000]) == pytest.approx(-1, abs=2e-3)


@pytest.mark.parametrize("n_runs", [1, 7, 60, 2000])
def test_dirichlet_annealed_cace_equals_the_sum_over_votes(n_runs):
    alpha, k = np.array([0.05, 0.3, 5.0])[:, None], np.array([2.0, 3.0, 10.0])
    j, total = np.arange(n_runs + 1), (k * alpha)[..., None]
    pmf = beta_binomial_pmf(j, n_runs, alpha[..., None], total - alpha[..., None])
    apart = abs((j + alpha[..., None]) / (n_runs + total) - j / n_runs)
    expected = k * (pmf * apart).sum(axis=-1)
    got = rd.dirichlet_annealed_cace(alpha, k, n_runs)
    np.testing.assert_allclose(got, expected, rtol=1e-9)


def test_dirichlet_annealed_cace_takes_many_runs_and_arrays_of_them():
    runs = np.array([10.0, 1e6, 1e14])
    got = rd.dirichlet_annealed_cace(1.0, 2, runs)
    # E|1 − 2J/M| of a uniform J, M even: (M + 2)/(2 (M + 1)), twice over M + 2.
    np.testing.assert_allclose(got, 1 / (runs + 1), rtol=1e-13)
    with pytest.raises(ValueError, match="n_runs must be a whole number"):
        rd.dirichlet_annealed_cace(1.0, 2, 2.5)


@pytest.mark.parametrize("alpha", [1e-300, 1e-3, 1e6, 1e15, 1e100])
@pytest.mark.parametrize(("k", "n_runs"), [(2, 5), (3, 10**6), (1000, 10**14)])
def test_dirichlet_annealed_cace_keeps_its_digits_at_any_size(alpha, k, n_runs):
    below = n_runs // k
    with mpmath.workdps(400):
        a, b = mpmath.mpf(alpha), (k - 1) * mpmath.mpf(alpha)
        above = [below + 1 + a, n_runs - below + b, n_runs, a + b]
        under = [below + 1, n_runs - below, n_runs + a + b, a, b]
        logs = sum(map(mpmath.loggamma, above)) - sum(map(mpmath.loggamma, under))
        exact = float(2 * k * mpmath.exp(logs) / (n_runs + a + b))
    got = rd.dirichlet_annealed_cace(alpha, k, n_runs)
    # exp amplifies the rounding of logarithms, of which there are a few.
    allowed = 8 * (40 + abs(np.log(alpha))) * 2**-53
    np.testing.assert_allclose(got, exact, rtol=allowed)


@pytest.mark.parametrize("a", [1e-320, 0.3, 1e6, 1e17, 1e300])
def test_the_mean_deviation_of_a_beta_share_keeps_its_digits(a):
    with mpmath.workdps(400):
        exact = mpmath.gammaprod([mpmath.mpf(a) + 0.5], [mpmath.mpf(a) + 1])
        exact = float(exact / (2 * mpmath.sqrt(mpmath.pi)))
    got = rd.BetaReliability(a, 0.5).mean_absolute_deviation()
    np.testing.assert_allclose(got, exact, rtol=1e-13)


def test_parameters_at_both_ends_have_the_limits_of_the_disagreement():
    assert rd.dirichlet_disagreement([1e300, 1e300]) == 0.5
    assert rd.dirichlet_disagreement([1e-320, 1e-320]) < 1e-300
    for family in (rd.BetaReliability(1e300, 0.0), rd.BetaReliability(1e-320, 0.0)):
        assert 0 <= family.expected_disagreement() <= 0.5
        assert family.test_error() == 0.5
    with pytest.raises(ValueError, match=r"concentration must be at most 1e\+300"):
        rd.dirichlet_disagreement([1e308, 1e308])
    with pytest.raises(ValueError, match=r"alpha must be at most 1e\+300 / n_classes"):
        rd.dirichlet_annealed_cace(1e300, 3, 2)
    with pytest.raises(ValueError, match="n_classes must be a whole number"):
        rd.dirichlet_annealed_cace(1.0, 2.5, 3)
    with pytest.raises(ValueError, match="shapes do not broadcast"):
        rd.BetaReliability([1.0, 2.0], [0.1, 0.2, 0.3])
