"""Certificates of classifiers: what they come to, that they hold, and refusals."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import refgen_gpu.uniform_convergence
from refgen.uniform_convergence import certify_risk, held_out_bound, pac_bayes_kl
from refgen.uniform_convergence.certify import _LENGTHS

PIPELINE = make_pipeline(StandardScaler(), LogisticRegression())
CANCER = load_breast_cancer(return_X_y=True)


class Column(LogisticRegression):
    """What it predicts has another shape than labels have."""

    def fit(self, X, y):
        return super().fit(X / 1000, y)

    def predict(self, X):
        return super().predict(X / 1000)[:, None]


class Bare(LogisticRegression):
    """A linear classifier that knows its weights only, in so many rows."""

    def __init__(self, rows=1, fit_intercept=False):
        super().__init__(fit_intercept=fit_intercept)
        self.rows = rows

    def fit(self, X, y):
        super().fit(X, y)
        self.weights, self.coef_ = self.coef_[0], np.repeat(self.coef_, self.rows, 0)
        del self.intercept_
        return self

    def predict(self, X):
        return self.classes_[np.where(X @ self.weights > 0, 1, 0)]


def test_certificates_of_breast_cancer_are_not_vacuous():
    found = certify_risk(PIPELINE, *CANCER)
    assert found.vacuous == ()
    assert found.n_prior + found.n_samples == 569
    errors = round(found.held_out_error * found.n_samples)
    assert found.held_out_bound == float(held_out_bound(errors, found.n_samples, 0.05))
    assert found.held_out_bound < found.pac_bayes_bound < 0.12
    assert found.deterministic_bound == 2 * found.pac_bayes_bound
    spent = 0.05 / len(_LENGTHS)
    again = pac_bayes_kl(found.gibbs_error, found.divergence, found.n_samples, spent)
    assert found.pac_bayes_bound == float(again)
    assert json.loads(json.dumps(found.to_dict()))["why_not"] == ""
    tossed = replace(found, pac_bayes_bound=0.5, deterministic_bound=1.0)
    assert tossed.vacuous == ("PAC-Bayes, weights drawn", "PAC-Bayes, mean weights")


def test_few_rows_and_points_of_zeros_certify_nothing():
    y = np.array([0, 1] * 2)
    found = certify_risk(LogisticRegression(), y[:, None], y)
    assert (found.n_prior, found.n_samples) == (2, 2)
    assert found.deterministic_bound == 1.0
    model = LogisticRegression(fit_intercept=False)
    found = certify_risk(model, np.zeros((4, 1)), y)
    assert (found.gibbs_error, found.divergence) == (0.5, 0.0)


def test_a_certificate_is_what_it_says_of_its_posterior():
    """Computed again for strong regularization, where the posterior uses all rows."""
    X, y = CANCER
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model = LogisticRegression(C=1e-3)
    found = certify_risk(model, X, y)
    order = np.random.RandomState(0).permutation(len(y))
    first, second = order[: len(y) // 2], order[len(y) // 2 :]
    constant = np.sqrt((X[first] ** 2).sum(axis=1).mean())
    learned = []
    for rows in (first, order):
        fitted = model.fit(X[rows], y[rows])
        weights = np.append(fitted.coef_[0], fitted.intercept_ / constant)
        learned.append(weights / np.linalg.norm(weights))
    mean = learned[0] + found.share_of_all * (learned[1] - learned[0])
    moved = found.sharpness * np.linalg.norm(mean - learned[0])
    assert found.share_of_all > 0
    assert found.divergence == pytest.approx(moved**2 / 2, rel=1e-6)
    points = np.column_stack([X[second], np.full(len(second), constant)])
    margins = np.where(y[second] == 1, 1, -1) * (points @ mean) * found.sharpness
    errors = norm.cdf(-margins / np.linalg.norm(points, axis=1))
    assert found.gibbs_error == pytest.approx(errors.mean(), rel=1e-6)


def test_bounds_hold_for_drawn_weights():
    """Where the truth is known: a noisy half plane, and 300 rows."""
    rng = np.random.default_rng(1)

    def draw(n):
        X = rng.normal(size=(n, 5))
        return X, np.where(rng.uniform(size=n) < 0.1, -1, 1) * X[:, 0] > 0

    X_new, y_new = draw(20_000)
    for seed in range(5):
        X, y = draw(300)
        model = LogisticRegression(C=0.1)
        found = certify_risk(model, X, y, delta=0.01, random_state=seed)
        true = np.mean(model.fit(X, y).predict(X_new) != y_new)
        assert 0.09 < true < found.deterministic_bound
        assert found.held_out_error < found.held_out_bound
        assert found.gibbs_error < found.pac_bayes_bound < 0.5


@pytest.mark.parametrize(
    ("estimator", "y", "why_not"),
    [
        (GaussianNB(), np.tile([0, 1], 50), "GaussianNB is not linear: it has no coef"),
        (LogisticRegression(), np.arange(100) % 3, "there are 3 classes, and not two"),
    ],
)
def test_why_there_is_no_pac_bayes_bound(estimator, y, why_not):
    X = y[:, None] + np.linspace(0, 0.1, 100)[:, None]
    found = certify_risk(estimator, X, y)
    assert found.why_not.startswith(why_not)
    assert found.pac_bayes_bound is None
    assert [name for name, _ in found.rows()] == ["Held-out points"]


def test_weights_alone_are_a_linear_classifier():
    X, y = load_digits(n_class=2, return_X_y=True)
    plain = certify_risk(LogisticRegression(fit_intercept=False), X, y)
    assert certify_risk(Bare(), X, y) == plain
    found = certify_risk(Bare(rows=2), X, y)
    assert found.why_not.startswith("coef_ has the shape (2, 64), and not one row")
    assert found.held_out_bound == plain.held_out_bound


def test_words_frames_and_sparse_points_are_understood():
    pandas = pytest.importorskip("pandas")
    sparse = pytest.importorskip("scipy.sparse")
    X, y = load_digits(n_class=2, return_X_y=True)
    names = np.where(y == 1, "one", "zero")
    plain = certify_risk(LogisticRegression(), X, y).pac_bayes_bound
    frame = pandas.DataFrame(X).rename(columns=str)
    for points in (frame, sparse.csr_matrix(X)):
        found = certify_risk(LogisticRegression(), points, names)
        assert found.pac_bayes_bound == pytest.approx(plain, rel=1e-3)
    model = SVC(kernel="linear")
    found = certify_risk(model, sparse.csr_matrix(X), names).pac_bayes_bound
    dense = certify_risk(model, X, names).pac_bayes_bound
    assert found == pytest.approx(dense, rel=1e-3)


def test_on_a_device_the_host_computes(device):
    X, y = (device.xp.asarray(a) for a in CANCER)
    found = refgen_gpu.uniform_convergence.certify_risk(PIPELINE, X, y)
    assert found == certify_risk(PIPELINE, *CANCER)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((StandardScaler(), *CANCER), {}, "estimator must be a classifier instance"),
        ((PIPELINE, *CANCER), {"delta": 1.0}, "delta must"),
        ((PIPELINE, *CANCER), {"prior_share": 0.0}, "prior_share must"),
        ((PIPELINE, *CANCER), {"prior_share": 1e-3}, "give more rows, or a larger"),
        ((PIPELINE, 1e160 * CANCER[0], CANCER[1]), {}, "products overflow"),
        ((PIPELINE, CANCER[0], CANCER[1][:9]), {}, "X must have shape"),
        ((PIPELINE, CANCER[0], np.zeros(569)), {}, "y holds one class only"),
        ((PIPELINE, CANCER[0][:8], np.arange(8) == 0), {}, "fewer than two classes"),
        ((Column(), *CANCER), {}, r"shape \(285, 1\) for 285 points; it must predict"),
    ],
)
def test_refusals(arguments, options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        certify_risk(*arguments, **options)
