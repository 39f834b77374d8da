"""The report in the eigendirections, on arrays and on fitted estimators."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier
from sklearn.naive_bayes import GaussianNB

from refgen.distillation import eigenspace_report
from refgen_gpu.arrays import to_device

DRAWS = np.random.default_rng(0)
X = DRAWS.normal(size=(60, 4)) * [3.0, 2.0, 1.0, 0.5] + 1
Y = X @ [1.0, -1.0, 2.0, 0.5] + DRAWS.normal(size=60)
TEACHER = Ridge(5.0).fit(X, Y)
STUDENT = Ridge(30.0).fit(X, TEACHER.predict(X))


def test_ridge_students_keep_the_ridge_filter():
    report = eigenspace_report(TEACHER, STUDENT, X)
    values = np.linalg.eigvalsh(np.cov(X.T, bias=True))[::-1]
    np.testing.assert_allclose(report.eigenvalues, values, rtol=1e-12)
    np.testing.assert_allclose(report.ratios, values / (values + 0.5), rtol=1e-9)
    assert report.exaggerates
    assert report.rank_correlation == 1
    assert (report.rounding < 1e-7).all()
    back = report.directions @ report.teacher
    np.testing.assert_allclose(back, TEACHER.coef_, rtol=1e-10)
    assert report.teacher_linear == pytest.approx(1)
    assert report.n_points == 60


def test_arrays_frames_and_estimators_say_the_same():
    frame = pd.DataFrame(X, columns=list("abcd"))
    teacher = Ridge(5.0).fit(frame, Y)
    report = eigenspace_report(teacher, STUDENT.predict(X), frame)
    expected = eigenspace_report(TEACHER.predict(X), STUDENT, X)
    np.testing.assert_allclose(report.ratios, expected.ratios, rtol=1e-12)


def test_several_outputs_share_a_ratio():
    both = np.stack([Y, X[:, 0] ** 2], axis=1)
    teacher = Ridge(5.0).fit(X, both)
    student = Ridge(30.0).fit(X, teacher.predict(X))
    report = eigenspace_report(teacher, student, X)
    assert report.teacher.shape == (4, 2)
    expected = eigenspace_report(TEACHER, STUDENT, X)
    np.testing.assert_allclose(report.ratios, expected.ratios, rtol=1e-9)


def test_what_is_not_linear_is_said():
    noise = DRAWS.normal(size=60)
    linear = TEACHER.predict(X)
    report = eigenspace_report(linear + noise, linear, X)
    rest = noise - noise.mean()
    basis = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)[0]
    rest = rest - basis @ (basis.T @ rest)
    whole = linear + noise
    expected = 1 - (rest @ rest) / ((whole - whole.mean()) ** 2).sum()
    assert report.teacher_linear == pytest.approx(expected)
    assert report.student_linear == pytest.approx(1)


def test_a_student_that_keeps_the_bottom_does_not_exaggerate():
    plain = eigenspace_report(TEACHER, TEACHER, X)
    assert not plain.exaggerates
    assert np.isnan(plain.rank_correlation)
    turned = eigenspace_report(STUDENT, TEACHER, X)
    assert (turned.exaggerates, turned.rank_correlation) == (False, -1)
    # Two pairs of three fall, which is not enough.
    X3 = np.diag([3.0, 2.0, 1.0])
    mostly = eigenspace_report([9, 4, 1], [8, 1, 0.5], X3, center=False)
    assert not mostly.exaggerates
    assert mostly.rank_correlation == pytest.approx(1 / 3)


def test_null_directions_are_left_out_and_empty_ones_are_unknown():
    design = np.diag([3.0, 2.0, 1.0])[:, [0, 1, 2, 2]]
    report = eigenspace_report([3.0, 0.0, 1.0], [2.0, 0.0, 0.5], design, center=False)
    assert report.eigenvalues.shape == (3,)
    assert np.isnan(report.ratios).tolist() == [False, True, False]
    assert report.exaggerates
    # Of equal eigenvalues any basis will do, and coefficients in one say nothing.
    alike = eigenspace_report([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], np.eye(3), center=False)
    assert np.isnan(alike.ratios).all()
    assert not alike.exaggerates


def test_classifiers_are_asked_for_probabilities():
    labels = (Y.mean() < Y).astype(int)
    teacher = LogisticRegression(C=1.0).fit(X, labels)
    student = LogisticRegression(C=0.01).fit(X, labels)
    report = eigenspace_report(teacher, student, X)
    chances = teacher.predict_proba(X)[:, 1], student.predict_proba(X)[:, 1]
    expected = eigenspace_report(*chances, X)
    assert report.ratios.tolist() == expected.ratios.tolist()
    three = np.digitize(Y, np.quantile(Y, [0.3, 0.6]))
    assert eigenspace_report(*[GaussianNB().fit(X, three)] * 2, X).teacher.shape[1] == 3


def test_device_arrays_give_a_report_on_the_host(device):
    pair = TEACHER.predict(X), STUDENT.predict(X)
    report = eigenspace_report(*map(to_device, pair), to_device(X))
    expected = eigenspace_report(*pair, X)
    off = report.rounding + expected.rounding
    assert (abs(report.ratios - expected.ratios) <= off).all()


@pytest.mark.parametrize(
    ("teacher", "student", "features", "message"),
    [
        (Y, Y, X[0], r"X must have at least 2 dimension"),
        (Y, Y, X[None], r"X must have shape \(n_points, n_features\)"),
        (Y[:9], Y, X, r"teacher has predictions of shape \(9,\) for the 60 points"),
        (Y, Y[:, None], X, r"shape \(60,\) and student of \(60, 1\)"),
        (Y, Y, np.full((60, 2), 0.1), "X is constant"),
        (Y * np.nan, Y, X, "teacher holds NaN"),
    ],
    ids=["flat", "batch", "points", "outputs", "constant", "nan"],
)
def test_bad_input(teacher, student, features, message):
    with pytest.raises(ValueError, match=message):
        eigenspace_report(teacher, student, features)


def test_classifiers_that_do_not_fit():
    words = np.where(Y.mean() < Y, "high", "low")
    first, second = GaussianNB().fit(X, words), GaussianNB().fit(X, words == "high")
    with pytest.raises(ValueError, match=r"knows the classes .*need the same classes"):
        eigenspace_report(first, second, X)
    with pytest.raises(TypeError, match=r"teacher must be a fitted .* class Gaussian"):
        eigenspace_report(GaussianNB, second, X)
    hard = RidgeClassifier().fit(X, words)
    with pytest.raises(TypeError, match="student is a classifier without"):
        eigenspace_report(first, hard, X)
