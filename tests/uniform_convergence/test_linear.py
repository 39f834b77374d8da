"""Samples of the linear example, their margins, and expected errors."""

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from refgen.kernels import threads
from refgen.random import Stream
from refgen.uniform_convergence import (
    LinearExample,
    LinearSample,
    draw_margin_summaries,
    draw_margins,
    expected_errors,
    expected_loss,
    log_expected_errors,
    ramp_loss,
)
from refgen.uniform_convergence._chi_square import (
    chi_square_quantile,
    log_chi_square_mean,
)

few = settings(max_examples=20)
DIMENSIONS = np.array([2.0, 3.0, 7.0, 40.0, 1e3, 1e6])


# Means over χ² variables


@pytest.mark.parametrize("power", [0.5, 3.0])
def test_means_of_powers(power):
    found = log_chi_square_mean(lambda x: power * np.log(x), DIMENSIONS)
    with mpmath.workdps(30):
        for D, mean in zip(DIMENSIONS, found, strict=True):
            k = mpmath.mpf(D) / 2
            right = mpmath.loggamma(k + power) - mpmath.loggamma(k)
            assert abs(mean - (right - power * mpmath.log(k))) < 5e-14


@pytest.mark.parametrize("rate", [1e-9, 1.0, 1e6, 1e12])
def test_means_of_exponentials_however_small(rate):
    """E e^(−cQ/D) = (1 + 2c/D)^(−D/2), as small as e^(−10⁷)."""
    found = log_chi_square_mean(lambda x, c: -c * x, DIMENSIONS, np.array(rate))
    right = -DIMENSIONS / 2 * np.log1p(2 * rate / DIMENSIONS)
    np.testing.assert_allclose(found, right, rtol=2e-14, atol=2e-14)


def test_peaks_anywhere_in_the_first_range_and_beside_it():
    D = 1000.0
    rate = D * np.linspace(-0.4, 0.4, 41)  # peaks move by log(1 + 2c/D)
    found = log_chi_square_mean(lambda x, c: -c * x, np.full(41, D), rate)
    right = -D / 2 * np.log1p(2 * rate / D)
    np.testing.assert_allclose(found, right, rtol=1e-12, atol=2e-14)


def test_a_mean_of_nothing_is_zero():
    nothing = log_chi_square_mean(lambda x: np.full_like(x, -np.inf), DIMENSIONS[:2])
    assert (nothing == -np.inf).all()


def test_blocks_of_instances_do_not_matter():
    D = np.linspace(2, 100, 1100).reshape(2, 550)
    found = log_chi_square_mean(lambda x, c: -c * x, D, D / 7)
    np.testing.assert_allclose(found, -D / 2 * np.log1p(2 / 7), rtol=1e-13)


@pytest.mark.parametrize("p", [1e-12, 0.3, 0.999])
def test_quantiles_of_few_and_many_degrees(p):
    D = np.array([2.0, 50.0, 9.9e5])
    np.testing.assert_allclose(chi_square_quantile(p, D), stats.chi2.ppf(p, D))
    ends = chi_square_quantile(np.array(p), 1e6 * np.array([1 - 1e-9, 1 + 1e-9]))
    assert abs(ends[1] / ends[0] - 1) < 3e-9  # the series begins at 10⁶


# Expected errors


def by_quadrature(m, D, a, V, self_terms):
    """log EΦ(∓(a ± vQ)/(v√((m − 1)Q))) by mpmath."""
    v, k = mpmath.mpf(V) / D, mpmath.mpf(D) / 2

    def integrand(q):
        deviation = v * mpmath.sqrt((m - abs(self_terms)) * q)
        share = mpmath.ncdf(-(a + self_terms * v * q) / deviation)
        return share * mpmath.exp((k - 1) * mpmath.log(q / 2) - q / 2) / 2

    cuts = [0, *(D * s for s in (0.05, 0.2, 0.5, 1, 1.5, 2, 4, 10, 40))]
    return mpmath.log(mpmath.quad(integrand, cuts) / mpmath.gamma(k))


@pytest.mark.parametrize("numbers", [(2, 3, 1.0, 4.0), (20, 8, 4.0, 32.0)])
def test_errors_by_quadrature(numbers):
    found = log_expected_errors(LinearExample(*numbers))
    with mpmath.workdps(20):
        for mine, own in zip(found[:3], (0, 1, -1), strict=True):
            assert abs(mine - by_quadrature(*numbers, own)) < 1e-13


def test_logarithms_of_errors_and_errors_agree():
    example = LinearExample(np.array([2, 50, 100]), 1000, 0.5, np.array([8.0, 1, 0.1]))
    errors, logs = expected_errors(example), log_expected_errors(example)
    for error, log in zip(errors, logs[:3], strict=True):
        np.testing.assert_allclose(error, np.exp(log), rtol=1e-12)
    np.testing.assert_allclose(
        errors.transformed + np.exp(logs.not_transformed), 1, rtol=1e-13
    )


def test_errors_that_leave_float64_have_logarithms():
    """At D = 2 the test error is ½e^(−2α/√m)."""
    example = LinearExample(4, 2, 5000.0, 1.0)
    assert expected_errors(example).test == 0.0
    right = -5000.0 - np.log(2)
    np.testing.assert_allclose(log_expected_errors(example).test, right, rtol=1e-14)
    with pytest.raises(ValueError, match="leaves the range of float64"):
        log_expected_errors(LinearExample(2, 1e80, 1.0, 1.0))


# Losses


def test_a_margin_of_zero_is_wrong():
    assert ramp_loss([-1e-9, 0.0, 1e-9]).tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize("size", ["n_samples", "dimension"])
def test_an_example_of_one(size):
    sizes = {"n_samples": 2, "dimension": 2, size: 1}
    with pytest.raises(ValueError, match=f"{size} must be at least 2, got 1"):
        LinearExample(**sizes, signal=1.0, noise=1.0)


@pytest.mark.parametrize("gamma", [1e-80, 1e-9, 0.3, 0.999, 1.001, 5.0, 28.5, 1e9])
@pytest.mark.parametrize("signal", [0.01, 1.0, 30.0])
def test_losses_for_any_margin_have_all_digits(gamma, signal):
    """At R = 1, m = 4 and v = ½ the deviation of a margin is 1."""
    found = expected_loss(LinearExample(4, 2, signal, 1.0), 1.0, gamma)

    def integral(z):
        return z * mpmath.ncdf(z) + mpmath.npdf(z)

    with mpmath.workdps(400):
        low, width = -mpmath.mpf(signal), mpmath.mpf(gamma)
        right = float((integral(low + width) - integral(low)) / width)
    np.testing.assert_allclose(found, right, rtol=1e-12)


def test_a_margin_of_0_beside_others():
    example = LinearExample(4, 2, [30.0, 1.0], 1.0)
    found = expected_loss(example, 1.0, [0.0, 3.0])
    alone = [expected_loss(example, 1.0, gamma) for gamma in (0.0, 3.0)]
    np.testing.assert_allclose(found, [alone[0][0], alone[1][1]], rtol=1e-13)


# Samples


@few
@given(st.integers(0, 2**32), st.integers(2, 5), st.integers(2, 5))
def test_weights_and_margins_by_loops(seed, m, D):
    example = LinearExample(m, D, 3.0, 8.0)
    sample = LinearSample.draw(example, 2, Stream(seed, "samples"))
    for labels, noise, weights, margins in zip(
        sample.labels, sample.noise, sample.weights, sample.margins(), strict=True
    ):
        step = np.sqrt(3.0 / m)  # 2‖u‖
        points = [np.array([y * step, *x]) for y, x in zip(labels, noise, strict=True)]
        right = sum(y * x for y, x in zip(labels, points, strict=True))
        np.testing.assert_allclose(weights, right, atol=1e-12)
        own = [y * (x @ right) for y, x in zip(labels, points, strict=True)]
        np.testing.assert_allclose(margins, own, atol=1e-11)
    other = sample.transformed().margins(sample.weights)
    np.testing.assert_allclose(sample.margins() + other, 6.0, atol=1e-10)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 0.5], np.ones((2, 2)), 1.0), "labels must be -1 or 1, got 0.5"),
        (([1.0, -1.0], np.ones((3, 2)), 1.0), "one vector for every label"),
        (([1.0], np.ones((1, 2)), 1.0), "at least two points"),
        (([1.0, -1.0], np.ones((2, 1)), 1.0), "at least two coordinates"),
        (([1.0, -1.0], np.ones((2, 2)), 0.0), "signal must be positive"),
        (([1.0, -1.0], np.ones((2, 2)), [1.0, 2.0]), "signal has shape"),
        (([1.0, -1.0], np.full((2, 2), 1e200), 1.0), "noise has the scale 1e"),
    ],
)
def test_what_is_no_sample(arguments, message):
    with pytest.raises(ValueError, match=message):
        LinearSample(*arguments)


def test_weights_of_another_length_are_refused():
    sample = LinearSample.draw(LinearExample(2, 3, 1.0, 1.0), 1, Stream(0, "x"))
    with pytest.raises(ValueError, match=r"weights has shape \(3,\) where points"):
        sample.margins(np.ones(3))


# Margins by their joint law


@pytest.mark.parametrize("D", [2, 3, 100, 10**4, 10**7, 10**13])
def test_radii_follow_their_law(D):
    drawn = draw_margin_summaries(LinearExample(2, D, 1.0, 1.0), 4000, Stream(1, "r"))
    z = (drawn.noise_radius**2 - D) / np.sqrt(2 * D)
    law = (
        stats.norm if D > 10**8 else stats.chi2(D, -D / np.sqrt(2 * D), (2 * D) ** -0.5)
    )
    assert stats.kstest(z, law.cdf).pvalue > 1e-3


@few
@given(st.integers(0, 2**32), st.integers(2, 140))
def test_summaries_are_those_of_the_margins(seed, m):
    example = LinearExample(m, [5.0, 30.0], 1.0, [2.0, 9.0])
    margins = draw_margins(example, 3, Stream(seed, "m"))
    found = draw_margin_summaries(example, 3, Stream(seed, "m"))
    scale = abs(margins.train).max()
    smallest = margins.train.min(axis=-1)
    np.testing.assert_allclose(found.smallest_margin, smallest, atol=1e-13 * scale)
    for share, all_margins in (
        (found.train_error, margins.train),
        (found.transformed_error, margins.transformed),
    ):
        np.testing.assert_array_equal(share, (all_margins <= 0).mean(axis=-1))
    np.testing.assert_array_equal(found.noise_radius, margins.noise_radius)
    np.testing.assert_array_equal(found.test_error, margins.test_error)


def test_threads_change_nothing(monkeypatch):
    example = LinearExample([3, 50], 20.0, 1.0, 8.0)
    alone = draw_margin_summaries(example, 50, Stream(0, "t"))
    monkeypatch.setattr(threads, "MIN_PER_THREAD", 1)
    monkeypatch.setattr("numba.config.NUMBA_NUM_THREADS", 3)
    for mine, right in zip(
        draw_margin_summaries(example, 50, Stream(0, "t")), alone, strict=True
    ):
        np.testing.assert_array_equal(mine, right)


def test_examples_of_several_sizes():
    example = LinearExample([3, 50], 20.0, 1.0, 8.0)
    for draw in (draw_margins, LinearSample.draw):
        with pytest.raises(ValueError, match="n_samples must be the same for all"):
            draw(example, 2, Stream(0, "t"))
    with pytest.raises(ValueError, match="n_draws must be so small"):
        draw_margin_summaries(LinearExample(1e13, 5, 1.0, 1.0), 1, Stream(0, "t"))
