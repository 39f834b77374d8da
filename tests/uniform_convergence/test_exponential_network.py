"""The network of exponential units, against loops and a network of finite width."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from refgen.random import Stream
from refgen.uniform_convergence import (
    ExponentialExample,
    draw_exponential_margins,
    expected_transfer_bound,
    exponential_cap_bounds,
    exponential_error_bracket,
    exponential_logarithmic_bounds,
    exponential_moment_bounds,
    exponential_moments,
    exponential_scores,
    log_exponential_kernel,
)

RNG = np.random.default_rng(0)


def test_scores_of_far_points_have_a_scale():
    points, labels, asked = [[30.0, 0.0], [0.0, 30.0]], [1, -1], [[40.0, 5.0]]
    scores, log_scale = exponential_scores(points, labels, asked)
    assert float(log_scale[0]) == (70**2 + 5**2) / 2
    lower = (40**2 + 35**2) / 2 - float(log_scale[0])
    assert float(scores[0]) == pytest.approx(1 - np.exp(lower), rel=1e-15)
    assert log_exponential_kernel(asked, points).shape == (1, 2)


def test_a_wide_network_comes_near_after_one_step():
    points, labels = RNG.normal(size=(3, 2)) / 3, np.array([1.0, -1.0, 1.0])
    units = RNG.normal(size=(200_000, 2))
    hidden = np.exp(points @ units.T)
    output = labels @ hidden
    scores, log_scale = exponential_scores(points, labels, points)
    got = hidden @ output / len(units)
    assert_allclose(scores * np.exp(log_scale), got, atol=0.1)


def test_moments_are_those_of_draws():
    example = ExponentialExample(5, [4, 9], 0.5, [2.0, 1.0])
    margins = draw_exponential_margins(example, 20_000, Stream(0))
    log_mean, log_variance = exponential_moments(example)
    # Draws are in units of e^r², too.
    size = np.exp(log_variance / 2 - example.noise)
    off = margins.fresh.mean(axis=-1) - np.exp(log_mean - example.noise)
    assert (abs(off) < 4 * size / 20_000**0.5).all()
    assert_allclose(margins.fresh.std(axis=-1), size, rtol=0.05)
    own = np.exp(example.signal) + np.exp(-example.signal)
    assert_allclose(
        margins.train - margins.transformed, own[:, None] + np.zeros(20_000)
    )


def test_the_printed_bounds():
    failure, test_error = exponential_cap_bounds(
        ExponentialExample(200, 7398, 1.0, 7.8), 0.5
    )
    assert (f"{failure:.4f}", f"{test_error:.1e}") == ("0.0048", "4.9e-05")
    powers = exponential_logarithmic_bounds([1e8, 1e12], 1.0)
    slopes = [np.log(part[1] / part[0]) / np.log(1e4) for part in powers]
    assert_allclose(slopes, [-0.75, -0.5])


def test_bounds_at_logarithmic_dimensions_certify_nearly_everything():
    m = 10.0 ** np.arange(6, 16, 3)
    example = ExponentialExample.logarithmic(m, 1.0)
    assert (example.dimension == np.ceil(18 * np.log(m))).all()
    failure, test_error = exponential_moment_bounds(example)
    found = expected_transfer_bound(test_error, 1.0, 0.25, failure)
    assert (np.diff(found.low) > 0).all()
    assert found.certified.all()
    assert float(found.low[-1]) > 0.9999


def test_too_little_noise_certifies_nothing():
    case = ExponentialExample(200, 10**6, 1.0, 7.7)
    assert float(exponential_cap_bounds(case, 0.5).failure) == 1.0


def test_in_many_dimensions_a_coin_decides():
    low, high = exponential_error_bracket(ExponentialExample(3, 1e9, 0.2, 1.0), 0.01)
    assert float(low) == pytest.approx(0.5) == float(high)  # two of three labels


def test_no_certificate_where_no_sample_need_be_left():
    found = expected_transfer_bound(0.0, 1.0, [0.2, 0.45, 0.5, 0.9], 0.1)
    assert found.low.tolist() == [1.0, 0.0, 0.0, 0.0]
    assert found.certified.tolist() == [True, False, False, False]


EXAMPLE = ExponentialExample(5, 4, 0.5, 2.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ExponentialExample(1, 4, 0.5, 2.0), "n_samples must be at least 2"),
        (lambda: ExponentialExample(5, 1, 0.5, 2.0), "dimension must be at least 2"),
        (lambda: ExponentialExample(5, 4, 0.0, 2.0), "signal must be positive"),
        (lambda: ExponentialExample(5, 4, 0.5, -2.0), "noise must be positive"),
        (lambda: ExponentialExample(5, 4, 0.5, 1e7), "noise must be at most 1e"),
        (
            lambda: exponential_cap_bounds(EXAMPLE, 0.5),
            "slack must be below the signal",
        ),
        (
            lambda: exponential_error_bracket(
                ExponentialExample(1e13, 4, 0.5, 2.0), 0.1
            ),
            r"n_samples must be at most 1e\+12",
        ),
        (lambda: exponential_moments(EXAMPLE.noise), "must be an ExponentialExample"),
        (
            lambda: draw_exponential_margins(
                ExponentialExample([5, 6], 4, 0.5, 2.0), 3, Stream(0)
            ),
            "n_samples must be the same for all examples, got 5 and 6",
        ),
        (
            lambda: draw_exponential_margins(
                ExponentialExample(5, 4, 900.0, 2.0), 3, Stream(0)
            ),
            "leaves the range of float64",
        ),
        (
            lambda: draw_exponential_margins(EXAMPLE, 2**40, Stream(0)),
            "n_draws must be so small",
        ),
        (
            lambda: exponential_scores([[1.0]], [2], [[1.0]]),
            "labels must be −1 or 1, got 2.0",
        ),
        (
            lambda: exponential_scores([[1.0]], [1, 1], [[1.0]]),
            "one label for each point",
        ),
        (
            lambda: log_exponential_kernel([[1.0, 2.0]], [[1.0]]),
            r"points have 2 feature\(s\) and centres 1",
        ),
        (lambda: expected_transfer_bound(0.1, 1.1, 0.1), "transformed_error must lie"),
        (lambda: expected_transfer_bound(0.1, 1.0, 1.0), "delta must be strictly"),
    ],
)
def test_the_network_refuses(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
