"""SelfDistilledRidge and SpectralFilterRegressor: contract, and refits by hand."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import LinearRegression, Ridge, RidgeCV
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.model_selection import GridSearchCV, LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.estimator_data import X, Y

import refgen_gpu.distillation as on_gpu
from refgen import distillation as rd
from refgen.distillation import (
    SelfDistilledRidge,
    SpectralFilterRegressor,
    _mixes,
)

FEW, LABELS = X[:24], Y[:24]
BOTH = np.stack([LABELS, FEW[:, 0] - 2 * LABELS], axis=1)
WEIGHTS = np.arange(24) % 3
STRENGTH = {"gradient_flow": "time", "gradient_descent": "n_steps", "ridge": "alpha"}
CHECKED = [
    SelfDistilledRidge(),
    SelfDistilledRidge([0.1, 1.0], n_rounds=3, kernel="rbf"),
    SelfDistilledRidge(n_rounds=4, mixing="pure", fit_intercept=False),
    SpectralFilterRegressor(),
    SpectralFilterRegressor("gradient_descent", n_steps=[1, 5, 20], kernel="poly"),
    SpectralFilterRegressor("ridge"),
]


def run_check(estimator, check):
    with warnings.catch_warnings():
        # Checks that skip themselves warn.
        warnings.filterwarnings("ignore", category=UserWarning, module="sklearn")
        check(estimator)


@parametrize_with_checks(CHECKED)
def test_scikit_learn_contract(estimator, check):
    run_check(estimator, check)


@parametrize_with_checks(
    [
        on_gpu.SelfDistilledRidge(),
        on_gpu.SpectralFilterRegressor("gradient_descent", n_steps=5),
    ]
)
def test_scikit_learn_contract_on_device(device, estimator, check):
    run_check(estimator, check)


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


def left_out_score(model, y, weights=None):
    """The mean squared error at rows that the rounds are trained without."""
    if weights is None:
        predicted = cross_val_predict(model, FEW, y, cv=LeaveOneOut())
        return ((y - predicted) ** 2).mean()
    errors = []
    for i in np.flatnonzero(weights):
        less = weights.astype(float)
        less[i] -= min(1, weights[i])
        fitted = model.fit(FEW, y, sample_weight=less)
        errors.append((y[i] - fitted.predict(FEW[[i]])[0]) ** 2)
    return np.average(errors, weights=weights[weights > 0], axis=0).mean()


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


@pytest.mark.parametrize("name", STRENGTH)
@pytest.mark.parametrize("weights", [None, WEIGHTS + 1])
def test_the_path_is_scored_by_leaving_rows_out(name, weights):
    step = 3.0 if name == "gradient_descent" else "auto"
    options = {STRENGTH[name]: [1.0, 8.0], "step_size": step}
    model = SpectralFilterRegressor(name, **options).fit(FEW, BOTH, weights)
    total = 24 if weights is None else weights.sum()
    for strength, score in zip((1.0, 8.0), model.loo_scores_, strict=True):
        # Without a row, time goes on as if there were as many.
        slower = (total - 1) / total
        own = {"time": strength * slower, "n_steps": strength, "alpha": strength}
        step_size = 3.0 * slower if name == "gradient_descent" else "auto"
        single = SpectralFilterRegressor(
            name, step_size=step_size, **{STRENGTH[name]: own[STRENGTH[name]]}
        )
        wanted = left_out_score(single, BOTH, weights)
        assert score == pytest.approx(wanted, rel=1e-9)


def test_paths_are_what_training_gives():
    centred, labels = FEW - FEW.mean(axis=0), LABELS - LABELS.mean()
    model = SpectralFilterRegressor("gradient_descent", n_steps=[3, 7], step_size=2.0)
    model.fit(FEW, LABELS)
    beta, found = np.zeros(FEW.shape[1]), []
    for step in range(7):
        beta = beta + 2.0 * centred.T @ (labels - centred @ beta) / 24
        if step + 1 in (3, 7):
            found.append((X - FEW.mean(axis=0)) @ beta + LABELS.mean())
    np.testing.assert_allclose(model.predict_path(X), found, rtol=1e-10)
    ridge = SpectralFilterRegressor("ridge", alpha=[0.1, 0.5], kernel="rbf")
    path = ridge.fit(FEW, BOTH).predict_path(X)
    assert path.shape == (2, len(X), 2)
    at = list(ridge.strengths_).index(ridge.strength_)
    np.testing.assert_allclose(path[at], ridge.predict(X), rtol=1e-9)


def test_what_is_tried_goes_from_hardly_anything_to_nearly_all():
    ridge = SpectralFilterRegressor("ridge").fit(FEW, LABELS)
    flow = SpectralFilterRegressor().fit(FEW, LABELS)
    ends = 0.1 / flow.spectrum_.max(), 10 / flow.spectrum_.min()
    np.testing.assert_allclose(flow.strengths_[[0, -1]], ends, rtol=1e-12)
    np.testing.assert_allclose(ridge.strengths_[::-1], 24 / flow.strengths_, rtol=1e-12)
    # Directions that are weaker than that are not waited for.
    flow.fit(FEW * np.append(np.ones(FEW.shape[1] - 1), 1e-5), LABELS)
    assert flow.strengths_[-1] == pytest.approx(1e7 / flow.spectrum_.max())


def test_kernels_between_all_rows_are_split_by_rows_and_columns():
    kernel = rbf_kernel(FEW, gamma=0.1)
    given = SelfDistilledRidge(kernel="precomputed")
    found = cross_val_predict(given, kernel, LABELS, cv=3)
    expected = cross_val_predict(
        SelfDistilledRidge(kernel="rbf", gamma=0.1), FEW, LABELS, cv=3
    )
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_times_have_limits():
    for rows in (24, 5):  # of ten features
        end = SpectralFilterRegressor(time=np.inf).fit(FEW[:rows], LABELS[:rows])
        least = LinearRegression().fit(FEW[:rows], LABELS[:rows])
        np.testing.assert_allclose(end.predict(X), least.predict(X), rtol=1e-7)
        start = SpectralFilterRegressor(time=0).fit(FEW[:rows], LABELS[:rows])
        np.testing.assert_allclose(start.predict(X), LABELS[:rows].mean(), rtol=1e-14)


def test_null_directions_stay_at_the_start():
    twice = np.concatenate([FEW, FEW], axis=1)
    for model in (
        SelfDistilledRidge(0.1),
        SpectralFilterRegressor(time=np.inf),
    ):
        model.fit(twice, LABELS)
        assert len(model.spectrum_) == FEW.shape[1]
        half = np.split(model.coef_, 2)
        np.testing.assert_allclose(half[0], half[1], rtol=1e-6)
    constant = SelfDistilledRidge(0.1).fit(np.ones((5, 2)), np.arange(5.0))
    assert constant.predict(np.zeros((1, 2))) == pytest.approx([2.0])
    assert SpectralFilterRegressor().fit(np.ones((5, 2)), np.ones(5)).predict(
        np.zeros((1, 2))
    ) == pytest.approx([1.0])


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


def test_what_does_not_vary_is_no_direction():
    wide = np.column_stack([FEW, np.full(24, 1e10 / 7)])
    for time in ("auto", np.inf):
        model = SpectralFilterRegressor(time=time)
        expected = model.fit(FEW, LABELS).predict(FEW)
        found = model.fit(wide, LABELS).predict(wide + 9.0 * (wide > 1e9))
        np.testing.assert_allclose(found, expected, rtol=1e-10)
    for kernel in ("rbf", "poly"):
        same = SpectralFilterRegressor(kernel=kernel).fit(np.full((7, 2), 0.1), Y[:7])
        assert same.spectrum_.size == 0
        assert same.predict([[3.0, 0.1]]) == pytest.approx(Y[:7].mean())


def test_a_fit_leaves_nothing_of_the_one_before():
    model = SelfDistilledRidge().fit(FEW, LABELS).set_params(kernel="rbf")
    assert not hasattr(model.fit(FEW, LABELS), "coef_")
    model.set_params(kernel=None, mixing="pure").fit(FEW, LABELS)
    assert not {"dual_coef_", "X_fit_", "loo_scores_"} & set(vars(model))
    flow = SpectralFilterRegressor().fit(FEW, LABELS).set_params(time=1.0)
    assert not hasattr(flow.fit(FEW, LABELS), "loo_scores_")


def test_frames_searches_pipelines_and_pickles():
    frame = pd.DataFrame(FEW, columns=[f"x{i}" for i in range(FEW.shape[1])])
    search = GridSearchCV(
        make_pipeline(StandardScaler(), SelfDistilledRidge()),
        {"selfdistilledridge__mixing": ["pure", "optimal", 0.5]},
        cv=3,
    ).fit(frame, LABELS)
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    assert again.predict(frame).tolist() == search.predict(frame).tolist()
    flow = SpectralFilterRegressor().fit(frame, LABELS)
    assert flow.feature_names_in_.tolist() == list(frame.columns)
    again = pickle.loads(pickle.dumps(flow))
    assert again.predict_path(frame).tolist() == flow.predict_path(frame).tolist()


# What mixes mean.


def test_mixes_and_polynomials_are_each_other():
    share, mixing = np.array([0.1, 0.5, 0.9]), np.array([0.7, -2.0, 3.0])
    terms = _mixes.terms_of(mixing)
    np.testing.assert_allclose(_mixes.mixing_of(terms), mixing, rtol=1e-12)
    want = rd.mixed_filter(share, mixing)
    np.testing.assert_allclose(_mixes.filter_of(share, terms[:, None])[:, 0], want)
    # (1 − F)/(1 − s) = 1 + s², which only a limit of mixes is.
    assert _mixes.mixing_of(np.ones(3)).tolist() == [np.inf, 0.0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SelfDistilledRidge(-1.0), "alpha must not be negative"),
        (lambda: SelfDistilledRidge([]), "alpha is empty"),
        (lambda: SelfDistilledRidge("auto"), "alpha must hold real numbers"),
        (lambda: SelfDistilledRidge([[1.0]]), "alpha must be a number or a list"),
        (lambda: SelfDistilledRidge(n_rounds=0), "n_rounds must be at least 1, got 0"),
        (lambda: SelfDistilledRidge(n_rounds=18), "n_rounds must be at most 17 where"),
        (lambda: SelfDistilledRidge(mixing="best"), "mixing must be 'optimal', 'pure'"),
        (lambda: SelfDistilledRidge(mixing=np.nan), "mixing must be 'optimal', 'pure'"),
        (lambda: SelfDistilledRidge(kernel="rbg"), "kernel must be one of"),
        (
            lambda: SelfDistilledRidge(kernel=lambda a, b: -a @ b),
            "kernel has the eigenvalue .* must have none below 0",
        ),
        (
            lambda: SelfDistilledRidge(kernel="rbf", kernel_params={"gamma": 1}),
            "kernel_params are for a kernel that is a function",
        ),
        (
            lambda: SpectralFilterRegressor("gradient_descent", n_steps=[1, 10**7]),
            "n_steps must be at most 1000000 where several are tried",
        ),
        (lambda: SelfDistilledRidge(kernel="precomputed"), "X must be square for"),
        (lambda: SelfDistilledRidge(fit_intercept=1), "fit_intercept must be True or"),
        (lambda: SelfDistilledRidge(0.0, kernel="rbf", gamma=99), "alpha is too small"),
        (lambda: SpectralFilterRegressor("flow"), "filter must be one of"),
        (lambda: SpectralFilterRegressor(time=-1), "time must not be negative"),
        (lambda: SpectralFilterRegressor(time=[0, 1]), "time must be at least 1e-300"),
        (
            lambda: SelfDistilledRidge(n_rounds=10**3, mixing=1e6),
            "mixing=1000000.0 over n_rounds=1000 grows beyond float64",
        ),
        (lambda: SpectralFilterRegressor(time="end"), "time must hold real numbers"),
        (
            lambda: SpectralFilterRegressor("gradient_descent", n_steps=1.5),
            "n_steps must be a whole number, got 1.5",
        ),
        (
            lambda: SpectralFilterRegressor("gradient_descent", step_size=1e9),
            r"step_size must be below 2 / .* gradient descent diverges; got 1e\+09",
        ),
        (
            lambda: SpectralFilterRegressor("gradient_descent", step_size=0),
            "step_size must be a positive number or 'auto', got 0",
        ),
    ],
)
def test_bad_parameters_are_refused_by_name(make, message):
    with pytest.raises((TypeError, ValueError), match=message):
        make().fit(FEW, LABELS)


def test_the_least_step_that_diverges_is_refused():
    model = SpectralFilterRegressor("gradient_descent", step_size=2.0, n_steps=3)
    with pytest.raises(ValueError, match=r"2 / 1 = 2, .* eigenvalue of XᵀX/n"):
        model.fit([[1.0], [-1.0]], [1.0, 2.0])


def test_bad_data_are_refused_by_name():
    for model in (SelfDistilledRidge(), SpectralFilterRegressor()):
        with pytest.raises(ValueError, match="leaving a row out needs two rows"):
            model.fit(FEW[:1], LABELS[:1])
        with pytest.raises(ValueError, match="leaving a row out needs two rows"):
            model.fit(FEW[:2], LABELS[:2], sample_weight=[1.0, 0.0])
        with pytest.raises(ValueError, match="sample_weight is zero everywhere"):
            model.fit(FEW, LABELS, sample_weight=np.zeros(24))
        with pytest.raises(ValueError, match="X has a scale at which squares over"):
            model.fit(FEW * 1e200, LABELS)
        with pytest.raises(TypeError, match="y holds text"):
            model.fit(FEW, [*"ab" * 12])
        with pytest.raises(
            ValueError, match="kernel is not symmetric: 1 from row 0 to"
        ):
            model.set_params(kernel="precomputed").fit(
                np.eye(3) + np.eye(3, k=1), Y[:3]
            )
