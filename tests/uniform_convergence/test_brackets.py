"""Quantiles of errors, the gap, and brackets of the best uniform bound."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy.stats import chi2, norm

from refgen.uniform_convergence import (
    LinearExample,
    coupled_noise,
    coupling_level,
    dimension_for_gap,
    expected_transfer_bound,
    generalization_gap,
    isoperimetric_level,
    probability_all_wrong,
    smallest_uniform_gap,
    sufficient_dimension,
    test_error_quantile,
    transfer_bound,
    uniform_convergence_bracket,
)


def published(m, D, ratio):
    return LinearExample(m, D, 32 * ratio, 32.0)


def printed(bound, digits):
    """Digits that are certain: a lower bound is not rounded up."""
    return np.floor(float(bound) * 10**digits) / 10**digits


@pytest.mark.parametrize(
    ("case", "delta", "method", "low", "digits"),
    [
        ((2000, 1e4, 0.125), 0.05, "coupling", 0.61131, 5),
        ((2000, 1e4, 0.125), 0.9, "coupling", 0.6061, 4),
        ((1000, 2000, 0.3), 0.05, "coupling", 0.66786, 5),
        ((100, 1e4, 0.125), 0.1, "coupling", 0.89642768, 8),
        ((25, 2e4, 0.125), 0.9, "coupling", 0.9997785093, 10),
        ((100, 1e4, 0.125), 0.1, "negation", 0.89571, 5),
        ((100, 1e4, 0.125), 0.1, "isoperimetric", 0.89632, 5),
        ((25, 2e4, 0.125), 0.9, "isoperimetric", 0.9997785093, 10),
    ],
)
def test_published_lower_bounds(case, delta, method, low, digits):
    found = uniform_convergence_bracket(published(*case), delta, method)
    assert printed(found.low, digits) == low
    assert bool(found.certified)


def test_published_upper_bounds_and_where_there_is_no_certificate():
    example = published([2000, 2000, 1000, 100], [1e4, 1e4, 2000, 1e4], 0.125)
    example = LinearExample(
        example.n_samples, example.dimension, 32 * np.array([1, 1, 2.4, 1]) / 8, 32.0
    )
    delta = np.array([0.05, 0.9, 0.05, 0.1])
    for method in ("negation", "isoperimetric"):
        found = uniform_convergence_bracket(example, delta, method)
        assert_allclose(found.high, [0.61134, 0.6091, 0.66844, 0.89642768], atol=5e-5)
        assert found.certified.tolist() == [False, False, False, True]
        assert found.low[:3].tolist() == [0.0] * 3


def test_negation_proves_nothing_from_half_on_however_rarely_a_point_is_right():
    found = uniform_convergence_bracket(published(100, 1e6, 0.125), 0.5, "negation")
    assert (float(found.low), bool(found.certified)) == (0.0, False)


def test_more_points_than_dimensions_have_no_coupling():
    found = uniform_convergence_bracket(published(20, 10, 0.1), 0.1)
    assert (float(found.low), bool(found.certified)) == (0.0, False)


def test_a_level_of_the_coupling_by_hand():
    m, D, ratio, delta, s, t, k = 200, 1000, 0.125, 0.5, 0.8, 4.0, 9
    square = np.linspace(1, 2000, 20001)
    below = chi2.cdf((s * D) ** 2 / square, D - m + 1)
    q = np.trapezoid(chi2.pdf(square, D) * below, square) + np.exp(-t * t / 2)
    apart = np.sqrt((k + 1) / m) * (s - ratio) * D / (np.sqrt(D) + np.sqrt(m) + t)
    want = delta + norm.cdf(norm.ppf(delta + q) - apart)
    found = coupling_level(published(m, D, ratio), delta, s, t, k)
    assert float(found) == pytest.approx(want, rel=1e-9)


def test_levels_that_prove_nothing_are_1():
    example = published(20, 100, 0.125)
    for given in (
        (0.1, 0.5, 0.1),
        (0.9, 1.2, 5.0),
        (0.1, 0.1, 5.0),
        (0.1, 0.5, 5.0, 20),
    ):
        assert float(coupling_level(example, *given)) == 1.0
    assert float(isoperimetric_level(example, 0.9, 0.1)) >= 1.0


def test_quantiles_of_the_error_by_scipy():
    example, p = published(7, 30, 0.3), np.array([0.01, 0.5, 0.99])
    want = norm.cdf(-0.3 * 30 / np.sqrt(7 * chi2.ppf(p, 30)))
    assert_allclose(test_error_quantile(example, p), want, rtol=1e-12)
    assert test_error_quantile(example, [0.0, 1.0]).tolist() == [0.0, 0.5]


def test_least_dimensions_of_the_paper():
    found = dimension_for_gap(100, [0.05, 0.01], [0.01, 0.001])
    assert found.tolist() == [35068.0, 61928.0]
    assert float(dimension_for_gap(2, 0.5, 0.4, 1.0)) == 2.0


def test_a_dimension_in_which_errors_are_too_large_though_in_fewer_they_are_not():
    """At δ = 0.95 the quantile over D² is largest at D = 5."""
    ratio = -norm.ppf(0.3) * np.sqrt(2 * chi2.ppf(0.05, 5) / 1.003) / 5
    errors = test_error_quantile(LinearExample(2, np.arange(2, 9), ratio, 1.0), 0.05)
    assert (errors > 0.3).tolist() == [False] * 3 + [True] + [False] * 3
    found = dimension_for_gap(2, [0.95, 0.05], 0.3, ratio)
    assert found.tolist() == [6.0, float(dimension_for_gap(2, 0.05, 0.3, ratio))]


def test_the_gap_of_a_failure_below_rounding_of_1():
    low, high = generalization_gap(LinearExample.published(100, 35068), 1e-30)
    want = norm.cdf(-35068 / 8 / np.sqrt(100 * chi2.isf(1e-30, 35068)))
    assert_allclose([float(low), float(high)], want, rtol=1e-10)


def test_training_errors_lower_the_level_of_the_gap():
    example = published(20, 60, 0.05)
    spoilt = 1 - probability_all_wrong(example, 0.0)
    low = generalization_gap(example, 0.1).low
    want = test_error_quantile(example, 0.9 - spoilt)
    assert 0 < float(low) == pytest.approx(float(want), rel=1e-9)


def test_a_gap_below_0_is_not_ruled_out_where_training_errors_are_likely():
    low, high = generalization_gap(published(4, 2, 0.05), 0.9)
    assert (float(low), 0 < float(high) < 0.5) == (-1.0, True)


def test_explicit_dimensions():
    enough = sufficient_dimension(1000, 0.05, 0.01)
    assert float(enough) == pytest.approx(256e3 * np.log(50))
    ramp = sufficient_dimension(1000, 0.05, 0.01, margin_share=0.25)
    assert float(ramp) == pytest.approx(4096 / 9 * 1000 * np.log(50))
    rare = sufficient_dimension(2, 1e-300, 0.25)
    assert float(rare) == pytest.approx(2100 * np.log(10))
    many = 1e30
    by_negation = sufficient_dimension(many, 0.05, 0.25, method="negation")
    assert float(by_negation) == pytest.approx(8 * many * np.log(many / 0.05))


def test_the_transfer_needs_more_than_half():
    low, certified = transfer_bound(0.1, 0.75, [0.25, 0.25], [0.5, 0.25])
    assert low.tolist() == [0.0, 0.65]
    assert certified.tolist() == [False, True]
    # A transformed sample with fewer errors than new points says nothing.
    assert transfer_bound(0.6, 0.1, 0.05) == (0.0, False)
    pairs = np.roll(np.eye(16), 1, axis=-1)
    assert smallest_uniform_gap(pairs, [0.5, 0.49]).tolist() == [0.0, 1.0]


def test_a_set_has_enough_samples_whatever_rounding_says():
    assert 10 * (1 - 0.7) > 3
    gaps = np.ones((10, 10))
    gaps[:3, :3] = 0
    assert float(smallest_uniform_gap(gaps, 0.7)) == 0.0


def test_expected_errors_certify_what_is_positive():
    given = (np.array([0.6, 0.0]), np.array([0.9, 1.0]), [0.1, 0.25], [0.0, 0.5])
    low, certified = expected_transfer_bound(*given)
    assert_allclose(low, [0.125, 0.0], rtol=1e-14)
    assert certified.tolist() == [True, False]
    assert not expected_transfer_bound(0.6, 0.8, 0.2).certified


def test_coupled_samples_have_equal_margins():
    rng = np.random.default_rng(0)
    other, fresh = rng.normal(size=(2, 3, 5, 8))
    noise = coupled_noise(other, [1.0, 2.0, 3.0], fresh)
    weights = noise.sum(axis=1)
    margins = np.einsum("bjk,bk->bj", other, weights)
    ones = np.linalg.solve(other @ other.swapaxes(1, 2), np.ones((3, 5, 1)))
    kappa = 1 / np.sqrt(ones.sum(axis=(1, 2)))
    want = -np.array([1.0, 2.0, 3.0]) * kappa
    assert_allclose(margins, np.repeat(want[:, None], 5, axis=1), rtol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: uniform_convergence_bracket(e, 1.0), "delta must be strictly"),
        (lambda e: uniform_convergence_bracket(e, 0.1, "luck"), "method must be"),
        (lambda e: test_error_quantile(e, 1.5), r"p must lie in \[0, 1\]"),
        (lambda e: generalization_gap(3, 0.1), "example must be a LinearExample"),
        (lambda e: dimension_for_gap(1, 0.1, 0.1), "n_samples must be at least 2"),
        (lambda e: dimension_for_gap(9, 1.0, 0.1), "delta must be strictly"),
        (lambda e: dimension_for_gap(9, 0.1, 0.5), "epsilon must be below ½"),
        (lambda e: dimension_for_gap(9, 0.1, 0.1, 1e-9), "epsilon must need at most"),
        (lambda e: sufficient_dimension(9, 0.3, 0.1), "delta must be at most ¼"),
        (lambda e: sufficient_dimension(9, 0.1, 0.1, 0.5), "ratio must be at most 0.4"),
        (
            lambda e: sufficient_dimension(9, 0.1, 0.1, 0.1, 1.0),
            "share must lie in",
        ),
        (
            lambda e: sufficient_dimension(9, 0.1, 0.1, 0.13, method="negation"),
            "signal_ratio must be at most 0.125",
        ),
        (lambda e: transfer_bound(0.1, 1.2, 0.1), "transformed_error must lie"),
        (lambda e: transfer_bound(-0.1, 1.0, 0.1), "test_error must lie"),
        (lambda e: transfer_bound(0.1, 1.0, 0.1, -0.1), "missed must lie"),
        (lambda e: expected_transfer_bound(0, 1, 0.1, -0.1), "missed must lie"),
        (lambda e: smallest_uniform_gap([[-0.1]], 0.1), "gaps must"),
        (lambda e: smallest_uniform_gap(np.ones((17, 17)), 0.1), "at most 16"),
        (lambda e: coupled_noise(np.ones((3, 2)), 1.0, np.ones((3, 2))), "3 points in"),
        (lambda e: coupled_noise(np.eye(2), 1.0, np.eye(3)), "fresh_noise has shape"),
        (lambda e: coupled_noise(np.ones((2, 3)), 1.0, np.eye(2, 3)), "dependent"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call(published(20, 100, 0.125))
