"""Whether distilling pays, on designs whose truth is known, and what is refused."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_diabetes

import refgen_gpu.distillation
from refgen.distillation import (
    SpectralProblem,
    distillation_pays,
    optimal_pair,
    optimal_stopping,
)
from refgen.distillation._gains import Directions, gains, spread_of
from refgen.distillation.pays import _directions


def data(spectrum, ratio, seed=0, n=None, noise=1.0):
    """A design with these eigenvalues, and labels with these ratios of signal."""
    rng, d = np.random.default_rng(seed), len(spectrum)
    n = n or d + 100
    columns = np.linalg.qr(rng.normal(size=(n, d)))[0]
    X = columns * np.sqrt(n * np.asarray(spectrum))
    signal = np.sqrt(ratio) * noise * rng.choice([-1, 1], d)
    return X, columns @ signal + noise * rng.normal(size=n)


# Twenty strong directions, and three hundred without signal that are half as strong.
PAYS = np.repeat([1.0, 0.4], [20, 300]), np.repeat([100.0, 0.0], [20, 300])
# The same signal in all of three directions.
NEVER = np.array([1.0, 0.1, 0.01]), np.full(3, 400.0)


def gain(spectrum, ratio, n):
    """The true one."""
    variance = 1 / n
    beta = np.sqrt(ratio * variance / spectrum)
    problem = SpectralProblem(spectrum, beta, 1.0, n)
    return float(optimal_stopping(problem)[1] - optimal_pair(problem)[2])


@pytest.mark.parametrize("noise", [None, 1.0])
def test_a_student_that_pays_is_found(noise):
    found = distillation_pays(*data(*PAYS), noise=noise, fit_intercept=False)
    assert found.verdict == found.rule == "yes"
    assert 0 < found.low <= gain(*PAYS, 420) <= found.high
    assert found.interval == (found.low, found.high)
    assert found.noise == pytest.approx(1.0, abs=0.15)
    assert found.n_directions == 320
    assert 0 < found.teacher_time <= found.student_time < np.inf
    assert found.risk_pair < found.risk_alone
    text = "the noise is estimated" if noise is None else "the noise has the standard"
    assert found.assumptions[1].startswith(text)
    assert json.loads(json.dumps(found.to_dict()))["verdict"] == "yes"


def test_where_the_rule_says_no_no_student_pays():
    found = distillation_pays(*data(*NEVER), noise=1.0, fit_intercept=False)
    assert found.verdict == found.rule == "no"
    assert gain(*NEVER, 103) == 0 <= found.high


def test_equal_eigenvalues_leave_nothing_to_gain():
    found = distillation_pays(*data(np.ones(5), [0, 9, 0, 9, 0]), fit_intercept=False)
    assert found.verdict == found.rule == "no"


def test_no_student_gains_in_a_single_direction():
    found = distillation_pays(*data(np.ones(1), [4.0]), noise=1.0)
    assert found.verdict == found.rule == "no"
    assert found.high > found.smallest_gain


def test_half_of_the_error_probability_is_for_the_band():
    X, y = data(*NEVER)
    found = distillation_pays(X, y, confidence_level=0.8, fit_intercept=False)
    shown = _directions(X, y, None, 0)
    band = gains(shown, 0.9, np.random.RandomState(0))
    assert found.interval == pytest.approx((band.low, band.high), rel=1e-9)


def test_squares_spread_as_those_of_normal_numbers():
    shown = Directions(np.ones(1), np.array([30.0]), 1.0, 8.0)
    rng = np.random.default_rng(0)
    square = ((30 + rng.normal(size=10**5)) ** 2).var()
    estimate = (rng.chisquare(8, 10**5) / 8).var()
    assert spread_of(shown) == pytest.approx([square, estimate], rel=0.03)


def test_constant_columns_are_no_direction():
    X, y = data(*PAYS)
    wide = np.column_stack([X, np.full(len(y), 1e10 / 3)])
    expected, found = distillation_pays(X, y), distillation_pays(wide, y)
    assert found.n_directions == expected.n_directions
    assert found.gain == pytest.approx(expected.gain, rel=1e-9)


def test_labels_without_noise_are_learned_to_the_end():
    X = np.diag([3.0, 2.0, 1.0])
    found = distillation_pays(X, X.sum(axis=0), noise=0.0, fit_intercept=False)
    assert (found.verdict, found.rule) == ("no", "no")
    assert found.interval == (0, 0)


def test_real_data_may_leave_it_undecided_and_repeat():
    X, y = load_diabetes(return_X_y=True)
    found = distillation_pays(X, y)
    assert found == distillation_pays(X, y)
    assert found.verdict == "undecided"
    assert found.low <= 0 < found.smallest_gain < found.high
    assert distillation_pays(X, y, smallest_gain=1.0).verdict == "no"


def test_units_do_not_matter():
    unit, (X, y) = 2.0**40, data(*NEVER)
    one, other = (distillation_pays(X, u * y) for u in (1.0, unit))
    assert other.low == pytest.approx(unit**2 * one.low, rel=1e-9)
    stretched = distillation_pays(unit * X, y)
    assert stretched.teacher_time == pytest.approx(one.teacher_time / unit**2, rel=1e-9)


@pytest.mark.slow
def test_how_often_the_band_misses():
    """In 40 data sets; 7 misses of a band of 95 % have odds of 1 : 600."""
    missed = false = 0
    for seed in range(20):
        for truth in (PAYS, NEVER):
            X, y = data(*truth, seed)
            found = distillation_pays(X, y, fit_intercept=False, random_state=seed)
            right = gain(*truth, len(y))
            missed += not found.low <= right <= found.high
            false += found.verdict == "yes" and right == 0
    assert missed < 7
    assert not false


def test_arrays_of_a_device_are_taken(device):
    from refgen_gpu.arrays import to_device

    X, y = load_diabetes(return_X_y=True)
    found = refgen_gpu.distillation.distillation_pays(to_device(X), to_device(y))
    assert found == distillation_pays(X, y)


X, Y = data(np.ones(3), np.ones(3))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((X, Y[:-1]), {}, "X must have shape .* and y"),
        ((X, np.ones(len(Y))), {}, "y is constant"),
        ((np.ones((5, 2)), Y[:5]), {}, "X is constant"),
        ((X[:4], Y[:4]), {}, "noise must be given where X has 4 rows"),
        ((X, Y), {"noise": -1.0}, "noise must be a finite number"),
        ((X, Y), {"smallest_gain": -1.0}, "smallest_gain must be"),
        ((X, Y), {"confidence_level": 1.0}, "confidence_level must be strictly"),
        ((X, Y), {"fit_intercept": "yes"}, "fit_intercept must be True or False"),
        ((X, 0 * Y), {"fit_intercept": False}, "there is nothing to learn"),
    ],
)
def test_pays_refuses(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        distillation_pays(*arguments, **options)
