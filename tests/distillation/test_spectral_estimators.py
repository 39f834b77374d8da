"""What both regressors on eigendirections share: contract, data, refusals."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from support.contract import run_check
from support.estimator_data import Y
from support.few_rows import FEW, LABELS

import refgen_gpu.distillation as on_gpu
from refgen.distillation import SelfDistilledRidge, SpectralFilterRegressor

CHECKED = [
    SelfDistilledRidge(),
    SelfDistilledRidge([0.1, 1.0], n_rounds=3, kernel="rbf"),
    SelfDistilledRidge(n_rounds=4, mixing="pure", fit_intercept=False),
    SpectralFilterRegressor(),
    SpectralFilterRegressor("gradient_descent", n_steps=[1, 5, 20], kernel="poly"),
    SpectralFilterRegressor("ridge"),
]


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
