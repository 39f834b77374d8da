"""Classical bounds on the linear example: figures, exact numbers, and refusals."""

from math import comb, log, sqrt

import numpy as np
import pytest

import refgen.uniform_convergence as uc
from refgen.uniform_convergence import LinearExample

PUBLISHED = LinearExample.published(100, 10_000)


def test_the_norm_bound_is_vacuous_where_noise_exceeds_the_signal():
    many = LinearExample.published(10**9, 10**12)
    assert float(uc.norm_ball_margin_bound(many).round(3)) == 1.886
    assert float(uc.gaussian_margin_bound(many).round(2)) == 7.19
    assert uc.norm_ball_margin_bound(LinearExample(50, 500, 4.0, 4.0)) > sqrt(2)


def test_outputs_fit_random_signs_as_well_as_anything_can():
    assert float(uc.output_rademacher(PUBLISHED)) == pytest.approx(0.5, abs=1e-9)


@pytest.mark.parametrize(("n", "d"), [(5, 2), (60, 31), (900, 450), (4000, 1700)])
def test_labelings_are_counted_exactly(n, d):
    share = sum(comb(n - 1, k) for k in range(d)) / 2 ** (n - 1)
    assert float(uc.realized_labelings(n, d)) == pytest.approx(share, rel=1e-10)


@pytest.mark.parametrize(("m", "d"), [(700, 2), (1200, 350), (1500, 1200)])
def test_so_are_those_whose_share_is_too_small_for_a_float(m, d):
    # Python's integers have no limit.
    labelings = 2 * sum(comb(2 * m - 1, k) for k in range(d))
    bound = sqrt(8 / m * (log(labelings) + log(4 / 0.05)))
    assert float(uc.vc_bound(m, d, 0.05)) == pytest.approx(bound, rel=1e-11)


def test_all_labelings_are_realized_up_to_the_dimension_and_half_of_them_at_twice_it():
    d = np.array([1.0, 7.0, 500.0, 5e5])
    assert uc.realized_labelings(d, d).tolist() == [1.0] * 4
    assert uc.realized_labelings(2 * d, d) == pytest.approx(0.5, rel=1e-11)
    assert (uc.vc_bound(d[:3], 2 * d[:3], 0.05) > sqrt(16 * log(2))).all()


def test_thresholds_of_priors():
    ratios = [0.5, 0.7, 1.0, 2.0, 5.0]
    least = uc.least_pac_bayes_certificate(ratios)
    assert least.round(4).tolist() == [0.5, 0.4965, 0.4819, 0.4275, 0.3171]
    oracle = uc.least_pac_bayes_certificate(
        [0.125, 0.3, *ratios[:2], 0.9, 1, 2], "oracle"
    )
    assert oracle.round(5).tolist() == [
        *(0.5, 0.49687, 0.46799, 0.43314, 0.39872, 0.38230, 0.25554)
    ]
    # By golden sections with 40 digits.
    assert float(oracle[-2]) == pytest.approx(0.38230421607531, rel=1e-13)
    floors = uc.data_free_floor([0.05, 0.125, 0.25, 0.5, 0.9, 1.0, 1.01])
    assert floors.round(4).tolist() == [
        0.4896,
        0.4741,
        0.4486,
        0.3993,
        0.3258,
        0.3085,
        0,
    ]


def test_the_least_certificate_is_that_of_a_dense_grid():
    widths = np.exp(np.linspace(-2.5, 4, 4001))
    for prior in ("origin", "oracle"):
        grid = uc.pac_bayes_certificate(1.5, widths, prior).min()
        assert 0 <= grid - uc.least_pac_bayes_certificate(1.5, prior) < 1e-6


def test_the_floor_by_information_by_hand():
    example = LinearExample(2, 8, 1.0, 4.0)  # mv = 1
    found = uc.information_floor(example, 1.0, 0.25)
    assert float(found) == pytest.approx(4 * log(2) - 2 - log(4), rel=1e-12)


def test_left_out_points_and_the_surrogate_know_the_test_error():
    assert float(uc.left_out_error(LinearExample(6, 20, 4.0, 16.0)).round(4)) == 0.3329
    near = uc.surrogate_error(LinearExample.published(25, 2500), sqrt(32))
    assert float(near.round(4)) == 0.1056
    # Of 25 points the mean is off by .0018 in 8 of 10 million samples.
    spread = float(uc.surrogate_spread(LinearExample.published(25, 2500)))
    assert 0.0018 / spread == pytest.approx(2.8, abs=0.1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: uc.realized_labelings(10**7, 3), r"n_points must be at most 1e\+06"),
        (lambda: uc.vc_bound(600_000, 3, 0.05), "n_samples must be at most 500000"),
        (lambda: uc.vc_bound(10, 0, 0.05), "dimension must be at least 1"),
        (lambda: uc.vc_bound(10, 3, 1.0), "delta must be strictly between 0 and 1"),
        (lambda: uc.pac_bayes_certificate(0.5, 0.0), "width must be positive"),
        (lambda: uc.pac_bayes_certificate(-1, 1.0), "signal_ratio must be positive"),
        (lambda: uc.pac_bayes_threshold("best"), "prior must be one of 'origin', 'ora"),
        (lambda: uc.surrogate_error(PUBLISHED, 0.0), "noise_lengths must be positive"),
        (
            lambda: uc.surrogate_spread(LinearExample(10, 10**11, 1.0, 1.0)),
            r"dimension must be at most 1e\+10, got 1\d+\.0; with more it is x φ\(x\)",
        ),
        (lambda: uc.ray_descent(PUBLISHED, 0.1, 0), "n_steps must be at least 1"),
        (
            lambda: uc.ray_descent(LinearExample(3, 2, 1.0, 1.0), 0.1, 1),
            "n_samples must be at most dimension, .* got 3",
        ),
        (
            lambda: uc.ray_descent(PUBLISHED, 0.1, 3, "hinge"),
            "loss must be one of 'log",
        ),
        (lambda: uc.information_floor(PUBLISHED, -1.0, 0.1), "scale must be positive"),
        (lambda: uc.norm_ball_complexity([[1.0]], 0.0), "radius must be positive"),
        (lambda: uc.left_out_margins([1.0], -2.0), "lengths must be positive"),
    ],
)
def test_bad_numbers_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_other_objects_are_refused():
    for bound in (uc.norm_ball_margin_bound, uc.left_out_error, uc.output_rademacher):
        with pytest.raises(TypeError, match="example must be a LinearExample"):
            bound(0.5)
