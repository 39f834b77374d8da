"""SelfDistilledRidge is what refits by hand give."""

import numpy as np
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge, RidgeCV
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import cross_val_predict
from support.estimator_data import X, Y
from support.few_rows import BOTH, FEW, LABELS, WEIGHTS, left_out_score

from refgen import distillation as rd
from refgen.distillation import SelfDistilledRidge, _mixes

# Rounds, by as many fits of scikit-learn.


def chain(X, y, mixing, alpha, weights=None, base=Ridge):
    """The last of students that follow a teacher, each one with its own ξ."""
    own = {} if weights is None else {"sample_weight": weights}
    model = base(alpha=alpha).fit(X, y, **own)
    for xi in mixing:
        model = base(alpha=alpha).fit(X, (1 - xi) * y + xi * model.predict(X), **own)
    return model


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("n_rounds", [1, 2, 4])
@pytest.mark.parametrize("mixing", ["pure", "optimal", -0.7])
def test_rounds_are_ridge_regressions_in_turn(mixing, n_rounds, weights):
    for points, labels in ((FEW, LABELS), (FEW, BOTH), (FEW[:5], LABELS[:5])):
        own = None if weights is None else weights[: len(points)]
        model = SelfDistilledRidge(0.3, n_rounds=n_rounds, mixing=mixing)
        got = model.fit(points, labels, own).predict(X)
        columns = labels.reshape(len(labels), -1).T
        each = np.reshape(model.mixing_, (len(columns), n_rounds - 1))
        want = [
            chain(points, y, xi, 0.3, own).predict(X)
            for y, xi in zip(columns, each, strict=True)
        ]
        want = np.stack(want, axis=1).reshape(len(X), *labels.shape[1:])
        size = 1 + abs(each).max(initial=0.0) ** (n_rounds - 1)
        np.testing.assert_allclose(got, want, atol=1e-10 * size * abs(labels).max())


def test_kernels_are_those_of_scikit_learn():
    def base(alpha):
        return KernelRidge(alpha=alpha, kernel="rbf", gamma=0.2)

    model = SelfDistilledRidge(
        0.3, mixing=0.5, kernel="rbf", gamma=0.2, fit_intercept=False
    ).fit(FEW, BOTH)
    want = chain(FEW, BOTH, [0.5], 0.3, base=base).predict(X)
    np.testing.assert_allclose(model.predict(X), want, rtol=0, atol=1e-8 * abs(Y).max())
    # Kernels as a matrix, and by a function.
    for kernel, train, test in (
        ("precomputed", rbf_kernel(FEW, gamma=0.2), rbf_kernel(X, FEW, gamma=0.2)),
        (lambda a, b: np.exp(-0.2 * ((a - b) ** 2).sum()), FEW, X),
    ):
        same = model.__class__(0.3, mixing=0.5, kernel=kernel, fit_intercept=False)
        got = same.fit(train, BOTH).predict(test)
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-8 * abs(Y).max())


@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_a_linear_kernel_is_none(weights):
    plain, dual = (
        SelfDistilledRidge([0.01, 0.1], n_rounds=3, kernel=kernel)
        for kernel in (None, "linear")
    )
    got = dual.fit(FEW, BOTH, weights).predict(X)
    np.testing.assert_allclose(got, plain.fit(FEW, BOTH, weights).predict(X), rtol=1e-7)
    np.testing.assert_allclose(dual.mixing_, plain.mixing_, rtol=1e-6)
    np.testing.assert_allclose(dual.loo_scores_, plain.loo_scores_, rtol=1e-9)


# Leaving rows out, by as many fits.


@pytest.mark.parametrize("weights", [None, WEIGHTS, WEIGHTS / 4 + 0.1])
def test_the_chosen_mix_has_the_least_error_of_rows_left_out(weights):
    model = SelfDistilledRidge(0.05, n_rounds=2).fit(FEW, LABELS, weights)
    scores = [
        left_out_score(
            SelfDistilledRidge(0.05, mixing=model.mixing_ + d), LABELS, weights
        )
        for d in (-1e-2, 0, 1e-2)
    ]
    assert scores[1] == pytest.approx(model.loo_scores_[0], rel=1e-9)
    assert scores[1] < min(scores[0], scores[2])


def test_penalties_are_chosen_together_with_the_mix():
    alphas = [0.001, 0.01, 0.1, 1.0]
    each = [SelfDistilledRidge(a).fit(FEW, BOTH) for a in alphas]
    scores = [model.loo_scores_[0] for model in each]
    model = SelfDistilledRidge(alphas).fit(FEW, BOTH)
    np.testing.assert_allclose(model.loo_scores_, scores, rtol=1e-12)
    assert model.alpha_ == alphas[int(np.argmin(scores))]
    one = SelfDistilledRidge(alphas, n_rounds=1).fit(FEW, BOTH)
    theirs = RidgeCV(alphas).fit(FEW, BOTH)
    assert one.alpha_ == theirs.alpha_
    assert one.loo_scores_.min() == pytest.approx(-theirs.best_score_, rel=1e-10)
    np.testing.assert_allclose(one.coef_, theirs.coef_, rtol=1e-9)
    assert one.fit(FEW, LABELS).set_params(alpha=0.1).fit(FEW, LABELS) is one
    assert not hasattr(one, "loo_scores_")


def test_kernels_between_all_rows_are_split_by_rows_and_columns():
    kernel = rbf_kernel(FEW, gamma=0.1)
    given = SelfDistilledRidge(kernel="precomputed")
    found = cross_val_predict(given, kernel, LABELS, cv=3)
    expected = cross_val_predict(
        SelfDistilledRidge(kernel="rbf", gamma=0.1), FEW, LABELS, cv=3
    )
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_constant_targets_need_no_mixing():
    model = SelfDistilledRidge(n_rounds=3).fit(FEW, np.full(24, 3.0))
    assert model.mixing_.tolist() == [0.0, 0.0]
    np.testing.assert_allclose(model.predict(X), 3.0, rtol=1e-14)


@pytest.mark.parametrize("n_rounds", [2, 4])
def test_rows_that_say_nothing_of_each_other_need_no_mixing(n_rounds):
    """What rounding leaves of a change is no change to be taken many times."""
    model = SelfDistilledRidge(n_rounds=n_rounds)
    apart = np.linalg.qr(FEW[:3].T)[0].T
    for rows in (FEW[:2], apart):
        found = model.fit(rows, LABELS[: len(rows)])
        assert not np.any(found.mixing_)
        expected = Ridge(1.0).fit(rows, LABELS[: len(rows)]).predict(FEW)
        np.testing.assert_allclose(found.predict(FEW), expected, rtol=1e-10)
    without = model.set_params(fit_intercept=False).fit(apart, [1.0, 2.0, 4.0])
    assert not np.any(without.mixing_)
    graded = np.diag([1e3, 1e3, 1.0]) @ np.linalg.qr(FEW[:3, :3])[0]
    assert not np.any(without.fit(graded, [1.0, 2.0, 4.0]).mixing_)


# What mixes mean.


def test_mixes_and_polynomials_are_each_other():
    share, mixing = np.array([0.1, 0.5, 0.9]), np.array([0.7, -2.0, 3.0])
    terms = _mixes.terms_of(mixing)
    np.testing.assert_allclose(_mixes.mixing_of(terms), mixing, rtol=1e-12)
    want = rd.mixed_filter(share, mixing)
    np.testing.assert_allclose(_mixes.filter_of(share, terms[:, None])[:, 0], want)
    # (1 − F)/(1 − s) = 1 + s², which only a limit of mixes is.
    assert _mixes.mixing_of(np.ones(3)).tolist() == [np.inf, 0.0]
