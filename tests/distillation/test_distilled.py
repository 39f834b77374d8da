"""DistilledRegressor and DistilledClassifier: contract, and what students learn."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import (
    LinearRegression,
    LogisticRegression,
    Ridge,
    RidgeClassifier,
)
from sklearn.model_selection import KFold, cross_val_predict
from sklearn.multioutput import MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check
from support.estimator_data import IRIS, KINDS, STUMP, TREE, X, Y

import refgen_gpu.distillation as on_gpu
from refgen.distillation import DistilledClassifier, DistilledRegressor

NAMES = np.array(["setosa", "versicolor", "virginica"])[KINDS]
BAYES, DEEP = GaussianNB(), DecisionTreeClassifier(max_depth=3, random_state=0)
# So exact that a comparison sees rounding only.
LOGISTIC = LogisticRegression(solver="newton-cholesky", tol=1e-12, max_iter=1000)

CHECKED = [
    DistilledRegressor(),
    DistilledRegressor(
        LinearRegression(), STUMP, label_weight=0.3, teacher_outputs="cross_val", cv=2
    ),
    DistilledClassifier(LogisticRegression(), DEEP, label_weight=0.5, temperature=2.0),
    DistilledClassifier(DEEP),
    DistilledClassifier(RidgeClassifier(), Ridge()),
]


@parametrize_with_checks(CHECKED)
def test_scikit_learn_contract(estimator, check):
    run_check(estimator, check)


@parametrize_with_checks(
    [on_gpu.DistilledRegressor(STUMP), on_gpu.DistilledClassifier(DEEP)]
)
def test_scikit_learn_contract_on_device(device, estimator, check):
    run_check(estimator, check)


# What the student is trained on.


@pytest.mark.parametrize("targets", [Y, np.stack([Y, X[:, 0] - 2 * Y], axis=1)])
def test_targets_of_regression_are_labels_mixed_with_predictions(targets):
    model = DistilledRegressor(STUMP, Ridge(0.1), label_weight=0.25).fit(X, targets)
    want = 0.25 * targets + 0.75 * clone(STUMP).fit(X, targets).predict(X)
    np.testing.assert_allclose(model.targets_, want, rtol=1e-14)
    same = Ridge(0.1).fit(X, model.targets_).predict(X)
    assert model.predict(X).tolist() == same.tolist()


def test_ridge_on_ridge_multiplies_filters():
    """Student's coefficients are u(α + (1 − α)s) times those of least squares."""
    values, vectors = np.linalg.eigh(X.T @ X)
    alpha, of_teacher, of_student = 0.3, 0.02, 0.05
    model = DistilledRegressor(
        Ridge(of_teacher, fit_intercept=False),
        Ridge(of_student, fit_intercept=False),
        label_weight=alpha,
    ).fit(X, Y)
    s, u = values / (values + of_teacher), values / (values + of_student)
    least_squares = vectors.T @ np.linalg.lstsq(X, Y)[0]
    want = u * (alpha + (1 - alpha) * s) * least_squares
    np.testing.assert_allclose(vectors.T @ model.student_.coef_, want, rtol=1e-8)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("teacher", [LOGISTIC, RidgeClassifier()])
def test_targets_of_classes_are_labels_mixed_with_softmax(teacher, temperature):
    model = DistilledClassifier(
        teacher, TREE, label_weight=0.25, temperature=temperature
    ).fit(IRIS, NAMES)
    logits = clone(teacher).fit(IRIS, NAMES).decision_function(IRIS) / temperature
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    want = 0.25 * np.eye(3)[KINDS] + 0.75 * shares
    np.testing.assert_allclose(model.targets_, want, atol=1e-12)


def test_repeated_rows_minimize_the_cross_entropy_to_soft_targets():
    """Zero is the gradient Σᵢ wᵢ xᵢ(pᵢ − qᵢ) + W of the loss that the student has."""
    weights = 1 + np.arange(150.0) % 3
    model = DistilledClassifier(BAYES, LOGISTIC, label_weight=0.5, temperature=3.0)
    model.fit(IRIS, KINDS, sample_weight=weights)
    away = (model.predict_proba(IRIS) - model.targets_) * weights[:, None]
    np.testing.assert_allclose(away.T @ IRIS, -model.student_.coef_, atol=1e-6)
    np.testing.assert_allclose(away.sum(axis=0), 0, atol=1e-6)


def test_a_student_without_features_learns_the_mean_target():
    weights = np.arange(150.0) % 4
    model = DistilledClassifier(BAYES, DummyClassifier(strategy="prior"))
    model.fit(IRIS, NAMES, sample_weight=weights)
    want = np.average(model.targets_, axis=0, weights=weights)
    np.testing.assert_allclose(model.predict_proba(IRIS[:1])[0], want, rtol=1e-12)


@pytest.mark.parametrize("student", [TREE, LOGISTIC, LinearSVC(random_state=0)])
def test_labels_alone_train_the_student_as_if_there_were_no_teacher(student):
    model = DistilledClassifier(BAYES, student, label_weight=1.0).fit(IRIS, NAMES)
    plain = clone(student).fit(IRIS, NAMES)
    assert model.predict(IRIS).tolist() == plain.predict(IRIS).tolist()
    alone = DistilledRegressor(STUMP, Ridge(), label_weight=1).fit(X, Y)
    assert alone.predict(X).tolist() == Ridge().fit(X, Y).predict(X).tolist()


def test_no_student_is_the_teacher_once_more():
    model = DistilledRegressor(Ridge(0.5)).fit(X, Y)
    again = Ridge(0.5).fit(X, model.teacher_.predict(X))
    assert model.student_.coef_.tolist() == again.coef_.tolist()
    assert model.student_ is not model.teacher_
    flowers = (IRIS - IRIS.mean(axis=0)) / IRIS.std(axis=0)
    student = DistilledClassifier().fit(flowers, KINDS).student_
    assert isinstance(student, LogisticRegression)


def test_outputs_out_of_fold_are_those_of_cross_val_predict():
    cv = KFold(4, shuffle=True, random_state=0)
    model = DistilledRegressor(STUMP, Ridge(), teacher_outputs="cross_val", cv=cv)
    assert model.fit(X, Y).targets_.tolist() == (
        cross_val_predict(STUMP, X, Y, cv=cv).tolist()
    )
    every = clone(STUMP).fit(X, Y).predict(X)
    assert model.teacher_.predict(X).tolist() == every.tolist()
    classes = DistilledClassifier(BAYES, TREE, teacher_outputs="cross_val", cv=3)
    want = cross_val_predict(BAYES, IRIS, KINDS, method="predict_proba", cv=3)
    np.testing.assert_allclose(classes.fit(IRIS, KINDS).targets_, want, atol=1e-12)


def test_a_class_that_no_fold_trains_on_has_its_labels_only():
    points, kinds = np.arange(11.0)[:, None], np.array([0] * 5 + [1] * 5 + [2])
    model = DistilledClassifier(
        TREE, label_weight=0.25, teacher_outputs="cross_val", cv=KFold(11)
    ).fit(points, kinds)
    assert model.targets_[-1].tolist() == [0.0, 0.75, 0.25]


# Students that are regressors learn the shares themselves.


@pytest.mark.parametrize("student", [Ridge(0.1), MultiOutputRegressor(Ridge(0.1))])
@pytest.mark.parametrize("kinds", [KINDS, KINDS % 2])
def test_a_regressor_learns_shares_and_gives_the_nearest_probabilities(student, kinds):
    model = DistilledClassifier(BAYES, student).fit(IRIS, kinds)
    scores = Ridge(0.1).fit(IRIS, model.targets_).predict(IRIS)
    assert scores.min() < 0
    decision = model.decision_function(IRIS)
    two = scores.shape[1] == 2
    want = scores[:, 1] - scores[:, 0] if two else scores
    np.testing.assert_allclose(decision, want, atol=1e-12)
    assert model.predict(IRIS).tolist() == scores.argmax(axis=1).tolist()
    shares = model.predict_proba(IRIS)
    assert shares.min() == 0
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-14)
    inside = (scores >= 0).all(axis=1)
    np.testing.assert_allclose(shares[inside], scores[inside], atol=1e-12)


def test_a_regressor_needs_no_weights():
    model = DistilledClassifier(BAYES, KNeighborsRegressor(1)).fit(IRIS, NAMES)
    found = model.predict_proba(IRIS[::9])
    np.testing.assert_allclose(found, model.targets_[::9], atol=1e-15)


# Classes of which the student sees nothing.


class Certain(DummyClassifier):
    """Is sure of class 0 below 2, and of class 2 from there on."""

    def predict_proba(self, X):
        above = np.asarray(X)[:, 0] >= 2
        return np.stack([~above, 0 * above, above], axis=1).astype(float)


def test_a_class_without_any_share_has_no_probability():
    points, kinds = np.arange(6.0)[:, None], [0, 1, 2, 0, 1, 2]
    model = DistilledClassifier(Certain(), LOGISTIC).fit(points, kinds)
    shares, scores = model.predict_proba(points), model.decision_function(points)
    assert (shares[:, 1] == 0).all()
    assert (scores[:, 1] == -np.inf).all()
    assert model.predict(points).tolist() == scores.argmax(axis=1).tolist()
    assert model.predict(points).tolist() == [0, 0, 2, 2, 2, 2]
    np.testing.assert_allclose(
        np.log(shares[:, 2] / shares[:, 0]), scores[:, 2] - scores[:, 0], atol=1e-12
    )


def test_methods_are_those_of_the_student():
    for package in (DistilledClassifier, on_gpu.DistilledClassifier):
        linear = package(TREE, LinearSVC(random_state=0))
        assert not hasattr(linear, "predict_proba")
        assert hasattr(linear.fit(IRIS, KINDS), "decision_function")
        assert not hasattr(package(TREE), "decision_function")
        assert hasattr(package(TREE, Ridge()), "predict_proba")
        assert hasattr(package(TREE, Ridge()), "decision_function")
