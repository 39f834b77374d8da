"""Special functions against mpmath, SciPy's laws and quadrature; then on a device."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import integrate, stats
from scipy.stats import norm
from support.parity import (
    ROUNDINGS_OF_LGAMMA,
    assert_on_device,
    assert_within,
    model,
    on_device,
    seeds,
    stream,
)

import refgen_gpu.special as on_gpu
from refgen import special
from refgen._urns import stirling_rest
from refgen_gpu.arrays import to_device

# Ratios of Γ.


@pytest.mark.parametrize("x", [1, 2, 8, 15, 16, 17, 100, 10**6, 10**14])
@pytest.mark.parametrize("shift", [0.0, 0.08, 0.4, 1.0, 2.0, 3.5])
def test_gamma_ratio_keeps_its_digits_at_any_size(x, shift):
    with mpmath.workdps(60):
        exact = float(mpmath.gammaprod([x], [x + mpmath.mpf(shift)]))
    # exp amplifies the error of a log x + O(1), which has up to a dozen roundings.
    allowed = 12 * (40 + shift * math.log(x)) * 2**-53
    got = float(special.gamma_ratio(float(x), shift))
    assert got == pytest.approx(exact, rel=allowed, abs=0)


@pytest.mark.parametrize("x", [16, 20, 50, 10**4])
def test_the_rest_of_stirlings_formula_is_exact_to_rounding(x):
    with mpmath.workdps(60):
        log, half = mpmath.log(x), mpmath.mpf(1) / 2
        main = (x - half) * log - x + mpmath.log(2 * mpmath.pi) / 2
        exact = float(mpmath.loggamma(x) - main)
    # The next term is 691/360360 x⁻¹¹; the series has a few roundings of 1/(12 x).
    allowed = 691 / 360360 * x**-11.0 + 4 * 2**-53 * exact
    assert abs(stirling_rest(float(x)) - exact) <= allowed


@pytest.mark.parametrize("x", [1e-12, 0.3, 5.0, 15.999, 16.0, 1e5, 1e14])
@pytest.mark.parametrize("n", [0, 1, 2, 7, 300])
def test_rising_factorials_are_products(x, n):
    factors = [math.log(x + i) for i in range(n)]
    got = float(special.log_rising_factorial(x, n))
    # Terms of log Γ and of Stirling's series are as large as (x + n) log(x + n).
    size = sum(map(abs, factors)) + (min(x, 16) + n + 1) * math.log(16 + x + n)
    assert got == pytest.approx(sum(factors), abs=12 * size * 2**-53)


@pytest.mark.parametrize(
    ("name", "arguments", "right"),
    [
        ("log_rising_factorial", (1e-320, 2), math.log(1e-320)),
        ("log_rising_factorial", (1e200, 2), 2 * math.log(1e200)),
        ("gamma_ratio", (1e100, 2.0), 1e-200),
        ("gamma_ratio", (1e308, 2.0), 0.0),
        ("folded_normal_mean", (0.0, 1e308), math.sqrt(2 / math.pi) * 1e308),
        ("folded_normal_mean", (1e308, 1e-308), 1e308),
        # As for a fair coin: the law of the probability is narrow.
        ("beta_binomial_pmf", ([0, 1, 2], 2, 1e15, 1e15), [0.25, 0.5, 0.25]),
    ],
)
def test_arguments_may_be_as_large_or_small_as_float64_is(name, arguments, right):
    assert_allclose(getattr(special, name)(*arguments), right, rtol=1e-12)


def test_a_distant_end_is_as_good_as_none():
    moments = (special.clipped_normal_moments(0, 1, low, 1) for low in (-1e308, -99))
    assert_allclose(*moments, rtol=1e-12)


@pytest.mark.parametrize("function", ["log_rising_factorial", "folded_normal_mean"])
def test_results_that_overflow_are_refused(function):
    with pytest.raises(ValueError, match=rf"{function} leaves the range of float64"):
        getattr(special, function)(1.7e308, 1.7e308)


# Laws of counts.


@pytest.mark.parametrize("n", [0, 1, 2, 30, 1000])
def test_binomial_probabilities(n):
    j, p = np.arange(n + 1), np.array([0.0, 1e-9, 0.25, 0.5, 0.999, 1.0])[:, None]
    got = special.binomial_pmf(j, n, p)
    # Three values of at most log Γ(n + 1), and logarithms of p and 1 − p.
    rounding = 8 * (n * math.log(n + 2) + n * math.log(1e9) + 4) * 2**-53
    assert_allclose(got, stats.binom.pmf(j, n, p), rtol=rounding, atol=1e-300)
    assert_allclose(got.sum(axis=-1), 1, rtol=0, atol=rounding)
    assert got[0, 0] == got[-1, -1] == 1


def test_probabilities_may_leave_the_unit_interval_by_a_rounding():
    for p, right in ((1 + 2**-52, [0, 0, 1]), (-(2.0**-60), [1, 0, 0])):
        assert special.binomial_pmf([0, 1, 2], 2, p).tolist() == right


@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.02, 5.0), (3.5, 0.7), (40, 90)])
def test_beta_binomial_probabilities(a, b):
    j = np.arange(21)
    got = special.beta_binomial_pmf(j, 20, a, b)
    assert_allclose(got, stats.betabinom.pmf(j, 20, a, b), rtol=1e-11, atol=1e-15)


@pytest.mark.parametrize("n", [1, 5, 10**6, 10**14])
@pytest.mark.parametrize(
    ("a", "b"),
    [(0.5, 0.5), (1e-200, 1.0), (1e3, 5e3), (1e13, 2e13), (1e200, 3e200)],
)
def test_beta_binomial_probabilities_keep_their_digits_at_any_size(n, a, b):
    j = np.unique([0, 1, int(n * (a / (a + b))), n // 2, n])
    got = special.beta_binomial_pmf(j, n, a, b)
    assert_allclose(got, [_beta_binomial(i, n, a, b) for i in j.tolist()], rtol=2e-13)


def _beta_binomial(j, n, a, b):
    with mpmath.workdps(300):
        a, b = mpmath.mpf(a), mpmath.mpf(b)
        logs = [mpmath.loggamma(n + 1), mpmath.loggamma(a + b)]
        logs += [mpmath.loggamma(j + a), mpmath.loggamma(n - j + b)]
        below = [j + 1, n - j + 1, a, b, n + a + b]
        return float(mpmath.exp(mpmath.fsum(logs) - sum(map(mpmath.loggamma, below))))


# Normal laws.


@given(st.floats(-1e3, 1e3), st.just(0.0) | st.floats(1e-3, 1e3))
def test_folded_means(mean, deviation):
    got = float(special.folded_normal_mean(mean, deviation))
    if deviation == 0:
        assert got == abs(mean)
        return
    law = stats.foldnorm(abs(mean) / deviation, scale=deviation)
    assert got == pytest.approx(law.mean(), rel=1e-9, abs=1e-12)
    # |E Z| ≤ E|Z| ≤ √(E Z²)
    assert abs(mean) * (1 - 1e-12) <= got
    assert got <= math.hypot(mean, deviation) * (1 + 1e-12)


@pytest.mark.parametrize("ratio", [0.1, 1.0, 4.0, 5.0, 6.0, 8.0])
def test_folded_means_near_those_without_folding(ratio):
    m = mpmath.mpf(ratio)
    with mpmath.workdps(40):
        folded = m * mpmath.erf(m / mpmath.sqrt(2)) + 2 * mpmath.npdf(m)
    got = float(special.folded_normal_mean(ratio, 1.0))
    assert got == pytest.approx(float(folded), rel=16 * 2**-53, abs=0)


def test_densities():
    assert special.normal_density([41.0, -1e200]).tolist() == [0, 0]
    z = np.array([0.0, -1.0, 3.0, 38.0])
    assert_allclose(special.normal_density(z), norm.pdf(z), rtol=1e-13, atol=1e-300)
    assert special.normal_density(36.5) == pytest.approx(norm.pdf(36.5), 1e-12, 0)


@pytest.mark.parametrize(
    ("mean", "deviation", "low", "high"),
    [(0.0, 1.0, -1.0, 1.0), (1.0, 0.3, -0.9, 0.9), (-2.0, 0.7, 0.5, 3.0), (5, 2, 5, 5)],
)
def test_clipped_moments_against_quadrature(mean, deviation, low, high):
    law = norm(mean, deviation)

    def expect(f):
        inner, _ = integrate.quad(lambda z: f(z) * law.pdf(z), low, high, epsabs=1e-14)
        return inner + f(low) * law.cdf(low) + f(high) * law.sf(high)

    got = special.clipped_normal_moments(mean, deviation, low, high)
    want = expect(lambda z: z), expect(lambda z: z * z), law.cdf(high) - law.cdf(low)
    assert_allclose(got, want, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("deviation", [0.0, 5e-324, 1e-200, 1e-8])
@pytest.mark.parametrize("mean", [-3.0, 0.25, 0.5, 1.0])
def test_without_noise_the_mean_is_clipped(mean, deviation):
    first, second, inside = special.clipped_normal_moments(mean, deviation, -0.5, 0.5)
    clipped = min(max(mean, -0.5), 0.5)
    assert_allclose([first, second], [clipped, clipped**2], atol=1e-8, rtol=0)
    assert inside == {-3.0: 0, 0.25: 1, 0.5: 0.5, 1.0: 0}[mean]


def test_probabilities_far_out_keep_their_digits():
    _, _, inside = special.clipped_normal_moments(0.0, 1.0, 9.0, 10.0)
    assert inside == pytest.approx(norm.sf(9) - norm.sf(10), rel=1e-12, abs=0)
    _, _, mirrored = special.clipped_normal_moments(0.0, 1.0, -10.0, -9.0)
    assert mirrored == pytest.approx(float(inside), rel=1e-12, abs=0)


# Bad input.


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("gamma_ratio", (0.5, 1.0), "x must be at least 1, got 0.5"),
        ("gamma_ratio", (1.5, -1.0), "shift must not be negative, got -1.0"),
        ("log_rising_factorial", (0.0, 1.0), "x must be positive, got 0.0"),
        ("log_rising_factorial", (1.0, -1.0), "n must not be negative"),
        ("binomial_pmf", (3, 2, 0.5), "successes must be at most n_trials, got 3.0"),
        ("binomial_pmf", (-1, 2, 0.5), "successes must be at least 0, got -1.0"),
        ("binomial_pmf", (0.5, 2, 0.5), "successes must be a whole number, got 0.5"),
        ("binomial_pmf", (0, 1.5, 0.5), "n_trials must be a whole number"),
        ("binomial_pmf", (0, 1, [0.5, 1.01]), r"probability must lie in \[0, 1\]"),
        ("binomial_pmf", (0, 2e9, 0.5), r"n_trials must be at most 10\*\*9"),
        ("beta_binomial_pmf", (0, 2, 1, 2e300), r"b must be at most 1e\+300"),
        ("beta_binomial_pmf", (3, 2, 1, 1), "successes must be at most n_trials"),
        ("beta_binomial_pmf", (0, 2, 0, 1), "a must be positive"),
        ("beta_binomial_pmf", (0, 2, 1, [1, -1]), "b must be positive, got -1.0"),
        ("folded_normal_mean", (0, -1), "deviation must not be negative"),
        ("clipped_normal_moments", (0, -1, 0, 1), "deviation must not be negative"),
        ("clipped_normal_moments", (0, 1, 1, 0), "low must not be above high, got 1.0"),
        ("normal_density", (math.nan,), "z holds NaN"),
    ],
)
def test_bad_input(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(special, name)(*arguments)


# On the device.


@on_device
@given(seeds, st.integers(1, 20))
def test_functions_are_within_the_model(device, seed, n):
    draws = stream(seed)
    x = 1 + 100 * draws.uniform(n)
    shift, p = 5 * draws.child("shift").uniform(n), draws.child("p").uniform(n)
    counts = draws.integers(n + 1, n).astype(float)
    z, s = draws.normal(n), 0.1 + draws.child("s").uniform(n)
    # Three lgammas of numbers up to 121, or four of logarithms; the pmf is at most 1.
    logs = 3 * (120 * np.log(121.0) + 1)
    for name, arguments, size in (
        ("log_rising_factorial", (x, shift), logs),
        ("gamma_ratio", (x, shift), logs),
        ("binomial_pmf", (counts, n, p), logs + n * abs(np.log(p * (1 - p))).max()),
        ("beta_binomial_pmf", (counts, n, x, 1 + shift), 3 * logs),
        ("normal_density", (z,), 1 + (z**2).max()),
        ("folded_normal_mean", (z, s), 10 * (1 + (z / s) ** 2).max()),
        ("clipped_normal_moments", (z, s, -0.5, 0.5), 50 * (1 + (z / s) ** 2).max()),
    ):
        moved = [to_device(a) if np.ndim(a) else a for a in arguments]
        got = getattr(on_gpu, name)(*moved)
        assert_on_device(got, device)
        want = getattr(special, name)(*arguments)
        assert_within(got, want, model(ROUNDINGS_OF_LGAMMA + 24, size))
