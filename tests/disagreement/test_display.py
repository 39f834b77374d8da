"""DisagreementDisplay: arrays against naive loops, panels, bad input."""

import sys

import matplotlib
import numpy as np
import pytest

from refgen.disagreement import (
    DisagreementDisplay,
    DisagreementErrorEstimator,
    disagreement,
)

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # after the backend is chosen


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def votes():
    rng = np.random.default_rng(3)
    labels = rng.integers(4, size=60)
    noise = rng.integers(4, size=(5, 60))
    predictions = np.where(rng.random((5, 60)) < 0.6, labels, noise)
    return predictions, labels


def test_reliability_is_what_a_loop_counts(votes):
    predictions, labels = votes
    display = DisagreementDisplay.from_predictions(predictions, labels)
    for share, accuracy, mass in zip(
        display.shares, display.accuracy, display.mass, strict=True
    ):
        hits = [
            labels[i] == k
            for i in range(60)
            for k in range(4)
            if (predictions[:, i] == k).sum() == round(share * 5)
        ]
        assert accuracy == pytest.approx(np.mean(hits))
        assert mass == pytest.approx(len(hits) / 60)
    assert display.mass.sum() == pytest.approx(4)


def test_run_panel_is_what_a_loop_counts(votes):
    predictions, labels = votes
    display = DisagreementDisplay.from_predictions(predictions, labels)
    for a in range(5):
        others = [(predictions[a] != predictions[b]).mean() for b in range(5) if b != a]
        assert display.run_disagreement[a] == pytest.approx(np.mean(others))
        assert display.run_errors[a] == (predictions[a] != labels).mean()
    assert display.run_disagreement.mean() == pytest.approx(disagreement(predictions))


def test_draws_both_panels_with_markers_by_mass(votes):
    display = DisagreementDisplay.from_predictions(*votes)
    left, right = display.axes_
    sizes = left.collections[0].get_sizes()
    assert (np.argsort(sizes) == np.argsort(display.mass)).all()
    assert right.collections[0].get_offsets().shape == (5, 2)
    assert display.figure_ is left.figure


def test_draws_on_given_axes(votes):
    figure, axes = plt.subplots(2)
    display = DisagreementDisplay.from_predictions(*votes, ax=axes)
    assert display.figure_ is figure
    assert display.axes_[1] is axes[1]


def test_text_labels_and_the_estimator_way():
    X = np.arange(40.0)[:, None]
    y = np.where(np.arange(40) % 20 < 10, "cat", "dog")
    runs = DisagreementErrorEstimator(random_state=0).fit(X, y)
    display = DisagreementDisplay.from_estimator(runs, X, y)
    again = DisagreementDisplay.from_predictions(runs.run_predictions(X), y)
    np.testing.assert_array_equal(display.accuracy, again.accuracy)
    np.testing.assert_array_equal(display.run_errors, again.run_errors)


def test_perfect_runs_draw_without_warnings():
    display = DisagreementDisplay.from_predictions([[0, 1], [0, 1]], [0, 1])
    assert display.run_errors.tolist() == [0, 0]
    display.figure_.canvas.draw()


def test_bad_input_is_named(votes):
    predictions, labels = votes
    with pytest.raises(ValueError, match="predictions holds 1 run"):
        DisagreementDisplay.from_predictions(predictions[:1], labels)
    with pytest.raises(ValueError, match="y must have shape"):
        DisagreementDisplay.from_predictions(predictions, labels[:-1])
    with pytest.raises(ValueError, match="predictions must have shape"):
        DisagreementDisplay.from_predictions(np.ones((3, 4, 2)), labels)
    with pytest.raises(ValueError, match="axes of plot, must be 2 matplotlib Axes"):
        DisagreementDisplay.from_predictions(predictions, labels, ax=plt.gca())
    with pytest.raises(ValueError, match="shares, accuracy, mass must be 1-D"):
        DisagreementDisplay([0, 1], [0], [1, 1], [0.2], [0.3])
    with pytest.raises(TypeError, match="fitted DisagreementErrorEstimator, got dict"):
        DisagreementDisplay.from_estimator({}, [[0]], [0])


@pytest.mark.parametrize(
    ("panel", "error", "message"),
    [
        ({"shares": [np.nan, 1.0]}, ValueError, "shares holds NaN"),
        ({"mass": [-1.0, 1.0]}, ValueError, "mass must not be negative"),
        ({"accuracy": ["a", "b"]}, TypeError, "accuracy must hold real numbers"),
        ({"run_errors": []}, ValueError, "run_errors is empty"),
        ({"run_errors": np.ma.array([0.5], mask=[True])}, TypeError, "run_errors is a"),
    ],
)
def test_panels_of_nothing_are_refused(panel, error, message):
    good = {"shares": [0, 1], "accuracy": [0, 1], "mass": [1, 1]}
    good |= {"run_disagreement": [0.2], "run_errors": [0.3]}
    with pytest.raises(error, match=message):
        DisagreementDisplay(**good | panel)


def test_labels_and_axes_of_another_kind_are_named(votes):
    with pytest.raises(TypeError, match="y must be the true labels"):
        DisagreementDisplay.from_predictions(votes[0], None)
    with pytest.raises(ValueError, match="got 2 of type int"):
        DisagreementDisplay.from_predictions(*votes, ax=[1, 2])


def test_panels_without_mass_are_drawn():
    display = DisagreementDisplay([0, 1], [0, 1], [0, 0], [0.2], [0.3]).plot()
    assert display.axes_[0].collections[0].get_sizes().tolist() == [0, 0]


def test_missing_matplotlib_names_the_extra(votes, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"pip install refgen\[plot\]"):
        DisagreementDisplay.from_predictions(*votes)
