"""SpectralFilterRegressor: its path, and how it is scored, by fits and loops."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from support.estimator_data import X, Y
from support.few_rows import BOTH, FEW, LABELS, WEIGHTS, left_out_score

from refgen.distillation import SpectralFilterRegressor

STRENGTH = {"gradient_flow": "time", "gradient_descent": "n_steps", "ridge": "alpha"}


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


def test_times_have_limits():
    for rows in (24, 5):  # of ten features
        end = SpectralFilterRegressor(time=np.inf).fit(FEW[:rows], LABELS[:rows])
        least = LinearRegression().fit(FEW[:rows], LABELS[:rows])
        np.testing.assert_allclose(end.predict(X), least.predict(X), rtol=1e-7)
        start = SpectralFilterRegressor(time=0).fit(FEW[:rows], LABELS[:rows])
        np.testing.assert_allclose(start.predict(X), LABELS[:rows].mean(), rtol=1e-14)


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


def test_the_least_step_that_diverges_is_refused():
    model = SpectralFilterRegressor("gradient_descent", step_size=2.0, n_steps=3)
    with pytest.raises(ValueError, match=r"2 / 1 = 2, .* eigenvalue of XᵀX/n"):
        model.fit([[1.0], [-1.0]], [1.0, 2.0])
