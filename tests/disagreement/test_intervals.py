"""Intervals for disagreement against their inequality and their definition."""

from itertools import product

import mpmath
import numpy as np
import pytest
from support import naive

import refgen.disagreement as rd


@pytest.mark.parametrize("n_classes", [None, 1, 2, 3, 5, 7])
@pytest.mark.parametrize("n_runs", [2, 3, 4, 7])
def test_hoeffding_radius_inverts_the_inequality(n_runs, n_classes):
    votes = product(range(n_runs + 1), repeat=n_classes or n_runs)
    spread = (votes for votes in votes if sum(votes) == n_runs)
    most = max(
        sum(a * (n_runs - a) for a in votes) / (n_runs * (n_runs - 1))
        for votes in spread
    )
    t = rd.hoeffding_radius(n_runs, 9, 0.05, n_classes)
    variance = mpmath.mpf(1) / (n_runs // 2) + mpmath.mpf(most) ** 2 / 9
    assert 2 * mpmath.exp(-2 * t**2 / variance) == pytest.approx(0.05)


def test_hoeffding_interval_knows_the_classes_of_probabilities():
    p = np.full((16, 3, 2), 0.5)
    estimate = rd.disagreement_estimate(p, 0.2, "hoeffding")
    radius = rd.hoeffding_radius(16, 3, 0.8, 2)
    assert radius < rd.hoeffding_radius(16, 3, 0.8)
    assert estimate.low == pytest.approx(estimate.value - radius)
    labels = np.array([[0, 1], [1, 1]] * 8)
    with_labels = rd.disagreement_estimate(labels, 0.2, "hoeffding")
    radius = rd.hoeffding_radius(16, 2, 0.8)
    assert with_labels.high == pytest.approx(with_labels.value + radius)


def test_intervals_are_the_estimate_plus_or_minus_the_error():
    runs = [[0, 1, 1, 0], [1, 1, 1, 0], [0, 1, 0, 0], [0, 1, 1, 1]]
    estimate = rd.disagreement_estimate(runs, 0.9)
    value = float(naive.mean_disagreement(runs))
    error = float(naive.jackknife(runs)) ** 0.5
    half = float(mpmath.sqrt(2) * mpmath.erfinv(0.9)) * error
    assert estimate.value == pytest.approx(value)
    assert estimate.standard_error == pytest.approx(error)
    assert estimate.low == pytest.approx(max(value - half, 0))
    assert estimate.high == pytest.approx(min(value + half, 1))
