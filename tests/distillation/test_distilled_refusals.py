"""Distilled estimators refuse what they cannot use, by name."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import ShuffleSplit
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from support.estimator_data import IRIS, KINDS, STUMP, TREE, X, Y

from refgen.distillation import DistilledClassifier, DistilledRegressor

NAMES = np.array(["a", "b", "c"])[KINDS]
IN_UNIT = r"label_weight must be a number in \[0, 1\], the share of the labels .*, got "


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"label_weight": -0.1}, ValueError, IN_UNIT + "-0.1"),
        ({"label_weight": 1.1}, ValueError, IN_UNIT + "1.1"),
        ({"label_weight": np.nan}, ValueError, IN_UNIT + "nan"),
        ({"label_weight": "half"}, ValueError, IN_UNIT + "'half'"),
        ({"label_weight": 10**400}, ValueError, IN_UNIT),
        ({"teacher_outputs": "test"}, ValueError, "teacher_outputs must be one of .*t"),
        ({"cv": 1}, ValueError, "cv must be at least 2, got 1"),
        ({"prefit": 1}, TypeError, "prefit must be True or False, got 1"),
        ({"prefit": True}, ValueError, "prefit=True needs a fitted teacher, got None"),
        ({"prefit": True, "teacher": Ridge()}, NotFittedError, "Ridge"),
        (
            {"prefit": True, "teacher": STUMP, "teacher_outputs": "cross_val"},
            ValueError,
            "prefit=True says it must not be trained; set teacher_outputs='train'",
        ),
        (
            {"teacher_outputs": "cross_val", "cv": ShuffleSplit(2, random_state=0)},
            ValueError,
            "teacher_outputs='cross_val' needs each of the 150 rows exactly once",
        ),
        ({"teacher": TREE}, TypeError, "teacher must be a regressor instance"),
        ({"teacher": Ridge}, TypeError, "teacher must be a regressor instance"),
        ({"student": TREE}, TypeError, "student must be a regressor instance"),
        ({"student": "ridge"}, TypeError, "student must be a regressor instance"),
    ],
)
def test_regressors_refuse(settings, error, message):
    with pytest.raises(error, match=message):
        DistilledRegressor(**settings).fit(X, Y)


NO_WEIGHTS = (
    r"student \({}\) takes no sample_weight in fit, and soft targets are weights of "
    "its rows; use a student that does, or a regressor, which learns the shares"
)


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"temperature": 0}, ValueError, "temperature must be a positive finite .* 0"),
        ({"temperature": -1.0}, ValueError, "temperature must be .*, got -1.0"),
        ({"temperature": np.inf}, ValueError, "temperature must be .*, got inf"),
        ({"teacher": Ridge()}, TypeError, "teacher must be a classifier instance"),
        ({"student": StandardScaler()}, TypeError, "must be a classifier or regressor"),
        ({"student": LogisticRegression}, TypeError, "student must be a classifier or"),
        (
            {"student": KNeighborsClassifier()},
            ValueError,
            NO_WEIGHTS.format("KNeighborsClassifier"),
        ),
        (
            {"student": make_pipeline(StandardScaler(), KNeighborsClassifier())},
            ValueError,
            NO_WEIGHTS.format("Pipeline"),
        ),
        (
            {"student": GradientBoostingRegressor()},
            ValueError,
            r"student \(GradientBoostingRegressor\) predicts one number, and there are "
            "3 classes; wrap it in MultiOutputRegressor",
        ),
        (
            {"teacher": DummyClassifier(strategy="most_frequent")},
            ValueError,
            "teacher gives class 'a' all its weight in every row, .* raise label_wei",
        ),
    ],
)
def test_classifiers_refuse(settings, error, message):
    with pytest.raises(error, match=message):
        DistilledClassifier(**{"teacher": TREE, **settings}).fit(IRIS, NAMES)


def test_weights_need_models_that_take_them():
    given = {"sample_weight": np.ones(150)}
    message = r"{} \({}\) takes no sample_weight in fit, and sample_weight was given"
    nearest = KNeighborsRegressor()
    for role in ("teacher", "student"):
        models = {"teacher": STUMP, "student": STUMP, role: nearest}
        named = message.format(role, "KNeighborsRegressor")
        with pytest.raises(ValueError, match=named):
            DistilledRegressor(**models).fit(X, Y, **given)
        DistilledRegressor(**models).fit(X, Y)
    classes = DistilledClassifier(KNeighborsClassifier(), TREE)
    named = message.format("teacher", "KNeighborsClassifier")
    with pytest.raises(ValueError, match=named):
        classes.fit(IRIS, KINDS, **given)
    for weights, wrong in (
        (np.zeros(150), "sample_weight is zero everywhere"),
        (np.ones(149), r"sample_weight has shape \(149,\) for n_samples=150"),
        (-np.ones(150), "sample_weight .*not be negative"),
    ):
        with pytest.raises(ValueError, match=wrong):
            DistilledRegressor(STUMP).fit(X, Y, sample_weight=weights)


def test_a_fitted_teacher_has_to_know_the_classes():
    two = clone(TREE).fit(IRIS[:100], NAMES[:100])
    model = DistilledClassifier(two, prefit=True)
    with pytest.raises(ValueError, match=r"y holds the class 'c', and .* \['a', 'b'\]"):
        model.fit(IRIS, NAMES)
    with pytest.raises(ValueError, match=r"y holds labels like 0.* teacher knows 'a'"):
        model.fit(IRIS[:100], KINDS[:100])


def test_points_and_targets_are_refused():
    model = DistilledRegressor(STUMP)
    for points, error, message in (
        (np.ma.masked_less(X, 0), TypeError, "X is a masked array"),
        (X.astype("M8[s]"), TypeError, "X holds times"),
        (X.astype(str), TypeError, "X holds text, and the model needs numbers"),
        (X * 1e200, ValueError, "X has a scale at which squares overflow"),
        (X[:-1], ValueError, "X and y: .*inconsistent numbers of samples"),
        (X[0], ValueError, "X: Expected 2D array"),
    ):
        with pytest.raises(error, match=message):
            model.fit(points, Y)
    for targets, error, message in (
        (Y.astype(str), TypeError, "y holds text; give numbers, or use a classifier"),
        (Y * 1e200, ValueError, "y has a scale at which squares overflow"),
        (None, ValueError, "y"),
    ):
        with pytest.raises(error, match=message):
            model.fit(X, targets)
    with pytest.raises(ValueError, match="expecting 10 features"):
        model.fit(X, Y).predict(X[:, :2])
    with pytest.raises(TypeError, match="y holds times; encode the classes"):
        DistilledClassifier(TREE).fit(IRIS, KINDS.astype("M8[D]"))
    with pytest.raises(ValueError, match="y: Unknown label type"):
        DistilledClassifier(TREE).fit(IRIS, IRIS[:, 0])
