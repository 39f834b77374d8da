"""ResMem's estimators refuse what they cannot use, by name."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.dummy import DummyRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, ShuffleSplit
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from support.estimator_data import IRIS, KINDS, STUMP, TREE, X, Y

from refgen._simplex import project_on_simplex
from refgen.resmem.estimators import ResMemClassifier, ResMemRegressor
from refgen.resmem.selection import (
    leave_one_out_scores,
    without_self,
)


class Broken(RegressorMixin, BaseEstimator):
    """Predicts a given value."""

    def __init__(self, value=np.nan, columns=None):
        self.value = value
        self.columns = columns

    def fit(self, X, y):
        self.n_features_in_ = X.shape[1]
        return self

    def predict(self, X):
        if self.columns is None:
            return np.where(np.arange(len(X)) < 2, self.value, 0.0)
        return np.zeros((len(X), self.columns))


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"n_neighbors": 0}, ValueError, "n_neighbors must be at least 1, got 0"),
        ({"n_neighbors": 2.5}, TypeError, "n_neighbors must be an integer"),
        ({"n_neighbors": "all"}, ValueError, "or 'auto', got 'all'"),
        ({"n_neighbors": 151}, ValueError, "n_neighbors=151 is more than n_samples=15"),
        ({"weights": "distance"}, ValueError, "weights must be one of .*'distance'"),
        ({"bandwidth": 0}, ValueError, "bandwidth must be .*limit 0 is weights='near"),
        ({"bandwidth": np.inf}, ValueError, "positive finite number or 'auto', got in"),
        ({"bandwidth": "wide"}, ValueError, "got 'wide'"),
        (
            {"bandwidth": 10**5000},
            ValueError,
            "finite number or 'auto', got an int",
        ),
        ({"prefit": 1}, TypeError, "prefit must be True or False, got 1"),
        ({"residuals": "test"}, ValueError, "residuals must be one of .*got 'test'"),
        (
            {"residuals": "cross_val", "prefit": True, "estimator": STUMP},
            ValueError,
            "prefit=True says it must not be trained; set residuals='train'",
        ),
        ({"prefit": True}, ValueError, "prefit=True needs a fitted estimator"),
        ({"estimator": TREE}, TypeError, "must be a regressor instance"),
        ({"estimator": Ridge}, TypeError, "must be a regressor instance"),
        ({"embedding": "tsne"}, ValueError, "embedding must be None, .*got 'tsne'"),
        ({"embedding": StandardScaler}, TypeError, "must be an instance"),
        (
            {"embedding": "decision_function"},
            ValueError,
            "Ridge has none; give a callable",
        ),
        (
            {"embedding": lambda x: x[:, 0]},
            ValueError,
            r"shape \(150,\) for 150 points; it must return \(150, n_dim",
        ),
        ({"embedding": lambda x: x[None]}, ValueError, r"e\.g\. z\[0\] of one member"),
        (
            {"embedding": lambda x: x[:, None]},
            ValueError,
            r"z\.reshape\(len\(z\), -1\)",
        ),
        ({"embedding": lambda x: x[:3]}, ValueError, r"returned shape \(3, 10\)"),
        ({"embedding": lambda x: x[:, :0]}, ValueError, r"returned shape \(150, 0\)"),
        (
            {"embedding": lambda x: x * np.nan},
            ValueError,
            "embedding returned NaN or infinity",
        ),
        (
            {"estimator": Broken()},
            ValueError,
            r"estimator \(Broken\) returned NaN or infinity for 2 of 150",
        ),
        (
            {"estimator": Broken(columns=3)},
            ValueError,
            r"predicts shape \(150, 3\) for y of shape \('n',\); wrap it",
        ),
        (
            {"residuals": "cross_val", "cv": ShuffleSplit(2, random_state=0)},
            ValueError,
            "needs each of the 150 rows exactly once; use KFold",
        ),
        (
            {"residuals": "cross_val", "cv": [(range(1, 150), [0])]},
            ValueError,
            r"cv holds out row 1 0 time\(s\)",
        ),
    ],
)
def test_regressors_refuse(settings, error, message):
    with pytest.raises(error, match=message):
        ResMemRegressor(**settings).fit(X, Y)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"estimator": Ridge()}, TypeError, "must be a classifier instance"),
        ({"temperature": 0}, ValueError, "temperature must be a positive finite"),
        (
            {
                "estimator": SVC(
                    decision_function_shape="ovo", break_ties=False, kernel="linear"
                )
            },
            ValueError,
            "one score per class",
        ),
    ],
)
def test_classifiers_refuse(settings, error, message):
    kinds = np.concatenate([KINDS, [3] * 4])
    points = np.concatenate([IRIS, -IRIS[:4]])
    with pytest.raises(error, match=message):
        ResMemClassifier(**settings).fit(points, kinds)


def test_points_and_rows_are_refused():
    with pytest.raises(ValueError, match="n_samples=1, and leaving one out"):
        ResMemRegressor(DummyRegressor(), "auto").fit([[1.0]], [1.0])
    with pytest.raises(ValueError, match="at least 2 neighbours per point"):
        without_self([[0.0]], [[0]])
    for indices in ([0, 1], [[0, 1, 2]], [["a"]], [[0], [0, 1]]):
        with pytest.raises((ValueError, TypeError), match="indices"):
            without_self([[0.0, 1.0]], indices)
    with pytest.raises(TypeError, match="indices must hold integers, got dtype fl"):
        without_self([[0.0, 1.0]], [[0.0, 1.0]])
    model = ResMemRegressor(STUMP).fit(X, Y)
    with pytest.raises(ValueError, match="expecting 10 features"):
        model.predict(X[:, :2])
    with pytest.raises(NotFittedError):
        ResMemRegressor().residual_scores(X)
    shrinking = ResMemRegressor(STUMP, embedding=lambda x: x[:, : len(x) // 15])
    with pytest.raises(ValueError, match="9 dimensions, and 10 in fit"):
        shrinking.fit(X, Y).predict(X[:140])


# On the device.


class Nowhere(ClassifierMixin, BaseEstimator):
    """Gives no class any probability."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        return np.zeros((len(X), len(self.classes_)))


@pytest.mark.parametrize(
    ("base", "message"),
    [
        # Three classes have three pairs, so that the shape does not show the mistake.
        (SVC(decision_function_shape="ovo"), "SVC. scores pairs of classes; use one"),
        (Nowhere(), "Nowhere. gives all classes probability 0"),
    ],
)
def test_scores_that_are_not_of_classes_are_refused(base, message):
    with pytest.raises(ValueError, match=message):
        ResMemClassifier(base).fit(IRIS, KINDS)


def test_a_fitted_base_needs_the_labels_and_weights_of_its_rows():
    names = np.array(["a", "b", "c"])[KINDS]
    for known, given in ((KINDS, names), (names, KINDS)):
        memory = ResMemClassifier(clone(TREE).fit(IRIS, known), prefit=True)
        with pytest.raises(ValueError, match="give both the same labels"):
            memory.fit(IRIS, given)
    fitted_tree = DecisionTreeClassifier(max_depth=1).fit(IRIS, names)
    memory = ResMemClassifier(fitted_tree, prefit=True).fit(IRIS, names.astype(object))
    assert memory.classes_.tolist() == ["a", "b", "c"]
    memory = ResMemRegressor(Ridge().fit(X, Y), prefit=True)
    with pytest.raises(ValueError, match=r"shape \(5,\) for n_samples=150; give one"):
        memory.fit(X, Y, sample_weight=np.ones(5))
    with pytest.raises(ValueError, match="zero everywhere"):
        memory.fit(X, Y, sample_weight=np.zeros(150))


def test_an_exhausted_cv_says_so():
    folds = KFold(3).split(X)
    memory = ResMemRegressor(STUMP, residuals="cross_val", cv=list(folds))
    memory.fit(X, Y).set_params(cv=list(folds))
    with pytest.raises(ValueError, match="cv holds no split"):
        memory.fit(X, Y)


def test_projections_of_large_scores_are_probabilities():
    large = [[1e300, -1e300, 0.0], [1e17, 1e17, 0.0], [-1e20, -1e20, -2e20]]
    expected = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.5, 0.5, 0.0]]
    assert project_on_simplex(large).tolist() == expected


def test_leave_one_out_needs_matching_shapes():
    with pytest.raises(ValueError, match=r"give .n, k. twice, and n rows"):
        leave_one_out_scores([[1.0], [1.0]], [[1, 0], [0, 1]], [1.0, 2.0])
