"""Data that learners would take without a word are refused by name."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from refgen.disagreement import DisagreementErrorEstimator, train_runs

X, Y = np.arange(40.0).reshape(20, 2) % 7, np.arange(20) % 2
TREE = DecisionTreeClassifier(max_depth=2)
DATES = X.astype("M8[D]")


def runs(X=X, y=Y, n_runs=3, vary="data", **settings):
    return train_runs(TREE, X, y, n_runs, vary, **{"random_state": 0, **settings})


def fitted(X=X, y=Y):
    return DisagreementErrorEstimator(TREE, random_state=0).fit(X, y)


def masked(array, where=0):
    found = np.ma.array(array, mask=np.zeros(array.shape, bool))
    found[where] = np.ma.masked
    return found


@pytest.mark.parametrize("train", [runs, fitted])
def test_masks_are_not_lost_in_training(train):
    for rows in (masked(X), list(masked(X))):
        with pytest.raises(TypeError, match="X is a masked array"):
            train(X=rows)
    with pytest.raises(TypeError, match="y is a masked array"):
        train(y=masked(Y))


def test_masks_are_not_lost_in_prediction_and_weights():
    model = fitted()
    for use in (model.predict, model.error_estimate, model.run_predictions):
        with pytest.raises(TypeError, match="X is a masked array"):
            use(masked(X))
    with pytest.raises(TypeError, match="sample_weight is a masked array"):
        runs(sample_weight=masked(np.ones(20)))


@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        (DATES, TypeError, "X holds times"),
        (X.astype("m8[s]"), TypeError, "X holds times"),
        (np.zeros(20, [("a", float)]), TypeError, "X holds records"),
        (X + 1j, ValueError, "Complex data not supported: X"),
        (X[:, :0], ValueError, "X.*shape"),
        (X[:0], ValueError, r"X has shape \(0, \d\)|0 sample"),
        ([[1.0], [1.0, 2.0]] * 10, ValueError, r"X\b"),
        (3.0, (TypeError, ValueError), r"X\b"),
        (None, (TypeError, ValueError), r"X\b[\s\S]*None"),
    ],
)
@pytest.mark.parametrize("train", [runs, fitted])
def test_rows_that_hold_no_features_are_refused(train, rows, error, message):
    with pytest.raises(error, match=message):
        train(X=rows)


def test_a_column_of_times_is_named_and_pipelines_may_take_it():
    frame = pd.DataFrame({"when": DATES[:, 0], "size": X[:, 1]})
    with pytest.raises(TypeError, match="X column 'when' holds times"):
        fitted(X=frame)

    class Sizes(GaussianNB):
        def fit(self, X, y):
            return super().fit(X[["size"]], y)

    assert len(train_runs(Sizes(), frame, Y, 2, "data", random_state=0)) == 2


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (Y.astype("M8[D]"), "y holds datetime64"),
        (Y + 0.5, "y holds no classes: Unknown label type"),
        (np.array([1, None] * 10, object), "y holds no classes"),
        (Y + 1j, r"y\b"),
        (np.stack([Y, Y], 1), r"y should be a 1d array"),
        (pd.Series([1, None] * 10, dtype="Int64"), r"y\b.*NaN"),
        (np.where(Y, np.nan, 0.0), r"y\b.*NaN"),
    ],
)
@pytest.mark.parametrize("train", [runs, fitted])
def test_what_is_no_class_is_refused(train, labels, message):
    with pytest.raises((TypeError, ValueError), match=message):
        train(y=labels)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"sample_weight": np.full(20, np.nan)}, ValueError, "sample_weight holds NaN"),
        ({"sample_weight": -np.ones(20)}, ValueError, "sample_weight must not be neg"),
        ({"sample_weight": np.ones((20, 2))}, ValueError, "sample_weight has shape"),
        ({"sample_weight": ["a"] * 20}, TypeError, "sample_weight must hold real"),
        ({"random_state": -1}, ValueError, "random_state: Seed must be"),
        ({"random_state": "a"}, ValueError, "random_state: 'a' cannot"),
        (
            {"random_state": True},
            TypeError,
            "random_state must be None, an integer or a RandomState, got True",
        ),
        ({"n_jobs": 0}, ValueError, "n_jobs must be None, a number of jobs"),
        ({"n_jobs": 1.5}, TypeError, "n_jobs must be None or an integer"),
        ({"n_jobs": 10**15}, ValueError, "n_jobs must be None, a number of jobs"),
        ({"n_runs": 10**30}, ValueError, "n_runs must be at most 1000000"),
        ({"max_samples": 0.99}, ValueError, "same rows, all n_samples = 20"),
    ],
)
def test_settings_that_no_run_can_have_are_refused(settings, error, message):
    with pytest.raises(error, match=message):
        runs(**settings)


def test_classes_may_be_of_any_type_that_scikit_learn_has():
    expected = [run.predict(X).tolist() for run in runs()]
    for kind in (">i4", "uint64", "Int64", "category"):
        labels = pd.Series(Y).astype(kind) if kind[0] in "Ic" else Y.astype(kind)
        assert [run.predict(X).tolist() for run in runs(y=labels)] == expected
    assert [r.predict(X).tolist() for r in runs(max_samples=Fraction(1, 2))] == expected
    assert [r.predict(X).tolist() for r in runs(X=X.astype(">f8"))] == expected
