"""train_runs and DisagreementErrorEstimator: scikit-learn's contract and ours."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check

from refgen.disagreement import (
    DisagreementErrorEstimator,
    disagreement_estimate,
    train_runs,
)

X, Y = load_iris(return_X_y=True)
PROTOCOLS = ("init", "order", "data", "all")


class Recorder(GaussianNB):
    """Remembers what it was trained on."""

    def __init__(self, random_state=None, shuffle=True):
        super().__init__()
        self.random_state = random_state
        self.shuffle = shuffle

    def fit(self, X, y, sample_weight=None):
        self.seen_, self.labels_, self.weights_ = X, y, sample_weight
        return super().fit(X, y, sample_weight)


def record(vary, n_runs=4, **settings):
    points = np.arange(20.0)[:, None]
    settings = {"random_state": 0, **settings}
    return train_runs(Recorder(), points, np.arange(20) % 2, n_runs, vary, **settings)


def rows(run):
    return run.seen_[:, 0].astype(int).tolist()


@parametrize_with_checks(
    [
        DisagreementErrorEstimator(n_runs=5, vary=vary, random_state=0)
        for vary in PROTOCOLS
    ]
    + [DisagreementErrorEstimator(GaussianNB(), n_runs=3, interval="hoeffding")]
)
def test_scikit_learn_contract(estimator, check):
    run_check(estimator, check)


def test_init_changes_the_seed_only():
    runs = record("init")
    assert all(rows(run) == list(range(20)) for run in runs)
    assert len({run.random_state for run in runs}) == 4
    assert not any(run.shuffle for run in runs)


def test_order_changes_the_order_only():
    runs = record("order")
    assert len({tuple(rows(run)) for run in runs}) == 4
    assert all(sorted(rows(run)) == list(range(20)) for run in runs)
    assert len({run.random_state for run in runs}) == 1
    assert all(run.shuffle for run in runs)


def test_data_changes_the_subset_only():
    runs = record("data", max_samples=0.4)
    assert len({tuple(rows(run)) for run in runs}) == 4
    assert all(len(set(rows(run))) == 8 for run in runs)
    assert all(rows(run) == sorted(rows(run)) for run in runs)
    assert len({run.random_state for run in runs}) == 1


def test_all_changes_everything():
    runs = record("all")
    assert len({frozenset(rows(run)) for run in runs}) == 4
    assert all(rows(run) != sorted(rows(run)) for run in runs)
    assert len({run.random_state for run in runs}) == 4


@pytest.mark.parametrize("vary", PROTOCOLS)
def test_labels_and_weights_stay_with_their_rows(vary):
    for run in record(vary, sample_weight=np.arange(1.0, 21.0)):
        assert (run.labels_ == np.array(rows(run)) % 2).all()
        assert (run.weights_ == np.array(rows(run)) + 1).all()


def network_weights(vary, n_epochs):
    """First-layer weights of three networks on 40 points; networks do not shuffle."""
    network = MLPClassifier((4,), max_iter=n_epochs, batch_size=10, shuffle=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        # With a step of almost zero size the weights stay at their initial values.
        network.set_params(solver="sgd", learning_rate_init=n_epochs - 1 or 1e-300)
        runs = train_runs(network, X[::4], Y[::4], 3, vary, random_state=0)
    return [run.coefs_[0] for run in runs]


def test_networks_share_their_initialization_unless_init_varies():
    for vary in ("order", "data"):
        first, *others = network_weights(vary, 1)
        assert all((other == first).all() for other in others)
        first, *others = network_weights(vary, 2)
        assert not any((other == first).all() for other in others)
    for vary in ("init", "all"):
        first, *others = network_weights(vary, 1)
        assert not any((other == first).all() for other in others)


@pytest.mark.parametrize("vary", ["data", "all"])
def test_rare_classes_never_go_missing(vary):
    labels = np.array([0] * 30 + [1] * 5 + [2])
    points = np.arange(36.0)[:, None]
    tree = DecisionTreeClassifier()
    for run in train_runs(tree, points, labels, 20, vary, 0.1, random_state=1):
        assert run.classes_.tolist() == [0, 1, 2]


@pytest.mark.parametrize("vary", PROTOCOLS)
def test_n_jobs_changes_nothing_and_more_runs_keep_the_earlier(vary):
    tree = DecisionTreeClassifier(max_features=1)
    one = train_runs(tree, X, Y, 3, vary, random_state=5)
    two = train_runs(tree, X, Y, 5, vary, random_state=5, n_jobs=2)
    for a, b in zip(one, two, strict=False):
        np.testing.assert_array_equal(a.tree_.threshold, b.tree_.threshold)
        assert a.random_state == b.random_state


def test_every_nested_random_state_is_set_and_the_original_untouched():
    pipeline = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=1))
    runs = train_runs(pipeline, X, Y, 3, "init", random_state=0)
    seeds = {run.get_params()["decisiontreeclassifier__random_state"] for run in runs}
    assert len(seeds) == 3
    assert pipeline.get_params()["decisiontreeclassifier__random_state"] == 1


def test_frames_sparse_matrices_and_lists_train_the_same_runs():
    expected = [t.tree_.threshold.tolist() for t in _trees(X.astype(np.float32))]
    for form in (pd.DataFrame(X), csr_array(X.astype(np.float32)), X.tolist()):
        assert [t.tree_.threshold.tolist() for t in _trees(form)] == expected


def _trees(points):
    tree = DecisionTreeClassifier()
    return train_runs(tree, points, Y.tolist(), 3, "data", random_state=2)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"estimator": LinearRegression()}, TypeError, "must be a classifier instance"),
        ({"estimator": GaussianNB}, TypeError, "must be a classifier instance"),
        ({"n_runs": 0}, ValueError, "n_runs must be at least 1, got 0"),
        (
            {"n_runs": 2.5},
            TypeError,
            "n_runs must be an integer of at least 1, got 2.5",
        ),
        ({"vary": "seed"}, ValueError, "vary must be one of .*got 'seed'"),
        (
            {"vary": "init", "estimator": KNeighborsClassifier()},
            ValueError,
            "KNeighborsClassifier has none; use vary='data'",
        ),
        ({"max_samples": 0.0}, ValueError, r"max_samples must be a share .*got 0.0"),
        ({"max_samples": 1.5}, ValueError, "max_samples must be a share"),
        ({"max_samples": "half"}, ValueError, "max_samples must be a share"),
        ({"max_samples": 1.0}, ValueError, "every run on the same rows"),
        ({"y": Y[:-1]}, ValueError, "inconsistent numbers of samples"),
        ({"sample_weight": [1.0]}, ValueError, "one weight for each row"),
        ({"y": Y + 0.5}, ValueError, "Unknown label type"),
    ],
)
def test_train_runs_refuses(change, error, message):
    arguments = {
        "estimator": DecisionTreeClassifier(),
        "X": X,
        "y": Y,
        "n_runs": 2,
        "vary": "data",
    }
    with pytest.raises(error, match=message):
        train_runs(**(arguments | change))


def fitted(**settings):
    settings = {"random_state": 0, **settings}
    return DisagreementErrorEstimator(**settings).fit(X[::2], Y[::2])


def test_votes_are_those_of_the_runs():
    ensemble = fitted(n_runs=7)
    predictions = ensemble.run_predictions(X)
    assert predictions.shape == (7, 150)
    shares = (predictions[..., None] == ensemble.classes_).mean(axis=0)
    np.testing.assert_allclose(ensemble.predict_proba(X), shares, rtol=0, atol=1e-15)
    np.testing.assert_array_equal(ensemble.predict(X), shares.argmax(axis=1))


def test_ties_go_to_the_lowest_class():
    ensemble = fitted(n_runs=2, interval="hoeffding", max_samples=0.1)
    predictions = ensemble.run_predictions(X)
    split = predictions[0] != predictions[1]
    assert split.any()
    lowest = predictions.min(axis=0)[split]
    np.testing.assert_array_equal(ensemble.predict(X)[split], lowest)


@pytest.mark.parametrize("interval", ["jackknife", "normal", "hoeffding"])
def test_estimate_is_that_of_the_predictions(interval):
    ensemble = fitted(interval=interval, confidence_level=0.8)
    estimate = ensemble.error_estimate(X[1::2])
    plain = disagreement_estimate(ensemble.run_predictions(X[1::2]), 0.8, interval)
    assert (estimate.value, estimate.interval) == (plain.value, plain.interval)
    assert set(plain.assumptions) < set(estimate.assumptions)
    assert "one run on 50% of the training rows" in estimate.assumptions[-1]


def test_same_rows_are_named_among_the_assumptions():
    tree = DecisionTreeClassifier(max_features=1)
    estimate = fitted(estimator=tree, vary="init").error_estimate(X[1::2])
    assert "runs on the same rows" in estimate.assumptions[-1]


def test_deterministic_learner_warns():
    ensemble = fitted(estimator=KNeighborsClassifier(), vary="order")
    with pytest.warns(UserWarning, match="deterministic under vary='order'"):
        estimate = ensemble.error_estimate(X[1::2])
    assert estimate.value == 0


def test_one_class_is_always_predicted():
    ensemble = DisagreementErrorEstimator(random_state=0).fit(X, np.full(150, "a"))
    assert set(ensemble.predict(X)) == {"a"}
    assert ensemble.predict_proba(X).tolist() == [[1.0]] * 150
    with pytest.warns(UserWarning, match="deterministic"):
        assert ensemble.error_estimate(X).value == 0


def test_learner_that_needs_two_classes_says_so():
    ensemble = DisagreementErrorEstimator(LogisticRegression())
    with pytest.raises(ValueError, match="at least 2 classes"):
        ensemble.fit(X, np.zeros(150))


def test_missing_values_and_sparse_are_the_learners_choice():
    holed = X.copy()
    holed[::7, 0] = np.nan
    trees = DisagreementErrorEstimator(random_state=0).fit(holed, Y)
    assert trees.score(holed, Y) > 0.9
    with pytest.raises(ValueError, match="contains NaN"):
        DisagreementErrorEstimator(GaussianNB()).fit(holed, Y)
    sparse = DisagreementErrorEstimator(random_state=0).fit(csr_array(X), Y)
    assert sparse.score(csr_array(X), Y) > 0.9
    with pytest.raises(TypeError, match=r"[Ss]parse"):
        DisagreementErrorEstimator(GaussianNB()).fit(csr_array(X), Y)


def test_grid_search_and_feature_names():
    frame = pd.DataFrame(X, columns=["a", "b", "c", "d"])
    search = GridSearchCV(
        DisagreementErrorEstimator(DecisionTreeClassifier(), n_runs=3, random_state=0),
        {"estimator__max_depth": [1, 3]},
        cv=3,
    ).fit(frame, Y)
    assert search.best_params_ == {"estimator__max_depth": 3}
    assert search.best_estimator_.feature_names_in_.tolist() == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_runs": 1}, "one run cannot estimate disagreement; set n_runs"),
        ({"n_runs": 2}, "needs n_runs of at least 3, got 2; .*interval='hoeffding'"),
        ({"n_runs": 3, "interval": "normal"}, "needs n_runs of at least 4, got 3"),
        ({"n_runs": "many"}, "n_runs='many'"),
        ({"interval": "wald"}, "interval must be one of .*got 'wald'"),
        (
            {"confidence_level": 95},
            "confidence_level must be strictly between 0 and 1, got 95",
        ),
        ({"vary": "seed"}, "vary must be one of"),
        ({"max_samples": 0}, "max_samples must be a share"),
    ],
)
def test_fit_refuses(settings, message):
    with pytest.raises(ValueError, match=message):
        fitted(**settings)


def test_fit_refuses_a_regressor():
    with pytest.raises(TypeError, match="must be a classifier instance"):
        fitted(estimator=LinearRegression())


def test_error_estimate_refuses():
    with pytest.raises(NotFittedError):
        DisagreementErrorEstimator().error_estimate(X)
    with pytest.raises(ValueError, match="at least 2 points: give more, or set"):
        fitted().error_estimate(X[:1])
    with pytest.raises(ValueError, match="expecting 4 features"):
        fitted().error_estimate(X[:, :2])
