"""The theorems and the estimate on networks trained on real digits."""

import runpy
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from refgen.claims.disagreement._digits_runs import digits_runs
from refgen.claims.disagreement.digits_floor import _votes
from refgen.claims.sampled import Draws
from refgen.disagreement import (
    ClassifierLaw,
    cace,
    disagreement,
    disagreement_estimate,
    ensemble_cace,
    expected_disagreement,
    gap,
    level_range,
    wasserstein_distance,
)
from refgen.disagreement import test_error as exact_error
from refgen.random import Stream

EXAMPLE = Path(__file__).parents[2] / "examples" / "plot_digits_disagreement.py"
PROTOCOLS = ("init", "order", "data", "all")


@pytest.fixture(params=range(4), ids=PROTOCOLS)
def runs(request):
    return digits_runs()[request.param]


def test_four_protocols_in_order():
    assert tuple(runs.name for runs in digits_runs()) == PROTOCOLS


def test_networks_are_good_but_disagree(runs):
    assert runs.predictions.shape == (100, 1397)
    assert 0.03 < exact_error(runs.law) < 0.15
    assert disagreement(runs.predictions) > 0.01
    assert len(np.unique(runs.predictions, axis=0)) == 100


def test_half_cace_bounds_the_v_statistic_gap(runs):
    # GDE-6: |gap| ≤ W₁ ≤ range · CACE/2; the bounds are sums of 14 000 terms.
    half, rounding = cace(runs.law) / 2, 1e-12
    assert abs(gap(runs.law)) <= wasserstein_distance(runs.law) + rounding
    assert wasserstein_distance(runs.law) <= level_range(runs.law) * half + rounding
    assert half == pytest.approx(ensemble_cace(runs.predictions, runs.labels) / 2)


def test_law_has_the_v_statistic(runs):
    pairs = disagreement(runs.predictions)
    assert expected_disagreement(runs.law) == pytest.approx(0.99 * pairs)
    error = (runs.predictions != runs.labels).mean()
    assert exact_error(runs.law) == pytest.approx(error)


def test_interval_contains_the_error_when_all_varies():
    runs = digits_runs()[3]
    estimate = disagreement_estimate(runs.predictions)
    assert estimate.low < exact_error(runs.law) < estimate.high


def test_same_data_is_overconfident():
    for runs in digits_runs()[:2]:
        assert disagreement_estimate(runs.predictions).high < exact_error(runs.law)


def test_kept_and_read_only(runs):
    assert digits_runs() is digits_runs()
    with pytest.raises(ValueError, match="read-only"):
        runs.predictions[0, 0] = 1
    with pytest.raises(ValueError, match="read-only"):
        runs.labels[0] = 1


def test_more_runs_keep_the_earlier_ones():
    for few, many in zip(digits_runs(n_runs=2), digits_runs(), strict=True):
        np.testing.assert_array_equal(few.predictions, many.predictions[:2])


def test_no_runs_is_refused():
    with pytest.raises(ValueError, match="n_runs must be at least 1, got 0"):
        digits_runs(n_runs=0)


def test_example_prints_the_table(capsys):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    runpy.run_path(str(EXAMPLE), run_name="__main__")
    plt.close("all")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["vary", *PROTOCOLS]


def test_each_network_is_drawn_equally_often():
    # As digits-floor draws them.
    predictions = np.array([[0, 0], [0, 1], [1, 1]])
    law = ClassifierLaw(np.full(2, 0.5), np.eye(2), np.full(3, 1 / 3), predictions)
    votes = _votes(law, 1, Draws(Stream(0), 9000)).reshape(-1, 2, 2)
    for row in np.eye(2)[predictions]:
        share = (votes == row).all(axis=(1, 2)).mean()
        assert share == pytest.approx(1 / 3, abs=0.02)
