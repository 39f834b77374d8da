"""The explainer against loops, exact explanations, and whatever it must refuse."""

import types

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from support.explained import SCALES, X, curved, explained

import refgen_gpu.explainability as gpu
from refgen.explainability import (
    LocalExplanationDisplay,
    best_scale,
    quadratic_slope_variance,
    sparse_fidelity,
)
from refgen.explainability import _drawn_explanations as drawn
from refgen.random import Stream
from refgen_gpu.arrays import to_device, to_host


def neighbours(n, row):
    """The draws of the default random_state, and where they are around a row."""
    seed = int(np.random.RandomState(0).randint(2**31 - 1))
    units = Stream(seed, "LocalLinearExplainer").normal((n, 3))
    return units, X[row] + SCALES * units


def refitted(model, columns, weights, values, row):
    """What a fit by scikit-learn without a value predicts for it, for every value."""
    missed, slopes = np.empty(len(values)), np.empty((len(values), columns.shape[1]))
    for i in range(len(values)):
        rest = np.arange(len(values)) != i
        model.fit(columns[rest], values[rest], weights[rest])
        missed[i] = values[i] - model.predict(columns[i : i + 1])[0]
        slopes[i] = model.coef_
    return missed, slopes


def test_explanations_are_least_squares_on_the_draws_and_errors_the_jackknife():
    n, row = 7, 2
    found = explained(n_samples=n)
    units, near = neighbours(n, row)
    fit = LinearRegression().fit(units, curved(near))
    np.testing.assert_allclose(found.coefficients[row], fit.coef_ / SCALES)
    np.testing.assert_allclose(found.values[row], fit.intercept_)
    whole = found.intercepts[row] + found.coefficients[row] @ near[0]
    np.testing.assert_allclose(whole, fit.predict(units[:1])[0])
    ones = np.ones(n)
    missed, slopes = refitted(LinearRegression(), units, ones, curved(near), row)
    np.testing.assert_allclose(found.fidelity[row], (missed**2).mean())
    spread = (missed**2).std() / n**0.5
    np.testing.assert_allclose(found.fidelity_errors[row], spread)
    order = np.argsort(-abs(fit.coef_))
    assert (found.ranking()[row] == order).all()
    few = explained(n_samples=n, n_features=2)
    dropped = units @ (fit.coef_ - few.effects[row])
    np.testing.assert_allclose(few.fidelity[row], ((missed + dropped) ** 2).mean())
    # What is left out one at a time moves a coefficient by influence · missed.
    moves = (slopes - fit.coef_) / SCALES
    np.testing.assert_allclose(found.standard_errors[row], (moves**2).sum(0) ** 0.5)
    signed = (moves * SCALES * np.sign(fit.coef_))[:, order]
    steps = signed[:, :-1] - signed[:, 1:]
    np.testing.assert_allclose(found.gap_errors[row], (steps**2).sum(0) ** 0.5)
    np.testing.assert_allclose(found.gaps[row], -np.diff(abs(fit.coef_)[order]))
    ratio = (found.gap_errors / found.gaps)[row, 0]
    needed = n * (stats.t(n - 4).ppf(0.95) * ratio) ** 2
    assert found.draws_to_settle(1, 0.9)[row] == np.ceil(needed)


def test_mirrored_explanations_are_weighted_ridge_fits_to_the_rows():
    data = np.random.default_rng(1).normal(size=(30, 3))
    found = explained(fidelity="mnf", reference=data, penalty=0.1)
    units = (data - X[1]) / SCALES
    weights = np.exp(-(units**2).sum(axis=1) / 2)
    weights /= weights.sum()
    ridge = Ridge(alpha=0.1).fit(units, curved(data), weights)
    np.testing.assert_allclose(found.coefficients[1], ridge.coef_ / SCALES)
    np.testing.assert_allclose(found.values[1], ridge.intercept_)
    missed, slopes = refitted(ridge, units, weights, curved(data), 1)
    np.testing.assert_allclose(found.fidelity[1], weights @ missed**2)
    whole = Ridge(alpha=0.1).fit(units, curved(data), weights).coef_
    moves = (slopes - whole) / SCALES
    np.testing.assert_allclose(found.standard_errors[1], (moves**2).sum(0) ** 0.5)
    np.testing.assert_allclose(found.n_effective[1], 1 / (weights**2).sum())
    two = explained(fidelity="mnf", reference=data, penalty=0.1, n_features=2)
    kept = found.ranking()[1, :2]
    fewer = Ridge(alpha=0.1).fit(units[:, kept], curved(data), weights)
    np.testing.assert_allclose(two.coefficients[1, kept], fewer.coef_ / SCALES[kept])
    assert (two.coefficients != 0).sum(axis=1).tolist() == [2] * 6
    alone = explained(fidelity="mnf", scale=1e-3)
    assert np.isfinite([alone.values, alone.fidelity]).all()
    assert np.isfinite(alone.interval()).all()
    default, given = (explained(fidelity="mnf", **o) for o in ({}, {"penalty": 1e-3}))
    np.testing.assert_array_equal(default.coefficients, given.coefficients)


def test_pieces_of_draws_and_rows_change_nothing_but_rounding(monkeypatch):
    whole = explained(n_samples=50, n_features=2)
    monkeypatch.setattr(drawn, "BUDGET", 100)
    pieces = explained(n_samples=50, n_features=2)
    for name in whole._fields[:-1]:
        ours, theirs = getattr(pieces, name), getattr(whole, name)
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12, err_msg=name)
    assert (whole.coefficients == 0).sum(axis=1).tolist() == [1] * 6
    assert ((whole.standard_errors == 0) == (whole.coefficients == 0)).all()


def test_intervals_cover_and_draws_settle_as_theorems_say():
    hessian = np.array([[2.0, 0.5, 0.0], [0.5, -1.0, 0.0], [0.0, 0.0, 0.0]])
    slopes = np.array([1.0, 0.3, 0.0])

    def quadratic(points):
        return ((points @ hessian) * points).sum(axis=1) / 2 + points @ slopes

    options = {"scale": 0.5, "n_samples": 400}
    found = [
        explained(quadratic, np.zeros((1, 3)), random_state=i, **options)
        for i in range(60)
    ]
    errors = np.stack([f.standard_errors[0] for f in found])
    wanted = np.sqrt(quadratic_slope_variance(hessian, 0.5) / 400)
    assert abs(errors.mean(axis=0) / wanted - 1).max() < 0.06
    ends = np.stack([f.interval(0.9) for f in found])[:, :, 0]
    covered = (ends[:, 0] <= slopes) & (slopes <= ends[:, 1])
    # Of 180 at 90 %: 162 ± 4.
    assert 144 <= covered.sum() <= 176
    needed = np.median([f.draws_to_settle(1)[0] for f in found])
    more = explained(quadratic, np.zeros((1, 3)), scale=0.5, n_samples=int(4 * needed))
    assert more.draws_to_settle(1)[0] <= 4 * needed
    assert more.ranking()[0, 0] == 0


def test_networks_are_explained_exactly():
    y = curved(X)
    for kind, target in ((MLPRegressor, y), (MLPClassifier, y > 7)):
        model = kind(hidden_layer_sizes=4, solver="lbfgs", random_state=0)
        model.set_params(max_iter=30).fit(X, target)
        exact = explained(model, exact=True)
        assert not exact.standard_errors.any()
        assert exact.draws_to_settle().tolist() == [0.0] * 6
        if kind is MLPRegressor:
            sampled = explained(model, n_samples=4000)
            low, high = sampled.interval(0.9999)
            assert ((low <= exact.coefficients) & (exact.coefficients <= high)).all()
            np.testing.assert_allclose(exact.predictions, model.predict(X))
            off = abs(exact.values - sampled.values) / sampled.value_errors
            assert off.max() < 4
            few = explained(model, exact=True, n_features=1)
            lost = (exact.effects**2).sum(axis=1) - (few.effects**2).sum(axis=1)
            np.testing.assert_allclose(few.fidelity, exact.fidelity + lost)
            assert few.ranking()[:, 0].tolist() == exact.ranking()[:, 0].tolist()
        else:
            share = 1 / (1 + np.exp(-exact.predictions))
            np.testing.assert_allclose(share, model.predict_proba(X)[:, 1])
            other = explained(model, exact=True, output=0)
            np.testing.assert_allclose(other.coefficients, -exact.coefficients)
    with pytest.raises(ValueError, match="scale must be positive for all features"):
        explained(model, exact=True, scale=[0.0, 1.0, 1.0])
    for options in ({"fidelity": "mnf"}, {"penalty": 0.1}):
        with pytest.raises(ValueError, match="leave those options out"):
            explained(model, exact=True, **options)
    with pytest.raises(ValueError, match="output is 2, and the model has 2 classes"):
        explained(model, exact=True, output=2)
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    model.fit(frame, y > 7)
    with pytest.raises(ValueError, match="same order"):
        explained(model, frame[["c", "b", "a"]], exact=True)
    with pytest.raises(ValueError, match=r"say by output=0, …, which"):
        explained(model.fit(X, [0, 1, 2, 0, 1, 2]), exact=True)


def test_of_classifiers_probabilities_are_explained_or_else_scores():
    y = np.array([0, 1, 0, 1, 2, 2])
    forest = RandomForestClassifier(5, random_state=0).fit(X, y)
    found = explained(forest, n_samples=20)
    assert found.outputs.tolist() == forest.predict_proba(X).argmax(axis=1).tolist()
    one = explained(lambda p: forest.predict_proba(p)[:, 2], n_samples=20)
    chosen = explained(forest, n_samples=20, output=2)
    np.testing.assert_array_equal(chosen.coefficients, one.coefficients)
    two = LogisticRegression().fit(X, y > 0)
    np.testing.assert_allclose(explained(two).predictions, two.predict_proba(X)[:, 1])
    scores = LinearSVC().fit(X, y > 0)
    np.testing.assert_allclose(
        explained(scores).coefficients, np.broadcast_to(scores.coef_, (6, 3))
    )
    # Of a detector of outliers, which has scores and no classes, what it predicts.
    first, wrong = (lambda p: p[:, 0]), (lambda p: 5 * p[:, 0])
    detector = types.SimpleNamespace(predict=first, decision_function=wrong)
    np.testing.assert_allclose(explained(detector).effects[:, 0], SCALES[0])


def test_frames_keep_columns_that_hold_no_numbers():
    frame = pd.DataFrame(X, columns=["a", "b", "c"]).assign(kind=list("uvuvuv"))
    frame = frame[["a", "kind", "c", "b"]]
    encoder = make_column_transformer(
        (OneHotEncoder(), ["kind"]), remainder="passthrough"
    )
    model = make_pipeline(encoder, StandardScaler(), LinearRegression())
    truth = 2 * frame["a"] - frame["b"] + 5 * (frame["kind"] == "u")
    model.fit(frame, truth)
    found = explained(model, frame, scale=0.5)
    assert found.feature_names == ("a", "c", "b")
    np.testing.assert_allclose(found.coefficients, [[2.0, 0.0, -1.0]] * 6, atol=1e-9)
    numbers = frame[["a", "b"]].astype({"a": int})
    numbers.insert(1, "flag", True)
    plain = explained(lambda points: points.iloc[:, 2] * 3.0, numbers, scale=0.5)
    np.testing.assert_allclose(plain.coefficients, [[0.0, 3.0]] * 6, atol=1e-9)


def test_rows_are_explained_alike_alone_and_together():
    doubled = explained(points=np.vstack([X, X[:1]]), n_samples=30)
    alone = explained(points=X[:1], n_samples=30)
    for row in (0, 6):
        np.testing.assert_allclose(doubled.coefficients[row], alone.coefficients[0])
    slopes = np.array([1.0, 5.0, -3.0, 4.0, 2.0])
    few = explained(lambda p: p @ slopes, np.eye(5), scale=1.0, n_features=2)
    np.testing.assert_allclose(few.coefficients, [[0, 5, 0, 4, 0]] * 5, atol=1e-9)
    still = explained(scale=[0.5, 0.0, 1.0], n_samples=30)
    assert not still.coefficients[:, 1].any()
    assert not still.standard_errors[:, 1].any()
    line = explained(lambda p: p @ [1.0, 2.0, 3.0], scale=[0.5, 0.0, 1.0])
    np.testing.assert_allclose(line.coefficients, [[1.0, 0.0, 3.0]] * 6)
    tiny = explained(lambda p: 1e-100 * curved(p), n_samples=30)
    errors = 1e-200 * explained(n_samples=30).fidelity_errors
    np.testing.assert_allclose(tiny.fidelity_errors, errors, rtol=1e-9)
    twelve = explained(lambda p: p @ np.arange(12), np.eye(12), scale=1.0, n_samples=20)
    assert twelve.gaps.shape == (12, 10)
    constant = explained(lambda points: np.zeros(len(points)))
    assert not constant.coefficients.any()
    assert np.isinf(constant.draws_to_settle()).all()
    line = explained(lambda points: points[:, 0], X[:, :1], scale=1.0, n_samples=5)
    assert line.draws_to_settle().tolist() == [0.0] * 6


def test_options_hold_up_to_their_ends():
    assert explained(n_samples=5, n_features=3).coefficients.all()
    assert np.isfinite(explained(n_samples=2, penalty=0.1).values).all()
    far = np.stack([X[0], X[0] + 100])
    with pytest.raises(ValueError, match=r"n_features must be .*2"):
        sparse_fidelity([1.0, 2.0], 0.0, 1.0, 3)
    assert np.isfinite(explained(n_samples=30).interval(1 - 2**-53)).all()
    with pytest.raises(ValueError, match="do not determine an explanation"):
        explained(points=far, fidelity="mnf", penalty=0.0, reference=np.tile(X, (9, 1)))


def test_the_automatic_scale_is_the_best_one_for_rows_that_are_left_out():
    # The standard deviation of 40 times 0.1 is not 0 to rounding.
    constant = np.full(40, 0.1)
    draws = np.random.default_rng(1).normal(size=(40, 2))
    data = np.column_stack([9 + draws * [1.0, 30.0], constant])
    assert data.std(axis=0)[2] > 0
    found = explained(scale="auto", reference=data, n_samples=30)
    spread = data.std(axis=0)[:2]
    centred = (data - data.mean(axis=0))[:, :2]
    best = best_scale(curved(data), centred / spread).scale
    assert best < best_scale(curved(data), data[:, :2] / spread).scale
    np.testing.assert_allclose(found.scales, [*best * spread, 0.0])
    assert not found.coefficients[:, 2].any()


def test_explanations_agree_on_a_device(device):
    def anywhere(points):
        return points[:, 0] ** 2 + points[:, 1] * points[:, 2]

    model = Ridge().fit(X, curved(X))
    for options in ({"n_samples": 30}, {"fidelity": "mnf", "n_features": 2}):
        for asked in (anywhere, model):
            host = explained(asked, **options)
            explainer = gpu.LocalLinearExplainer(asked, scale=SCALES, **options)
            there, here = explainer.explain(to_device(X)), explainer.explain(X)
            assert isinstance(here.values, np.ndarray)
            for name in host._fields[:-1]:
                want, got = getattr(host, name), getattr(here, name)
                np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-10)
                np.testing.assert_array_equal(to_host(getattr(there, name)), got)
            np.testing.assert_allclose(
                to_host(there.interval()[0]), host.interval()[0], rtol=1e-8, atol=1e-10
            )
    assert there.as_frame().equals(here.as_frame())
    shown = gpu.LocalExplanationDisplay(there, 0)
    assert shown.features == LocalExplanationDisplay(host, 0).features
